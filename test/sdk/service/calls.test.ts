// Calls over a real socket: what reaches an author's handler, and what a host is answered when something is wrong.
import assert from 'node:assert/strict'
import test from 'node:test'
import type { ServiceDefinition } from '../../../sdk/service/index.ts'
import {
  blobTransformer,
  CallError,
  componentLister,
  componentVersionRepository,
  credentialPlugin,
  definePlugin,
  digestProcessorRepository,
  inputRepository,
  signingHandler,
  testPlugin,
} from '../../../sdk/service/index.ts'

const about = { name: 'p', version: '1.0.0', summary: 'is asked by tests' }
const tested = (serves: ServiceDefinition['serves'], more: Partial<ServiceDefinition> = {}) =>
  testPlugin(definePlugin({ ...about, serves, ...more }))
const file = (value: string) => ({ type: 'localFile', value }) as const
const json = (value: unknown) => ({ method: 'POST', body: JSON.stringify(value) })

test('credentials arrive as they were sent, also beyond ASCII, and are asked for as the contract says', async () => {
  const seen: unknown[] = []
  await using plugin = await tested([
    componentVersionRepository({
      type: 'Repo/v1',
      listComponentVersions: (_request, { credentials }) => {
        seen.push(credentials)
        return []
      },
      getIdentity: () => ({ identity: {} }),
    }),
    digestProcessorRepository({
      type: 'Repo/v1',
      processResourceDigest: ({ resource }, { credentials }) => {
        seen.push(credentials)
        return { resource }
      },
    }),
  ])
  const credentials = { type: 'Credentials/v1', properties: { username: 'jürgen', password: '密\u{1f600}"\\' } }
  const list = { name: 'a' }
  await plugin.call('componentVersionRepository', 'listComponentVersions', list, { credentials })
  await plugin.call('componentVersionRepository', 'listComponentVersions', list)
  const escaped = JSON.stringify(credentials).replace(
    /[^\0-\x7f]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  await plugin.fetch('/component-versions?name=a', { headers: { authorization: escaped } })
  const resource = { name: 'r', version: '1', type: 't', relation: 'local', access: { type: 'Repo/v1' } }
  await plugin.call('digestProcessorRepository', 'processResourceDigest', { resource })
  assert.deepEqual(seen, [credentials, undefined, credentials, undefined])
  for (const authorization of [
    ...['', 'x', 'Basic dXNlcjpwYXNz', '[]', 'null', '{"type":""}', '{"properties":{"a":"b"}}', '{"type":"a/b/c"}'],
    ...['{"type":"T","properties":{"a":1}}', '{"type":"T","properties":[1]}', '{"type":"T","properties":"a"}'],
    ...['{"type":"T","type":"U"}', '{"type":"T"}x', '{"secret":"hunter2","type":3}'],
  ]) {
    const { status, body } = await plugin.fetch('/component-versions?name=a', { headers: { authorization } })
    assert.equal(status, 401, authorization)
    assert.match(body, /^incorrect authentication header format: ./)
    assert.doesNotMatch(body, /hunter2|dXNl/)
  }
  assert.equal((await plugin.fetch('/component-versions?name=a')).status, 401)
  assert.equal((await plugin.fetch('/resource/digest/process', json({ resource }))).status, 200)
  assert.equal((await plugin.fetch('/identity', json({ type: { type: 'Repo/v1' } }))).status, 200)
  const large = { type: 'Credentials/v1', properties: { token: 'x'.repeat(400_000) } }
  await plugin.call('componentVersionRepository', 'listComponentVersions', list, { credentials: large })
  assert.deepEqual(seen.at(-1), large)
})

test('what cannot be decoded is the caller’s mistake, whatever the endpoint, and nothing of it runs', async () => {
  const ran: string[] = []
  await using plugin = await tested(
    [
      componentVersionRepository({
        type: 'T/v1',
        getLocalResource: () => assert.fail('ran'),
        addLocalResource: ({ resource }) => {
          ran.push('resource')
          return resource
        },
        addLocalSource: ({ source }) => {
          ran.push('source')
          return source
        },
        addComponentVersion: () => void ran.push('version'),
      }),
      blobTransformer({
        type: 'T/v1',
        transformBlob: ({ location }) => {
          ran.push('blob')
          return { location }
        },
      }),
      inputRepository({ type: 'T/v1', processSource: () => assert.fail('ran') }),
      signingHandler({ type: 'T/v1', sign: () => assert.fail('ran') }),
      credentialPlugin({ type: 'T/v1', resolve: () => assert.fail('ran') }),
      componentLister({ type: 'T/v1', listComponents: () => assert.fail('ran') }),
    ],
    { limits: { bodyBytes: 1000 } },
  )
  const paths = [
    ...['/component-version/upload', '/local-resource/upload', '/local-source/upload', '/blob/transform'],
    ...['/source/process', '/sign', '/resolve', '/components/list', '/identity'],
  ]
  const authorization = '{}'
  for (const path of paths) {
    for (const body of [
      '',
      '{',
      'null',
      '[]',
      '"x"',
      '{}',
      '{"\xff"',
      '{"repository":{"type":""}}',
      '{"type":{"type":3}}',
    ]) {
      const bytes = Buffer.from(body, 'latin1')
      const { status, body: text } = await plugin.fetch(path, {
        method: 'POST',
        body: bytes as never,
        headers: { authorization },
      })
      assert.deepEqual([status, text.startsWith('failed to decode request: ')], [400, true], `${path} ${body}: ${text}`)
    }
    const large = await plugin.fetch(path, {
      method: 'POST',
      body: `"${'x'.repeat(2000)}"`,
      headers: { authorization },
    })
    assert.deepEqual([large.status, large.body], [413, 'expected a body of at most 1000 bytes\n'], path)
    assert.equal((await plugin.fetch(path, { headers: { authorization } })).status, 405, path)
  }
  for (const identity of ['YWJj', '%%%', 'WzFd', 'eyJhIjoxfQ=='])
    assert.equal(
      (
        await plugin.fetch(`/local-resource/download?name=a&version=1&identity=${identity}`, {
          headers: { authorization },
        })
      ).status,
      400,
      identity,
    )
  assert.equal((await plugin.fetch('/local-resource/download?name=a', { headers: { authorization } })).status, 400)
  assert.deepEqual(ran, [])
})

test('what a handler throws is said in words with its status, and a wrong answer is never sent', async () => {
  const failing = (type: string, act: () => never) => blobTransformer({ type, transformBlob: act })
  await using plugin = await tested([
    failing('A', () => {
      throw new CallError('nothing is there', 404)
    }),
    failing('B', () => {
      throw new Error('the server is away')
    }),
    failing('C', () => {
      throw new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') })
    }),
    ...[undefined, {}, { location: {} }, { location: { type: 'x', value: '/y' } }, null].map((answer, at) =>
      failing(`W${at}`, (() => answer) as () => never),
    ),
  ])
  const ask = (type: string) => plugin.fetch('/blob/transform', json({ location: file('/x'), specification: { type } }))
  const answers = await Promise.all(['A', 'B', 'C'].map(ask))
  assert.deepEqual(
    answers.map(({ status, body }) => [status, body]),
    [
      [404, 'nothing is there\n'],
      [500, 'the server is away\n'],
      [500, 'fetch failed\n'],
    ],
  )
  for (const type of ['W0', 'W1', 'W2', 'W3', 'W4']) {
    const { status, body } = await ask(type)
    assert.deepEqual([status, /^the plugin answered \/blob\/transform wrongly: /.test(body)], [500, true], body)
  }
  const unknown = await ask('Z/v9')
  assert.deepEqual(
    [unknown.status, unknown.body.slice(0, 60)],
    [400, 'no type "Z/v9" is served here, expected one of A, B, C, W0, '],
  )
})

test('a page of the web that a browser has open neither ends nor asks a plugin on TCP', async () => {
  const plugin = definePlugin({
    ...about,
    serves: [blobTransformer({ type: 'Same/v1', transformBlob: ({ location }) => ({ location }) })],
    handlers: { '/own': () => 'secret' },
  })
  const running = await testPlugin(plugin, { type: 'tcp' })
  await using _ = running
  for (const headers of [
    ...[{ host: 'rebound.example:80' }, { host: '0.0.0.0:80' }, { host: '127.0.0.1.rebound.example' }],
    ...[{ origin: 'https://page.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }],
  ] as readonly Record<string, string>[])
    for (const path of ['/shutdown', '/own', '/healthz'])
      assert.equal((await running.fetch(path, { headers })).status, 403, `${path} ${JSON.stringify(headers)}`)
  for (const host of ['localhost:80', '127.0.0.1', '[::1]:1'])
    assert.equal((await running.fetch('/own', { headers: { host } })).body, '"secret"\n', host)
  await using socket = await testPlugin(plugin)
  assert.equal((await socket.fetch('/own', { headers: { host: 'any' } })).status, 200)
})

test('work that its author ends too often ends no call, which keeps the plugin from being idle', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const handlers: NonNullable<ServiceDefinition['handlers']> = {
    '/slow': (_request, { startWork, stopWork }) => {
      startWork()
      for (let times = 0; times < 3; times++) stopWork()
      t.mock.timers.tick(5000)
      return plugin.logged
    },
  }
  const same = blobTransformer({ type: 'Same/v1', transformBlob: ({ location }) => ({ location }) })
  const plugin = await testPlugin(definePlugin({ ...about, serves: [same], handlers }), { idleTimeoutMs: 1000 })
  assert.equal((await plugin.fetch('/slow')).body, '[]\n')
  t.mock.timers.tick(1000)
  await plugin.ended
})

test('a clean-up that takes too long is told so and given up', async () => {
  const told: string[] = []
  const cleanup: ServiceDefinition['cleanup'] = [
    ({ signal }) => new Promise(() => signal.addEventListener('abort', () => told.push('aborted'))),
    () => void told.push('begun too late'),
  ]
  const same = blobTransformer({ type: 'Same/v1', transformBlob: ({ location }) => ({ location }) })
  const plugin = await tested([same], { cleanup, limits: { cleanUpMs: 1 } })
  await plugin.stop()
  assert.deepEqual(told, ['aborted'])
  assert.ok(plugin.logged.some(({ msg }) => msg === 'clean-up took too long and was given up'))
})
