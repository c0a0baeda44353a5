// Plugins made with our sdk beside those that OCM's own repository tests with: what these announced and answered, and what the real
// manager asked, was recorded, and has to be the same byte for byte where the protocol says how it is.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { renderCapabilities } from '../../../schemas/contract/ocm/capabilities.ts'
import type { Capability } from '../../../schemas/contract/ocm/contracts.ts'
import { CAPABILITIES } from '../../../schemas/contract/ocm/contracts.ts'
import { configType, definePlugin, testPlugin } from '../../../sdk/service/index.ts'
import { goTwin } from '../../support/sdk/go-twins.ts'

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/ocm/${name}`, import.meta.url), 'utf8')
const about = { version: '1.0.0', summary: 'is asked by tests' }

const GO_PLUGINS: Readonly<Record<string, Capability>> = {
  blobtransformer: 'blobTransformer',
  'component-lister': 'componentLister',
  'component-version': 'componentVersionRepository',
  'credential-repository': 'credentialRepository',
  digester: 'digestProcessorRepository',
  input: 'inputRepository',
  resource: 'resourceRepository',
  signinghandler: 'signingHandler',
}
const DUMMY_SCHEMA = JSON.parse(
  Buffer.from(
    /"jsonSchema":"([^"]+)"/.exec(fixture('capabilities-test-plugin-input.json'))?.[1] ?? '',
    'base64',
  ).toString(),
)

function dummyPlugin(name: string, capability: Capability) {
  const config = name === 'component-version' ? [configType('custom.config/v1', {})] : []
  const kind = { type: 'DummyRepository/v1', schema: DUMMY_SCHEMA }
  return definePlugin({ ...about, name: `test-plugin-${name}`, config, serves: [goTwin(capability, kind)] })
}

for (const [name, capability] of Object.entries(GO_PLUGINS))
  test(`announces ${capability} as the plugin in Go does, byte for byte`, () => {
    const announced = renderCapabilities(dummyPlugin(name, capability).capabilities())
    assert.equal(announced, fixture(`capabilities-test-plugin-${name}.json`))
  })

const spec = { type: 'DummyRepository/v1', baseUrl: 'http://x' }
const resource = { name: 'r', version: '1', type: 'plain', relation: 'local' }
const source = { name: 's', version: '1', type: 'git' }
const locationOf = { type: 'localFile', value: '/tmp/x' }
const digest = { hashAlgorithm: 'SHA-256', normalisationAlgorithm: 'x/v1', value: 'ab' }
const signature = { name: 'n', digest, signature: { algorithm: 'rsa', value: 'ff', mediaType: 'text/plain' } }
const none = { authorization: '{}' }

/** What each of them was asked: the recorded answers stand in the same order, and the calls between them are asked elsewhere. */
const CALLS: Readonly<Record<string, readonly (readonly [string, string, unknown?, Record<string, string>?])[]>> = {
  'component-version': [
    ['GET', '/healthz'],
    ['POST', '/healthz', {}],
    ['GET', '/nope'],
    ['GET', '/component-version/download?name=a&version=1'],
    ['GET', '/component-version/download?name=a&version=1', undefined, none],
    ['GET', '/component-versions?name=a', undefined, none],
    ['GET', '/local-resource/download?name=a&version=1&identity=eyJuYW1lIjoiciJ9', undefined, none],
    ['GET', '/local-resource/download?name=a&version=1', undefined, none],
    ['GET', '/local-source/download?name=a&version=1&identity=eyJuYW1lIjoiciJ9', undefined, none],
    [
      ...(['POST', '/component-version/upload'] as const),
      {
        repository: spec,
        descriptor: { meta: { schemaVersion: 'v2' }, component: { name: 'a.b/c', version: '1', provider: 'p' } },
      },
      none,
    ],
    ['POST', '/identity', { type: spec }],
  ],
  input: [
    ['POST', '/resource/process', { resource: { ...resource, input: spec } }],
    ['POST', '/source/process', { source: { ...source, input: spec } }],
  ],
  signinghandler: [
    ['POST', '/sign/identity', { digest, config: spec, name: 'n' }],
    ['POST', '/sign', { digest, config: spec }],
    ['POST', '/verify/identity', { signature, config: spec }],
    ['POST', '/verify', { signature, config: spec }],
  ],
  digester: [['POST', '/resource/digest/process', { resource: { ...resource, access: spec } }]],
  blobtransformer: [
    ['POST', '/blob/transform', { location: locationOf, specification: spec }],
    ['POST', '/identity', { type: spec }],
  ],
  'component-lister': [
    ['POST', '/components/list', { repository: spec, last: '' }],
    ['POST', '/components/list', { repository: spec, last: 'test-component-1' }],
    ['POST', '/components/list', { repository: spec, last: 'zzz' }],
    ['POST', '/identity', { type: spec }],
  ],
  resource: [
    ['POST', '/resource/get', { resource: { ...resource, access: spec } }],
    ['POST', '/resource/add', { resourceLocation: locationOf, resource: { ...resource, access: spec } }],
  ],
  'credential-repository': [
    ['POST', '/consumer-identity', { config: spec }],
    ['POST', '/resolve', { config: spec, identity: { type: 'DummyToken' } }],
  ],
}

/** `GET /path -> 200 ct=… body='…'`, as Python writes a text. */
function recordedAnswers(name: string): readonly string[] {
  const start = name === 'component-version' ? 'STDOUT http' : `== test-plugin-${name} `
  const lines = fixture('plugin-responses.txt').split('\n')
  const first = lines.findIndex((line) => line.startsWith(start))
  const count = lines
    .slice(first + 1)
    .findIndex((line) => line.startsWith('==') || /^(?: {2}rc|after shutdown) /.test(line))
  return lines.slice(first + 1, first + 1 + count).flatMap((line) => {
    const [, call, status, quote, body] = /^ {2}(\S+ \S+) -> (\d+) .* body=(['"])(.*)\3$/.exec(line) ?? []
    return call === undefined ? [] : [`${call} ${status} ${quote === undefined ? '' : body?.replaceAll('\\n', '\n')}`]
  })
}

/** Where a temporary file lies is the plugin's own affair. */
const withoutPaths = (text: string) => text.replace(/"value":"\/[^"]*"/, '"value":"FILE"')

for (const [name, calls] of Object.entries(CALLS))
  test(`answers as test-plugin-${name} in Go does, byte for byte`, async () => {
    await using plugin = await testPlugin(dummyPlugin(name, GO_PLUGINS[name] as Capability))
    const recorded = recordedAnswers(name).map(withoutPaths)
    for (const [method, path, body, headers = {}] of calls) {
      const { status, body: answer } = await plugin.fetch(path, {
        ...{ method, headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const found = withoutPaths(`${method} ${path} ${status} ${answer}`)
      assert.ok(recorded.includes(found), `${found}\nis none of\n${recorded.join('')}`)
    }
  })

type Asked = {
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly body?: string
}

/** What the real manager sent to each plugin: its config, and then requests. */
function recordedSessions(): readonly { readonly config: { readonly id: string }; readonly asked: readonly Asked[] }[] {
  const lines = fixture('manager-requests.log').split('\n')
  const starts = lines.flatMap((line, at) => (line.startsWith('CONFIG ') ? [at] : []))
  return starts.map((start, index) => ({
    config: JSON.parse((lines[start] ?? '').slice('CONFIG '.length)),
    asked: lines.slice(start, starts[index + 1]).flatMap((line) => {
      const [, method = '', path = '', headers = '', body] = /^REQ (\S+) (\S+) (\{.*?\}) ?(\{.*\})?$/.exec(line) ?? []
      return method === '' ? [] : [{ method, path, headers: JSON.parse(headers), ...(body ? { body } : {}) }]
    }),
  }))
}

test('answers everything that the real manager was recorded asking', async (t) => {
  const sessions = recordedSessions()
  // It never asks an external repository of credentials.
  const reached = CAPABILITIES.filter((capability) => sessions.some(({ config }) => config.id === `fake-${capability}`))
  assert.deepEqual(
    CAPABILITIES.filter((capability) => !reached.includes(capability)),
    ['credentialRepository'],
  )
  for (const { config, asked } of sessions) {
    const capability = CAPABILITIES.find((known) => config.id === `fake-${known}`)
    if (!capability) continue
    await t.test(`${config.id}: ${asked.length} requests`, async () => {
      const serves = [goTwin(capability, { type: 'Fake/v1' })]
      await using plugin = await testPlugin(definePlugin({ ...about, name: config.id, serves }))
      for (const { method, path, headers, body } of asked) {
        const { Host: _host, 'Content-Length': _length, 'Accept-Encoding': _encoding, ...sent } = headers
        const answer = await plugin.fetch(path, { method, headers: sent, ...(body ? { body } : {}) })
        assert.equal(answer.status, 200, `${method} ${path}: ${answer.body}`)
      }
    })
  }
})
