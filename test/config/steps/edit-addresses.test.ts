// An address is changed where somebody wrote it, and nothing else is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TreeNode } from '../../../config/document/node.ts'
import { parseTree } from '../../../config/document/node.ts'
import { parseTomlTree } from '../../../config/document/toml.ts'
import { openWarnings } from '../../../config/document/warnings.ts'
import { includesOf } from '../../../config/include/read-include.ts'
import { editAddresses } from '../../../config/steps/edit-addresses.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'

const FROM = 'https://x.example/v1.0.0/all.yaml'
const TO = 'https://x.example/v2.0.0/all.yaml'

function edited(text: string, format = 'yaml'): Promise<string> {
  const source = { name: `/work/octo.${format}`, remote: false }
  const parse = async (from: string): Promise<TreeNode> =>
    format === 'toml' ? parseTomlTree(from, source) : parseTree(from, source)
  return parse(text).then((root) => {
    const nodes = includesOf(root, openWarnings()).filter((include) => include.text === FROM)
    return editAddresses({ text, root, edits: nodes.map(({ node }) => ({ node, from: FROM, to: TO })) }, parse)
  })
}

const texts: readonly (readonly [what: string, text: string, format?: string])[] = [
  [
    'comments and order',
    `# top\nname: a   # b\n\ninclude:\n  # one\n  - url: ${FROM}  # ${FROM}\n    versions: {format: github}\nconfigs: {}\n`,
  ],
  ['quotes', `include: ["${FROM}", '${FROM}']\n`],
  ['flow style', `{include: [{versions: {format: github}, url: "${FROM}"}], name: a}\n`],
  ['the same text elsewhere', `name: a\ninclude: ["${FROM}"]\nconfigs: {web: {url: "${FROM}"}}\n`],
  ['the same text before it', `configs: {web: {url: "${FROM}"}}\ninclude: ["${FROM}"]\n`],
  ['line ends of Windows', `name: a\r\ninclude:\r\n  - url: ${FROM}\r\n`],
  ['a block', `include:\n  - url: >-\n      ${FROM}\n`],
  ['JSON', `{"include": [{"url": "${FROM}"}]}\n`, 'json'],
  ['TOML', `# top\n[[include]]\nurl = "${FROM}" # one\n`, 'toml'],
]

for (const [what, text, format] of texts)
  test(`${what} stay as they are`, async () => {
    const changed = await edited(text, format)
    assert.equal(changed.replaceAll(TO, FROM), text)
    assert.notEqual(changed, text)
  })

test('an address that is written in another way is left to a person', async () => {
  for (const [text, format] of [
    [`include: ["https://x.example/v1.0.0/all.y\\u0061ml"]\n`, 'yaml'],
    [`{"include": ["https:\\/\\/x.example/v1.0.0/all.yaml"]}\n`, 'json'],
    [`x-a: &a ${FROM}\ninclude: [*a]\n`, 'yaml'],
  ]) {
    const error = await expectCodeAsync('CONFIG_INVALID', () => edited(text as string, format))
    assert.match(error.message, /only a person can change/)
    assert.match(error.hint ?? '', /v2\.0\.0/)
  }
})
