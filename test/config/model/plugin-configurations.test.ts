// What service plugins are configured with, as configs say it; and that nobody from elsewhere does.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { parseTree } from '../../../config/document/node.ts'
import {
  readConfigurationList,
  readCredentialRepositories,
  readOcmConfigs,
} from '../../../config/model/plugin-configurations.ts'
import { expectCode, expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { readFiles } from '../../support/machine/config-files.ts'

async function read(t: TestContext, text: string) {
  return await readFiles(t, { 'octo.yaml': `${text}\n` })
}

test('configurations belong to a pin or to a folder, and documents of OCM to all plugins', async (t) => {
  for (const format of ['operator', 'octoctl']) {
    const config = await read(
      t,
      `${format}:
  plugins: {helminput: {version: ^1, configurations: [{type: a/v1, b: {c: [1, true]}}, {type: d}]}}
  pluginDirectories: [{path: /opt/there, configurations: [{type: e/v1}]}]
  ocmConfig: [./here.yaml, /opt/ocm.yaml, ~/.ocmconfig, $OCM_CONFIG]`,
    )
    assert.deepEqual(config.pins[0]?.configurations, [{ type: 'a/v1', b: { c: [1, true] } }, { type: 'd' }])
    assert.deepEqual(config.pluginDirectories?.[0]?.configurations, [{ type: 'e/v1' }])
    const here = join(config.files[0] ?? '', '..', 'here.yaml')
    assert.deepEqual(config.ocmConfigs, [here, '/opt/ocm.yaml', '~/.ocmconfig', '$OCM_CONFIG'])
  }
  assert.equal((await read(t, 'operator: {ocmConfig: [], plugins: {a: {configurations: }}}')).ocmConfigs, undefined)
})

test('what cannot be meant is refused with its place', async (t) => {
  const pinned = (text: string) => `operator: {plugins: {a: {configurations: ${text}}}}`
  const wrong: readonly (readonly [string, RegExp])[] = [
    [pinned('{type: a/v1}'), /a list of maps with a `type`/],
    [pinned('[a/v1]'), /a map with a `type`/],
    [pinned('[{endpoint: x}]'), /a map with a `type`/],
    [pinned('[{type: a/b/c}]'), /a map with a `type`/],
    [pinned(`[${Array(101).fill('{type: a/v1}')}]`), /more than 100 configurations$/],
    [`operator: {ocmConfig: [${Array(17).fill('./ocm.yaml')}]}`, /more than 16 documents in `ocmConfig`$/],
    [
      `operator: {ocmConfig: [${Array(16).fill('./ocm.yaml')}]}\noctoctl: {ocmConfig: ./one.yaml}`,
      /more than 16 documents in `ocmConfig`$/,
    ],
    [pinned('[{type: a/v1, token: "{{.env.TOKEN}}"}]'), /templates are not filled in/],
    [pinned('[{type: a/v1, deep: [{token: "{{.name}}"}]}]'), /templates are not filled in/],
    ['operator: {ocmConfig: $HOME}', /expected a file, or `\$OCM_CONFIG`/],
    ['operator: {ocmConfig: [""]}', /expected a file/],
    ['operator: {ocmConfig: https://example.com/ocm.yaml}', /expected a file/],
    ['operator: {ocmConfig: [{path: a}]}', /expected a file|no plain text|of another kind/],
  ]
  for (const [text, message] of wrong) {
    const error = await expectCodeAsync('CONFIG_INVALID', () => read(t, text))
    assert.match(error.message, message, text)
  }
})

test('credential repositories are maps with a type, at most eight', async (t) => {
  for (const format of ['operator', 'octoctl']) {
    const config = await read(
      t,
      `${format}: {credentialRepositories: [{type: Vault/v1, address: https://v}, {type: B}]}`,
    )
    assert.deepEqual(config.credentialRepositories, [{ type: 'Vault/v1', address: 'https://v' }, { type: 'B' }])
  }
  const many = Array.from({ length: 9 }, () => '{type: a/v1}').join(', ')
  for (const [text, message] of [
    ['{type: a/v1}', /is a list of at most 8 maps/],
    [`[${many}]`, /is a list of at most 8 maps/],
    ['[a/v1]', /a map with a `type`/],
    ['[{type: a/v1, token: "{{.env.TOKEN}}"}]', /templates are not filled in/],
  ] as const) {
    const written = `operator: {credentialRepositories: ${text}}`
    const error = await expectCodeAsync('CONFIG_INVALID', () => read(t, written))
    assert.match(error.message, message, text)
  }
})

test('a document from elsewhere configures no plugin', () => {
  const source = { name: 'https://example.com/octo.yaml', remote: true }
  expectCode('CONFIG_INVALID', () => readConfigurationList(parseTree('[{type: a/v1}]', source)))
  const repositories = parseTree('operator: {credentialRepositories: [{type: a/v1}]}', source)
  expectCode('CONFIG_INVALID', () => readCredentialRepositories(repositories))
  const root = parseTree('operator: {ocmConfig: /etc/ocm.yaml}', source)
  expectCode('CONFIG_INVALID', () => readOcmConfigs(root, { resolveFile: () => assert.fail('it is not looked at') }))
})
