// Documents whose text is a template say what they say to octoctl, as long as their values harm nobody: its own outputs stand in a
// fixture. Where OCTOCTL_BIN names the real octoctl, it is asked again.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { dataOf, parseTree } from '../../config/document/node.ts'
import { templateBudget } from '../../config/document/template.ts'
import { parseTemplateTree } from '../../config/document/template-document.ts'
import { DOCUMENTS, VALUES } from '../support/octoctl/octoctl-documents/cases.ts'
import { askOctoctl, FIXTURE } from '../support/octoctl/octoctl-documents/run-octoctl.ts'

const LOCAL = { name: '/x/octo.yaml', remote: false }
const recorded: readonly (readonly [name: string, data: unknown])[] = JSON.parse(readFileSync(FIXTURE, 'utf8'))

test(`${recorded.length} documents whose text is a template hold what they hold for octoctl`, () => {
  const variables = { root: parseTree(VALUES, LOCAL), env: {}, os: 'linux', arch: 'amd64', budget: templateBudget() }
  const ours = Object.entries(DOCUMENTS).map(([name, text]) => [
    name,
    JSON.parse(JSON.stringify(dataOf(parseTemplateTree(text, LOCAL, variables).root))),
  ])
  assert.deepEqual(ours, recorded)
})

const octoctl = process.env.OCTOCTL_BIN
test('octoctl still gives what the fixture of documents holds', {
  skip: octoctl ? false : 'OCTOCTL_BIN names no octoctl',
}, () => {
  assert.deepEqual(askOctoctl(octoctl ?? ''), recorded)
})
