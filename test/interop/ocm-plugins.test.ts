// OCM's own test plugins, written in Go by others, under our host: every endpoint of every contract, as they answer it. The folder
// that holds them is named by OCM_PLUGINS.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { discoverPlugins } from '../../operator/ocm/discover.ts'
import type { HostOptions } from '../../operator/ocm/host.ts'
import { openPluginHost } from '../../operator/ocm/host.ts'
import { openKnowledge } from '../../operator/ocm/known-files.ts'
import type { PluginLine } from '../../operator/ocm/lines.ts'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'
import { isGone } from '../support/machine/processes.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { until } from '../support/machine/until.ts'

const PLUGINS = process.env.OCM_PLUGINS
const skip = PLUGINS === undefined && 'OCM_PLUGINS names no folder with the test plugins of OCM'

const TYPE = { type: 'DummyRepository/v1', baseUrl: 'http://x' }
const CREDENTIALS = { type: 'Credentials/v1', properties: { username: 'u', password: 'p' } }
const DIGEST = { hashAlgorithm: 'SHA-256', normalisationAlgorithm: 'jsonNormalisation/v4alpha1', value: 'abcd' }
const RESOURCE = { name: 'r', version: '1.0.0', type: 'plain', relation: 'local', access: TYPE }

async function aHost(t: TestContext, options: Partial<HostOptions> = {}) {
  const folder = tempFolder(t)
  const env = { PATH: process.env.PATH, TMPDIR: folder }
  const lines: PluginLine[] = []
  using knowledge = openKnowledge(tempFolder(t))
  const directory = { path: PLUGINS ?? '', isTrusted: true, digests: [] }
  const found = await discoverPlugins([directory], { knowledge, env, cwd: folder, timeoutMs: 20_000 })
  const plugins = found.flatMap((one) => (one.state === 'usable' ? [one.plugin] : []))
  const host = openPluginHost({ plugins, env, cwd: folder, log: (line) => lines.push(line), ...options })
  return { host, plugins, folder, lines }
}

function left(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true }).filter((name) => !/^octo-ocm-\d+$/.test(String(name))) as string[]
}

test('every endpoint of the contracts is answered as it was seen to be', { skip }, async (t) => {
  const kept = tempFolder(t)
  const { host, plugins, folder } = await aHost(t, { blobs: () => kept })
  assert.equal(plugins.length, 8)
  const blob = join(folder, 'blob.txt')
  writeFileSync(blob, 'bytes')
  const location = { type: 'localFile', value: blob }
  const source = { name: 's', version: '1.0.0', type: 'git', access: TYPE }
  const input = { name: 'r', version: '1.0.0', type: 'plain', relation: 'local', input: TYPE }
  const signature = { name: 'n', digest: DIGEST, signature: { algorithm: 'a', value: 'ff', mediaType: 'm' } }
  const version = { name: 'acme.org/x', version: '1.0.0' }
  const descriptor = {
    meta: { schemaVersion: 'v2' },
    component: {
      ...version,
      repositoryContexts: null,
      provider: 'acme',
      resources: [],
      sources: null,
      componentReferences: null,
    },
  }
  const calls: readonly (readonly [string, string, object, (answer: never) => unknown])[] = [
    ['component-version', 'getComponentVersion', version, (a: { component: { name: string } }) => a.component.name],
    ['component-version', 'listComponentVersions', { name: 'a' }, (a: string[]) => a.join()],
    ['component-version', 'getLocalResource', { ...version, identity: { name: 'r' } }, textAt],
    ['component-version', 'getLocalSource', { ...version, identity: { name: 's' } }, textAt],
    ['component-version', 'addComponentVersion', { repository: TYPE, descriptor }, (a: undefined) => String(a)],
    [
      'component-version',
      'addLocalSource',
      { repository: TYPE, ...version, sourceLocation: location, source },
      (a: { name: string }) => a.name,
    ],
    ['component-version', 'getIdentity', { type: TYPE }, (a: null) => String(a)],
    ['component-version', 'checkHealth', { repository: TYPE }, (a: null) => String(a)],
    ['credential-repository', 'getConsumerIdentity', { config: TYPE }, (a: object) => JSON.stringify(a)],
    ['credential-repository', 'resolve', { config: TYPE, identity: { k: 'v' } }, (a: object) => JSON.stringify(a)],
    ['input', 'processResource', { resource: input }, textAt],
    ['input', 'processSource', { source: { ...input, relation: undefined } }, textAt],
    ['input', 'getIdentity', { type: TYPE }, (a: null) => String(a)],
    [
      'signinghandler',
      'getSignerIdentity',
      { digest: DIGEST, config: TYPE, name: 'n' },
      (a: object) => JSON.stringify(a),
    ],
    ['signinghandler', 'sign', { digest: DIGEST, config: TYPE }, (a: object) => JSON.stringify(a)],
    ['signinghandler', 'getVerifierIdentity', { signature, config: TYPE }, (a: object) => JSON.stringify(a)],
    ['signinghandler', 'verify', { signature, config: TYPE }, (a: object) => JSON.stringify(a)],
    ['resource', 'getResource', { resource: RESOURCE }, textAt],
    [
      'resource',
      'addResource',
      { resourceLocation: location, resource: RESOURCE },
      (a: { resource: { name: string } }) => a.resource.name,
    ],
    ['resource', 'getIdentity', { type: TYPE }, (a: null) => String(a)],
    [
      'digester',
      'processResourceDigest',
      { resource: RESOURCE },
      (a: { resource: { name: string } }) => a.resource.name,
    ],
    ['digester', 'getIdentity', { type: TYPE }, (a: null) => String(a)],
    ['blobtransformer', 'transformBlob', { location, specification: TYPE }, textAt],
    ['blobtransformer', 'getIdentity', { type: TYPE }, (a: null) => String(a)],
    ['component-lister', 'listComponents', { repository: TYPE, last: '' }, (a: object) => JSON.stringify(a)],
    [
      'component-lister',
      'listComponents',
      { repository: TYPE, last: 'test-component-1' },
      (a: object) => JSON.stringify(a),
    ],
    ['component-lister', 'getIdentity', { type: TYPE }, (a: null) => String(a)],
  ]
  const answers: string[] = []
  for (const [plugin, endpoint, request, shown] of calls) {
    const call = { plugin: `test-plugin-${plugin}`, endpoint, request, credentials: CREDENTIALS }
    answers.push(`${plugin}.${endpoint}: ${await host.call(call).then((answer) => shown(answer as never), String)}`)
  }
  await host[Symbol.asyncDispose]()
  assert.deepEqual(answers, EXPECTED)
  assert.deepEqual(left(folder), ['blob.txt'])
  assert.deepEqual(
    readdirSync('/tmp').filter((name) => /^[0-9a-f]{8}-plugin\.socket/.test(name)),
    [],
  )

  function textAt(answer: { location: { value: string } }): string {
    if (!existsSync(answer.location.value)) return 'no file'
    return readFileSync(answer.location.value).length > 0 ? 'a file' : 'an empty file'
  }
})

/** Identities that these plugins cannot give are none; sources are what one of them crashes on. */
const EXPECTED: readonly string[] = [
  'component-version.getComponentVersion: test-component',
  'component-version.listComponentVersions: v0.0.1,v0.0.2',
  'component-version.getLocalResource: a file',
  'component-version.getLocalSource: a file',
  'component-version.addComponentVersion: undefined',
  'component-version.addLocalSource: CodedError: plugin `test-plugin-component-version` refused `/local-source/upload` with status 500: panic recovered',
  'component-version.getIdentity: null',
  'component-version.checkHealth: null',
  'credential-repository.getConsumerIdentity: {"type":"DummyToken","url":"http://x"}',
  'credential-repository.resolve: {"token":"resolved"}',
  'input.processResource: an empty file',
  'input.processSource: an empty file',
  'input.getIdentity: null',
  'signinghandler.getSignerIdentity: {"identity":{"id":"signer"}}',
  'signinghandler.sign: {"signature":{"algorithm":"rsa","value":"sig","mediaType":"text/plain"}}',
  'signinghandler.getVerifierIdentity: {"identity":{"id":"verifier"}}',
  'signinghandler.verify: {}',
  'resource.getResource: a file',
  'resource.addResource: test-global-resource',
  'resource.getIdentity: null',
  'digester.processResourceDigest: test-resource',
  'digester.getIdentity: null',
  'blobtransformer.transformBlob: a file',
  'blobtransformer.getIdentity: null',
  'component-lister.listComponents: {"list":["test-component-1"],"header":{"last":"test-component-1"}}',
  'component-lister.listComponents: {"list":["test-component-2"]}',
  'component-lister.getIdentity: null',
]

test('a plugin of Go leaves when nobody asks it, is started again, and sixteen first calls are answered', {
  skip,
}, async (t) => {
  const { host, folder } = await aHost(t, { idleTimeoutMs: 300 })
  await using _ = host
  const ask = () => host.call({ endpoint: 'listComponents', request: { repository: TYPE, last: '' } })
  await Promise.all(Array.from({ length: 16 }, ask))
  const pid = host.status()[0]?.pid ?? 0
  assert.equal(await isGone(pid), true)
  await until(() => left(folder).length === 0)
  await ask()
  assert.notEqual(host.status()[0]?.pid, pid)
})

test('a refusal, a wrong question and a crash in a plugin of Go are errors with its words, and it lives on', {
  skip,
}, async (t) => {
  const { host, lines } = await aHost(t)
  await using _ = host
  const lister = { endpoint: 'listComponents', request: { repository: TYPE, last: 'zzz' } }
  const refused = await expectCodeAsync('PLUGIN_FAILED', () => host.call(lister))
  assert.match(refused.message, /status 500: unknown last: "zzz"/)
  await expectCodeAsync('ARGUMENTS_INVALID', () =>
    host.call({ endpoint: 'listComponents', request: { repository: { type: TYPE.type }, last: '' } }),
  )
  const location = { type: 'localFile', value: '/nonexistent' }
  const upload = { repository: TYPE, name: 'a', version: '1', resourceLocation: location, resource: RESOURCE }
  const crashed = await expectCodeAsync('PLUGIN_FAILED', () =>
    host.call({ endpoint: 'addLocalResource', request: upload }),
  )
  assert.match(crashed.message, /status 500: /)
  assert.deepEqual(await host.call({ endpoint: 'listComponentVersions', request: { name: 'a' }, type: TYPE.type }), [
    'v0.0.1',
    'v0.0.2',
  ])
  await until(() => lines.some(({ plugin }) => plugin === 'test-plugin-component-version'))
})
