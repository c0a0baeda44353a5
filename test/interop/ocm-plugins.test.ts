// Plugins under our host that stay what they are, in Go and of our sdk: every endpoint of every contract, and what goes wrong.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { PluginLine } from '../../operator/ocm/instance/lines.ts'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { until } from '../support/machine/until.ts'
import type { Peer, Short } from '../support/peers/ocm-plugins.ts'
import {
  aPlace,
  assertNoLocks,
  CAPABILITY_OF,
  DIGEST,
  GO,
  left,
  OURS,
  RESOURCE,
  TYPE,
} from '../support/peers/ocm-plugins.ts'

const CREDENTIALS = { type: 'Credentials/v1', properties: { username: 'u', password: 'p' } }

for (const peer of [GO, OURS]) {
  const { title, skip } = peer
  test(`${title}: every endpoint of the contracts is answered as it was seen to be`, { skip }, (t) =>
    endpoints(t, peer),
  )
  test(`${title}: a refusal, a wrong question and a crash are errors with its words, and it lives on`, { skip }, (t) =>
    errors(t, peer),
  )
}

async function endpoints(t: TestContext, peer: Peer): Promise<void> {
  const kept = tempFolder(t)
  const { folder, openHost } = await aPlace(t, peer)
  const host = openHost({ blobs: () => kept })
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
  const calls: readonly (readonly [Short, string, object, (answer: never) => unknown])[] = [
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
  for (const [short, name, request, shown] of calls) {
    const endpoint = `${CAPABILITY_OF[short]}.${name}`
    const call = { plugin: peer.nameOf(short), type: TYPE.type, endpoint, request, credentials: CREDENTIALS }
    const said = await host.call(call).then((answer) => shown(answer as never), String)
    answers.push(`${short}.${name}: ${said}`)
  }
  assert.equal(host.status().length, peer.count)
  const pids = host.status().map(({ pid }) => pid)
  await host[Symbol.asyncDispose]()
  const expected = EXPECTED.map((line) => {
    const [name = ''] = line.split(': ', 1)
    return Object.hasOwn(peer.others, name) ? `${name}: ${peer.others[name]}` : line
  })
  assert.deepEqual(answers, expected)
  assert.deepEqual(left(folder), ['blob.txt'])
  assertNoLocks(pids)

  function textAt(answer: { location: { value: string } }): string {
    if (!existsSync(answer.location.value)) return 'no file'
    return readFileSync(answer.location.value).length > 0 ? 'a file' : 'an empty file'
  }
}

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

async function errors(t: TestContext, peer: Peer): Promise<void> {
  const lines: PluginLine[] = []
  const { openHost } = await aPlace(t, peer)
  await using host = openHost({
    log: (line) => lines.push(line),
    configurations: [{ type: 'custom.config/v1', maximumNumberOfPotatoes: '100' }],
  })
  const lister = { endpoint: 'listComponents', request: { repository: TYPE, last: 'zzz' } }
  const refused = await expectCodeAsync('PLUGIN_FAILED', () => host.call(lister))
  assert.match(refused.message, /status 500: unknown last: "zzz"/)
  await expectCodeAsync('ARGUMENTS_INVALID', () =>
    host.call({ endpoint: 'listComponents', request: { repository: { type: TYPE.type }, last: '' } }),
  )
  if (peer.kind === 'go') {
    const location = { type: 'localFile', value: '/nonexistent' }
    const upload = { repository: TYPE, name: 'a', version: '1', resourceLocation: location, resource: RESOURCE }
    const crashed = await expectCodeAsync('PLUGIN_FAILED', () =>
      host.call({ endpoint: 'addLocalResource', request: upload }),
    )
    assert.match(crashed.message, /status 500: /)
  }
  assert.deepEqual(await host.call({ endpoint: 'listComponentVersions', request: { name: 'a' }, type: TYPE.type }), [
    'v0.0.1',
    'v0.0.2',
  ])
  await until(() => lines.some(({ plugin }) => plugin === peer.nameOf('component-version')))
}
