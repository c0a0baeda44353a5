// What the tests of OCM's own manager check for each capability, by its name: here of a plugin of our sdk, served in this process.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { Capability } from '../../../schemas/contract/ocm/contracts.ts'
import { CAPABILITIES, CONTRACTS } from '../../../schemas/contract/ocm/contracts.ts'
import type { Contract, Endpoint } from '../../../schemas/contract/ocm/endpoints.ts'
import { blobTransformer, componentLister, definePlugin, signingHandler } from '../../../sdk/service/index.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { askedInProcess } from '../../support/operator/ocm-instance.ts'
import { goTwin } from '../../support/sdk/go-twins.ts'

const TYPE = { type: 'Twin/v1' }
const LIST = { endpoint: 'listComponents', request: { repository: TYPE, last: '' } }

const SPEC = { type: 'DummyRepository/v1', baseUrl: 'http://x' }
const SCHEMA = {
  ...{ type: 'object', required: ['type', 'baseUrl'], additionalProperties: false },
  properties: { type: { type: 'string' }, baseUrl: { type: 'string' } },
} as const
const RESOURCE = { name: 'r', version: '1', type: 'plain', relation: 'local' }
const SOURCE = { name: 's', version: '1', type: 'git' }
const LOCATION = { type: 'localFile', value: '/dev/null' }
const DIGEST = { hashAlgorithm: 'SHA-256', normalisationAlgorithm: 'n/v1', value: 'ab' }
const SIGNATURE = { name: 'n', digest: DIGEST, signature: { algorithm: 'a', value: 'ff', mediaType: 'm' } }
const VERSION = { name: 'acme.org/x', version: '1.0.0' }
const DESCRIPTOR = {
  meta: { schemaVersion: 'v2' },
  component: {
    ...VERSION,
    provider: 'acme',
    repositoryContexts: null,
    resources: null,
    sources: null,
    componentReferences: null,
  },
}

type Spec = Readonly<Record<string, unknown>>

/** For each endpoint of a capability: a request about `spec`, and a part of what the twin answers. */
const REGISTRIES: Readonly<Record<Capability, Readonly<Record<string, readonly [(spec: Spec) => object, RegExp]>>>> = {
  componentVersionRepository: {
    getComponentVersion: [() => VERSION, /"name":"test-component"/],
    listComponentVersions: [() => ({ name: 'x' }), /^\["v0\.0\.1","v0\.0\.2"\]$/],
    getLocalResource: [() => ({ ...VERSION, identity: { name: 'r' } }), /"name":"test-resource"/],
    getLocalSource: [() => VERSION, /"name":"test-source"/],
    addComponentVersion: [(repository) => ({ repository, descriptor: DESCRIPTOR }), /^undefined$/],
    addLocalResource: [
      (repository) => ({ repository, ...VERSION, resourceLocation: LOCATION, resource: RESOURCE }),
      /"name":"r"/,
    ],
    addLocalSource: [
      (repository) => ({ repository, ...VERSION, sourceLocation: LOCATION, source: SOURCE }),
      /"name":"s"/,
    ],
    getIdentity: [(type) => ({ type }), /^null$/],
    checkHealth: [(repository) => ({ repository }), /^undefined$/],
  },
  credentialRepository: {
    getConsumerIdentity: [(config) => ({ config }), /"url":"http:\/\/x"/],
    resolve: [(config) => ({ config, identity: { type: 'DummyToken' } }), /"token":"resolved"/],
  },
  credentialPlugin: {
    getConsumerIdentity: [(credential) => ({ credential }), /"url":"http:\/\/x"/],
    resolve: [() => ({ identity: { type: 'DummyToken' } }), /"token":"resolved"/],
  },
  inputRepository: {
    processResource: [(input) => ({ resource: { ...RESOURCE, input } }), /"name":"test-resource"/],
    processSource: [(input) => ({ source: { ...SOURCE, input } }), /"name":"test-source"/],
    getIdentity: [(type) => ({ type }), /identity|null/],
  },
  signingHandler: {
    getSignerIdentity: [(config) => ({ digest: DIGEST, config, name: 'n' }), /"id":"signer"/],
    sign: [(config) => ({ digest: DIGEST, config }), /"value":"sig"/],
    getVerifierIdentity: [(config) => ({ signature: SIGNATURE, config }), /"id":"verifier"/],
    verify: [(config) => ({ signature: SIGNATURE, config }), /^\{\}$/],
  },
  resourceRepository: {
    getResource: [(access) => ({ resource: { ...RESOURCE, access } }), /"type":"localFile"/],
    addResource: [
      (access) => ({ resourceLocation: LOCATION, resource: { ...RESOURCE, access } }),
      /"name":"test-global-resource"/,
    ],
    getIdentity: [(type) => ({ type }), /identity|null/],
  },
  digestProcessorRepository: {
    processResourceDigest: [(access) => ({ resource: { ...RESOURCE, access } }), /"name":"test-resource"/],
    getIdentity: [(type) => ({ type }), /identity|null/],
  },
  blobTransformer: {
    transformBlob: [(specification) => ({ location: LOCATION, specification }), /"type":"localFile"/],
    getIdentity: [(type) => ({ type }), /^null$/],
  },
  componentLister: {
    listComponents: [(repository) => ({ repository, last: '' }), /"list":\["test-component-1"\]/],
    getIdentity: [(type) => ({ type }), /^null$/],
  },
}

for (const capability of CAPABILITIES)
  test(`${capability.toLowerCase()}: each endpoint answers, wants credentials where it has to, and takes only what fits`, (t) =>
    asksOf(t, capability))

async function asksOf(t: TestContext, capability: Capability): Promise<void> {
  const serves = [goTwin(capability, { type: SPEC.type, schema: SCHEMA })]
  const plugin = definePlugin({ name: 'twin', version: '1.0.0', summary: 'is asked', serves })
  const { ask, connection } = await askedInProcess(t, plugin)
  const { endpoints }: Contract = CONTRACTS[capability]
  assert.deepEqual(Object.keys(REGISTRIES[capability]), Object.keys(endpoints))
  for (const [name, [requestFor, answered]] of Object.entries(REGISTRIES[capability])) {
    const endpoint = endpoints[name] as Endpoint
    const asked = { endpoint: `${capability}.${name}`, type: SPEC.type }
    const answer = await ask({ ...asked, request: requestFor(SPEC), credentials: { type: 'Credentials/v1' } })
    assert.match(answer === undefined ? 'undefined' : JSON.stringify(answer), answered, name)
    if (endpoint.credentials === 'required') {
      const { method, path } = endpoint
      const { status } = await connection.send({
        method,
        path: path.slice(1),
        ...(method === 'POST' ? { json: {} } : {}),
      })
      assert.equal(status, 401, name)
    }
    if (endpoint.checked) {
      const wrong = requestFor({ type: SPEC.type, teapot: true })
      const error = await expectCodeAsync('ARGUMENTS_INVALID', () => ask({ ...asked, request: wrong }))
      assert.match(error.message, /`baseUrl` is missing/)
    }
    await expectCodeAsync('CONTRACT_UNSUPPORTED', () => ask({ ...asked, type: 'dummy/v1', request: requestFor(SPEC) }))
  }
}

test('componentlister: pages, an error of the plugin, and an empty list', async (t) => {
  const list = ({ last }: { readonly last: string }) => {
    if (last === 'b') throw new Error('no luck')
    return last === '' ? { list: ['a'], header: { last: 'a' } } : { list: [] }
  }
  const serves = [componentLister({ type: 'Twin/v1', listComponents: list })]
  const { ask } = await askedInProcess(t, definePlugin({ name: 'p', version: '1.0.0', summary: 's', serves }))
  const page = (last: string) => ask({ ...LIST, request: { repository: TYPE, last } })
  assert.deepEqual(await page(''), { list: ['a'], header: { last: 'a' } })
  assert.deepEqual(await page('a'), { list: [] })
  const { message } = await expectCodeAsync('PLUGIN_FAILED', () => page('b'))
  assert.match(message, /status 500: no luck/)
})

test('signinghandler: what the plugin refuses is an error with its words, and never a yes', async (t) => {
  const serves = [
    signingHandler({
      type: 'Twin/v1',
      verify: () => {
        throw new Error('another key')
      },
    }),
  ]
  const { ask } = await askedInProcess(t, definePlugin({ name: 'p', version: '1.0.0', summary: 's', serves }))
  const request = { signature: SIGNATURE, config: TYPE }
  const refused = await expectCodeAsync('PLUGIN_FAILED', () => ask({ endpoint: 'verify', request }))
  assert.match(refused.message, /another key/)
  await expectCodeAsync('PLUGIN_FAILED', () => ask({ endpoint: 'sign', request: { digest: DIGEST, config: TYPE } }))
})

test('lookup: by the whole type, by an alias, and not by half of it', async (t) => {
  const serves = [
    blobTransformer({ type: 'Pack/v1', aliases: ['pack'], transformBlob: ({ location }) => ({ location }) }),
  ]
  const { ask } = await askedInProcess(t, definePlugin({ name: 'p', version: '1.0.0', summary: 's', serves }))
  const transform = (type: string) =>
    ask({ endpoint: 'transformBlob', request: { location: LOCATION, specification: { type } } })
  for (const type of ['Pack/v1', 'pack']) assert.deepEqual(await transform(type), { location: LOCATION })
  for (const type of ['Pack', 'Pack/v2', 'PACK/v1', 'v1'])
    await expectCodeAsync('CONTRACT_UNSUPPORTED', () => transform(type))
  for (const type of ['', 'a/b/c']) await expectCodeAsync('CONTRACT_UNSUPPORTED', () => transform(type))
})
