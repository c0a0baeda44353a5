// What the tests of OCM's own manager check of its plugins as a whole, one by one and by their names; ours is at least as strict. Whole
// flows with processes are in test/interop/ocm-plugins.test.ts, what its SDK is tested for in test/sdk/service/conformance.test.ts.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { discoverPlugins } from '../../../operator/ocm/discovery/discover.ts'
import { openKnowledge } from '../../../operator/ocm/discovery/known-files.ts'
import type { HostOptions } from '../../../operator/ocm/host.ts'
import { openPluginHost } from '../../../operator/ocm/host.ts'
import { startInstance } from '../../../operator/ocm/instance/instance.ts'
import type { PluginLine } from '../../../operator/ocm/instance/lines.ts'
import type { ServicePlugin } from '../../../operator/ocm/plugin.ts'
import { requireFittingCredentials } from '../../../operator/ocm/request/credential-types.ts'
import { prepareCall } from '../../../operator/ocm/request/prepare-call.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import type { Behaviour } from '../../support/builders/service-plugin.ts'
import { aServicePlugin, LISTER, writeServicePlugin } from '../../support/builders/service-plugin.ts'
import { isGone } from '../../support/machine/processes.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'

const TYPE = { type: 'Twin/v1' }
const LIST = { endpoint: 'listComponents', request: { repository: TYPE, last: '' } }
const PATH = '/components/list'

function aHost(t: TestContext, behaviour: Behaviour = {}, options: Partial<HostOptions> = {}) {
  const folder = tempFolder(t)
  const lines: PluginLine[] = []
  const plugins = [aServicePlugin(folder, 'twin', behaviour)]
  const env = { TMPDIR: folder, PATH: process.env.PATH }
  const host = openPluginHost({ plugins, env, cwd: folder, log: (line) => lines.push(line), ...options })
  const left = () => readdirSync(folder).flatMap((name) => (name === 'twin' ? [] : readdirSync(join(folder, name))))
  return { host, lines, left }
}

test('PluginManager: the plugins of a folder are registered by their names, and what they are asked comes with its bytes', async (t) => {
  const [folder, kept] = [tempFolder(t), tempFolder(t)]
  const capabilities = JSON.stringify({
    capabilities: [{ type: 'blobTransformer', supportedTransformerSpecTypes: [TYPE] }],
  })
  writeServicePlugin(folder, 'twin', { capabilities, answers: { '/blob/transform': { file: 'bytes' } } })
  const plugins = await usableIn(t, folder)
  await using host = openPluginHost({ plugins, env: { TMPDIR: folder }, cwd: folder, blobs: () => kept })
  const location = { type: 'localFile', value: '/dev/null' }
  const request = { location, specification: TYPE }
  const answer = (await host.call({ endpoint: 'transformBlob', request })) as { location: { value: string } }
  assert.equal(readFileSync(answer.location.value, 'utf8'), 'bytes')
})

async function usableIn(t: TestContext, folder: string): Promise<readonly ServicePlugin[]> {
  using knowledge = openKnowledge(tempFolder(t))
  const facts = { knowledge, env: { PATH: process.env.PATH }, cwd: folder, timeoutMs: 60_000 }
  const found = await discoverPlugins([{ path: folder, isTrusted: true, digests: [] }], facts)
  return found.flatMap((one) => (one.state === 'usable' ? [one.plugin] : []))
}

const CONFIGURED = JSON.stringify({ ...JSON.parse(LISTER), supportedConfigTypes: ['custom.config/v1'] })

test('ConfigurationPassedToPlugin: what matches arrives, and what the plugin logs is told with its attribute', async (t) => {
  const logs = '{"time":"2026-01-01T00:00:00Z","level":"INFO","msg":"configured","potatoes":100,"b":"x"}'
  const behaviour = { capabilities: CONFIGURED, answers: { [PATH]: { echo: true, body: { list: [] }, logs } } }
  const configurations = [{ type: 'other/v1' }, { type: 'custom.config/v1', maximumNumberOfPotatoes: '100' }]
  const { host, lines } = aHost(t, behaviour, { configurations })
  await using _ = host
  const { echoed } = (await host.call(LIST)) as { echoed: { config: { configTypes: unknown } } }
  assert.deepEqual(echoed.config.configTypes, [{ maximumNumberOfPotatoes: '100', type: 'custom.config/v1' }])
  await until(() => lines.length > 0)
  const attributes = { b: 'x', potatoes: '100' }
  assert.deepEqual(lines, [{ plugin: 'twin', level: 'info', message: 'configured', attributes }])
})

test('ConfigurationPassedToPluginNotFound: a plugin without the configuration that it wants is not started', async (t) => {
  const { host } = aHost(t, { capabilities: CONFIGURED }, { configurations: [{ type: 'custom.config/v2' }] })
  await using _ = host
  const { message } = await expectCodeAsync('ARGUMENTS_INVALID', () => host.call(LIST))
  assert.equal(message, 'no configuration found for plugin `twin`; requested configuration types: `custom.config/v1`')
  assert.deepEqual(host.status(), [])
})

test('CancelContext: a call that is given up leaves the plugin, and the end of its host ends it', async (t) => {
  const { host, left } = aHost(t, { answers: { [PATH]: { hang: true }, '/identity': { body: 'null' } } })
  const controller = new AbortController()
  const call = host.call({ ...LIST, signal: controller.signal })
  await until(() => host.status()[0]?.state === 'ready')
  controller.abort()
  await expectCodeAsync('INTERRUPTED', () => call)
  const pid = host.status()[0]?.pid ?? 0
  assert.equal(await host.call({ endpoint: 'getIdentity', request: { type: TYPE } }), null)
  assert.equal(host.status()[0]?.pid, pid)
  await host[Symbol.asyncDispose]()
  assert.equal(await isGone(pid), true)
  assert.deepEqual(left(), [])
})

test('ShutdownPlugin: after the end every call fails, and socket and folder are gone', async (t) => {
  const { host, left } = aHost(t)
  await host.call(LIST)
  await host[Symbol.asyncDispose]()
  await expectCodeAsync('PLUGIN_EXITED', () => host.call(LIST))
  assert.deepEqual(left(), [])
})

test('ShutdownWithoutWait: a start that is given up ends the plugin too', async (t) => {
  const folder = tempFolder(t)
  const controller = new AbortController()
  const limits = { startMs: 60_000, killGraceMs: 100, maxCalls: 1 }
  const facts = { env: { TMPDIR: folder }, cwd: folder, idleTimeoutMs: 60_000, configTypes: [], limits } as const
  const starting = startInstance(
    aServicePlugin(folder, 'twin', { start: 'hang' }),
    { ...facts, listen: 'unix', log: () => undefined },
    controller.signal,
  )
  controller.abort(new Error('the end'))
  await assert.rejects(starting, /the end/)
  assert.deepEqual(
    readdirSync(folder).flatMap((name) => (name === 'twin' ? [] : readdirSync(join(folder, name)))),
    [],
  )
})

test('MultiplePluginsForSameType: the error names both, and each answers by its name', async (t) => {
  const folder = tempFolder(t)
  const plugins = ['one', 'other'].map((name) => aServicePlugin(folder, name))
  await using host = openPluginHost({ plugins, env: { TMPDIR: folder }, cwd: folder })
  const { message } = await expectCodeAsync('NAME_AMBIGUOUS', () => host.call(LIST))
  assert.equal(message, 'several plugins have `listComponents`: `one (componentLister)`, `other (componentLister)`')
  assert.deepEqual(((await host.call({ ...LIST, plugin: 'one' })) as { list: unknown }).list, ['a'])
})

test('WithNoPlugins: a folder without plugins is no error, and a call says that there is none', async (t) => {
  assert.deepEqual(await usableIn(t, tempFolder(t)), [])
  assert.deepEqual(await usableIn(t, join(tempFolder(t), 'nowhere')), [])
  await using host = openPluginHost({ plugins: [], env: {}, cwd: '/' })
  assert.equal((await expectCodeAsync('PLUGIN_NOT_FOUND', () => host.call(LIST))).message, 'there is no service plugin')
})

function bringing(name: string, ...types: readonly object[]): ServicePlugin {
  const lists = { customCredentialTypes: types.map((one) => ({ aliases: [], ...one })) }
  const capability = { capability: 'credentialRepository', types: lists as never } as const
  const capabilities = { capabilities: [capability], configTypes: [], unknown: [] }
  return { name, capabilities, open: () => assert.fail('nothing is started') }
}

const TOKEN = {
  type: 'Token/v1',
  aliases: ['Token'],
  schema: { type: 'object', required: ['token'], properties: { type: {}, token: { type: 'string' } } },
}

test('CredentialTypeRegistryPopulatedFromPlugin: credentials of a type that a plugin brings look as it says', async (t) => {
  const plugins = [bringing('vault', TOKEN)]
  await requireFittingCredentials({ type: 'Token/v1', token: 'x' }, plugins)
  const error = await expectCodeAsync('ARGUMENTS_INVALID', () =>
    requireFittingCredentials({ type: 'Token', secret: 's3cret' }, plugins),
  )
  const credentials = { type: 'Token', secret: 's3cret' }
  const all = [...plugins, aServicePlugin(tempFolder(t), 'twin')]
  await expectCodeAsync('ARGUMENTS_INVALID', () => prepareCall({ ...LIST, credentials }, all))
  assert.match(error.message, /`token` is missing/)
  assert.doesNotMatch(JSON.stringify(error), /s3cret/)
})

test('credentialrepository custom types: several, none, conflicts by name and by alias, and no talk between types', async () => {
  const card = { type: 'Card/v1', schema: false }
  const none = bringing('none')
  const both = [bringing('vault', TOKEN, card), none]
  await requireFittingCredentials({ type: 'Token', token: 'x' }, both)
  await requireFittingCredentials({ type: 'Unknown/v1' }, both)
  await requireFittingCredentials(undefined, both)
  await expectCodeAsync('ARGUMENTS_INVALID', () => requireFittingCredentials({ type: 'Card/v1' }, both))
  for (const second of [{ type: 'Token/v1' }, { type: 'Other/v1', aliases: ['Token'] }]) {
    const plugins = [...both, bringing('other', second)]
    const asked = { type: second.aliases?.[0] ?? second.type, token: 'x' }
    const { message } = await expectCodeAsync('NAME_AMBIGUOUS', () => requireFittingCredentials(asked, plugins))
    assert.match(message, /`vault` as `Token\/v1`, `other` as/)
  }
})
