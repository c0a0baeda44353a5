// Folders of plugins, as configs name them; and that nobody from elsewhere names any.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { parseTree } from '../../../config/document/node.ts'
import { openWarnings } from '../../../config/document/warnings.ts'
import { readPluginDirectories } from '../../../config/model/plugin-directories.ts'
import { expectCode, expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { readFiles } from '../../support/machine/config-files.ts'

const DIGEST = `sha256:${'a1'.repeat(32)}`

async function read(t: TestContext, text: string) {
  return await readFiles(t, { 'octo.yaml': `${text}\n` })
}

test('a folder is trusted as a whole, or for the digests that are named', async (t) => {
  const text = `pluginDirectories: [{path: ./here, trust: unsigned}, {path: /opt/there, digests: [${DIGEST}]}, {path: ~/p}]`
  for (const format of ['operator', 'octoctl']) {
    const { pluginDirectories = [], files, warnings } = await read(t, `${format}: {${text}}`)
    assert.deepEqual(pluginDirectories, [
      { path: join(files[0] ?? '', '..', 'here'), isTrusted: true, digests: [] },
      { path: '/opt/there', isTrusted: false, digests: [DIGEST] },
      { path: '~/p', isTrusted: false, digests: [] },
    ])
    assert.equal(warnings.length, 1)
    assert.match(warnings[0]?.message ?? '', /run without proof; whoever writes there decides what/)
  }
})

test('what cannot be meant is refused with its place', async (t) => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['[./here]', /a map with `path`/],
    ['[{trust: unsigned}]', /a map with `path`/],
    ['[{path: ./a, trust: true}]', /can only be `unsigned`, found `true`/],
    ['[{path: ./a, trust: signed}]', /can only be `unsigned`/],
    ['[{path: ./a, digests: [sha256:1]}]', /64 hex digits, found `sha256:1`/],
    [`[{path: ./a, digests: [${DIGEST.toUpperCase()}]}]`, /64 hex digits/],
    [`[{path: ./a, digests: [${Array(1001).fill(DIGEST)}]}]`, /more than 1000 digests$/],
    ['[{path: [./a]}]', /no plain text|of another kind|expected/],
  ]
  for (const [text, message] of wrong) {
    const error = await expectCodeAsync('CONFIG_INVALID', () => read(t, `operator: {pluginDirectories: ${text}}`))
    assert.match(error.message, message, text)
  }
})

test('a document from elsewhere names no folder', () => {
  const text = 'operator: {pluginDirectories: [{path: /tmp, trust: unsigned}]}'
  const root = parseTree(text, { name: 'https://example.com/octo.yaml', remote: true })
  const warnings = openWarnings()
  const reading = { warnings, resolveFile: () => assert.fail('its path is not looked at') }
  expectCode('CONFIG_INVALID', () => readPluginDirectories(root, reading))
})
