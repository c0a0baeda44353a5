// What pages tell a visitor to copy, copied and typed: nothing else is needed to run the plugin.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { DefaultTreeAdapterTypes } from 'parse5'
import { parse } from 'parse5'
import type { ReleasedManifest } from '../../../../schemas/manifest.ts'
import { aRelease } from '../../../support/builders/test-authority.ts'
import { tempFolder } from '../../../support/machine/temp-folder.ts'
import { octoIn } from '../../../support/octo/in-process-octo.ts'
import { publishRelease } from '../../../support/publisher/publish-release.ts'
import { startTestRegistry } from '../../../support/registry/test-registry.ts'

type Node = DefaultTreeAdapterTypes.ChildNode

async function copiedFrom(url: string): Promise<readonly string[]> {
  const texts: string[] = []
  const visit = (node: Node): void => {
    if (!('tagName' in node)) return
    if (node.tagName === 'pre' && node.attrs.some(({ value }) => value === 'copy')) texts.push(textOf(node))
    else node.childNodes.forEach(visit)
  }
  parse(await (await fetch(url)).text()).childNodes.forEach(visit)
  return texts
}

function textOf(node: Node): string {
  if ('value' in node) return node.value
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : ''
}

const properties = {
  port: { type: 'integer', minimum: 10 },
  mode: { enum: ['plain', 'tls'] },
  'user-name': { type: 'string', examples: ['{{.env.HOME}}'] },
  on: { type: 'string', default: 'null' },
  password: { type: 'string', writeOnly: true },
  other: { type: 'boolean' },
}
const MANIFESTS: Readonly<Record<string, Partial<ReleasedManifest>>> = {
  asks: {
    arguments: {
      type: 'object',
      properties,
      required: Object.keys(properties).slice(0, 5),
      additionalProperties: false,
    },
  },
  ready: { category: 'preflight', output: 'check/v1' },
}

test('a check, a repo and a command from the pages of a registry are all that somebody needs', async (t) => {
  const registry = await startTestRegistry(t)
  for (const [plugin, manifest] of Object.entries(MANIFESTS)) {
    const answer = await publishRelease(registry, await aRelease(registry.key, { plugin, manifest }))
    assert.equal(answer.status, 201)
  }
  for (const plugin of Object.keys(MANIFESTS)) {
    const folder = tempFolder(t)
    const texts = await copiedFrom(`${registry.url}/plugins/core/${plugin}`)
    const octo = (line: string, ...more: readonly string[]) => {
      const [program, ...words] = line.split(' ')
      assert.equal(program, 'octo', line)
      return octoIn({ cwd: folder, env: { PASSWORD: 'hunter2' } }, [...words, ...more])
    }
    const [config = '', ...lines] = texts
    writeFileSync(join(folder, 'octo.yaml'), `${config}\n`)
    const add = lines.find((line) => line.startsWith('octo add ')) ?? assert.fail(texts.join('\n'))
    const added = await octo(add, '--yes')
    assert.equal(added.code, 0, added.stderr)
    for (const line of lines.filter((each) => each !== add)) {
      const done = await octo(line)
      assert.equal(done.code, 0, `${plugin}: ${line}\n${done.stdout}${done.stderr}`)
    }
    assert.deepEqual(
      lines.filter((each) => each !== add),
      plugin === 'asks' ? ['octo check'] : ['octo check', `octo run ${plugin}@1.0.0`],
    )
  }
  const byHand = tempFolder(t)
  const [line = '', yaml = ''] = await copiedFrom(`${registry.url}/plugins/core`)
  assert.match(line, /^octo add /)
  writeFileSync(join(byHand, 'octo.yaml'), `${yaml}\n`)
  const run = await octoIn({ cwd: byHand }, ['run', 'ready'])
  assert.equal(run.code, 0, run.stderr)
})
