// What the tests of OCM's own manager check of how plugins are started and called, one by one and by their names.
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { z } from 'zod'
import { callInstance } from '../../../operator/ocm/call/call.ts'
import type { HostOptions } from '../../../operator/ocm/host.ts'
import { openPluginHost } from '../../../operator/ocm/host.ts'
import { startInstance } from '../../../operator/ocm/instance/instance.ts'
import type { PluginLine } from '../../../operator/ocm/instance/lines.ts'
import { readPluginLines } from '../../../operator/ocm/instance/lines.ts'
import { requireFitting } from '../../../operator/ocm/request/fits-schema.ts'
import { CONTRACTS } from '../../../schemas/contract/ocm/contracts.ts'
import type { Contract, Endpoint } from '../../../schemas/contract/ocm/endpoints.ts'
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import { blobTransformer, definePlugin } from '../../../sdk/service/index.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import type { Behaviour } from '../../support/builders/service-plugin.ts'
import { aServicePlugin } from '../../support/builders/service-plugin.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'
import type { Asked } from '../../support/operator/ocm-instance.ts'
import { anInstance } from '../../support/operator/ocm-instance.ts'

const TYPE = { type: 'Twin/v1' }
const LIST = { endpoint: 'listComponents', request: { repository: TYPE, last: '' } }

function aHost(t: TestContext, behaviour: Behaviour = {}, options: Partial<HostOptions> = {}) {
  const folder = tempFolder(t)
  const lines: PluginLine[] = []
  const plugins = [aServicePlugin(folder, 'twin', behaviour)]
  const env = { TMPDIR: folder, PATH: process.env.PATH }
  const host = openPluginHost({ plugins, env, cwd: folder, log: (line) => lines.push(line), ...options })
  const left = () => readdirSync(folder).flatMap((name) => (name === 'twin' ? [] : readdirSync(join(folder, name))))
  return { host, lines, left }
}

type Ask = { readonly endpoint: Endpoint; readonly request?: unknown; readonly credentials?: { readonly type: string } }

async function called(
  t: TestContext,
  answer: Parameters<typeof anInstance>[1],
  { endpoint, request, credentials }: Ask,
) {
  const asked: Asked[] = []
  const instance = await anInstance(t, (one) => {
    asked.push(one)
    return answer(one)
  })
  const call = { plugin: 'p', endpoint, request, ...(credentials ? { credentials } : {}) }
  const result = await callInstance(instance, call, AbortSignal.timeout(60_000))
  return { result, asked: asked[0] as Asked }
}

const ENDPOINT = { method: 'POST', path: '/x', request: z.unknown(), credentials: 'never' } as const satisfies Endpoint

test('Call: with and without payload, result, headers and query parameters', async (t) => {
  const said = () => ({ body: '{"a":1}' })
  const plain = await called(t, () => ({}), { endpoint: ENDPOINT, request: {} })
  assert.deepEqual(
    [plain.result, plain.asked.method, plain.asked.url, plain.asked.body],
    [undefined, 'POST', '/x', '{}'],
  )
  assert.equal(plain.asked.headers.authorization, undefined)
  const response = z.looseObject({ a: z.number() })
  const whole = await called(t, said, { endpoint: { ...ENDPOINT, response }, request: { b: [2] } })
  assert.deepEqual([whole.result, whole.asked.body], [{ a: 1 }, '{"b":[2]}'])
  assert.equal(whole.asked.headers['content-type'], 'application/json')
  assert.equal(whole.asked.headers.accept, 'application/json')
  const credentials = { type: 'C/v1' }
  const endpoint: Endpoint = {
    ...{ ...ENDPOINT, method: 'GET', response, credentials: 'required' },
    query: { name: 'text', version: 'text', identity: 'json' },
  }
  const request = { name: 'acme.org/x', version: '1.0.0+b', identity: { n: 'r' } }
  const read = await called(t, said, { endpoint, request, credentials })
  assert.equal(read.asked.url, '/x?identity=eyJuIjoiciJ9&name=acme.org%2Fx&version=1.0.0%2Bb')
  assert.deepEqual([read.asked.body, read.asked.headers.authorization], ['', '{"type":"C/v1"}'])
  assert.equal((await called(t, said, { endpoint, request })).asked.headers.authorization, '{}')
})

test('Call errors: a refusal with and without words, no JSON, a broken connection, and a call that is given up', async (t) => {
  const endpoint = { ...ENDPOINT, response: z.looseObject({}) }
  const wrong: readonly (readonly [Parameters<typeof anInstance>[1], ErrorCode, RegExp])[] = [
    [() => ({ status: 500, body: 'no luck\n' }), 'PLUGIN_FAILED', /status 500: no luck$/],
    [() => ({ status: 404 }), 'PLUGIN_FAILED', /status 404: it gave no reason$/],
    [() => ({ status: 201, body: '{}' }), 'PLUGIN_FAILED', /status 201/],
    [() => ({ body: '{broken' }), 'PLUGIN_ANSWER_INVALID', /is not JSON/],
    [() => ({ body: Buffer.from('{"a":"\xff"}', 'latin1') }), 'PLUGIN_ANSWER_INVALID', /with what cannot be read/],
    [() => ({ isCut: true }), 'PLUGIN_EXITED', /broke off a call of `\/x`/],
  ]
  for (const [answer, code, message] of wrong) {
    const error = await expectCodeAsync(code, () => called(t, answer, { endpoint, request: {} }))
    assert.match(error.message, message)
  }
  const instance = await anInstance(t, () => ({}))
  const gone = AbortSignal.abort()
  await assert.rejects(callInstance(instance, { plugin: 'p', endpoint, request: {} }, gone))
  instance.connection[Symbol.dispose]()
})

test('WaitForPlugin: an address of TCP or of a socket is waited for, and another kind is refused', async (t) => {
  for (const [behaviour, kind] of [
    [{}, 'unix'],
    [{ listen: 'tcp' }, 'tcp'],
  ] as const) {
    const folder = tempFolder(t)
    const limits = { startMs: 60_000, killGraceMs: 2000, maxCalls: 1 }
    const facts = { env: { TMPDIR: folder }, cwd: folder, idleTimeoutMs: 60_000, configTypes: [], limits } as const
    const instance = await startInstance(
      aServicePlugin(folder, 'twin', behaviour),
      { ...facts, listen: 'unix', log: () => undefined },
      t.signal,
    )
    assert.equal(instance.address.kind, kind)
    assert.equal((await instance.connection.send({ method: 'GET', path: 'healthz' })).status, 200)
    instance.end()
    assert.equal((await instance.ended).isClean, true)
  }
  const { host } = aHost(t, { announces: 'http+unix://not/absolute' })
  await using _ = host
  await expectCodeAsync('HANDSHAKE_REFUSED', () => host.call(LIST))
})

/** What is told of these lines on standard error. */
async function toldOf(text: string): Promise<readonly PluginLine[]> {
  const child = Object.assign(new EventEmitter(), { stdout: new PassThrough(), stderr: new PassThrough() })
  const lines: PluginLine[] = []
  readPluginLines(child as never, { plugin: 'p', log: (line) => lines.push(line), takes: () => false })
  child.stdout.end()
  child.stderr.end(text)
  await until(() => child.stderr.readableEnded && child.stdout.destroyed)
  return lines
}

test('log lines: attributes are sorted, and what is no log line of a plugin is told as it is', async () => {
  const lines = await toldOf(
    [
      '{"time":"t","level":"WARN","msg":"careful","z":1,"a":{"b":[true]}}',
      '{"level":"INFO"}',
      '{"msg":"no level"}',
      '{broken',
      '',
    ].join('\n'),
  )
  assert.deepEqual(
    lines.map(({ level, message, attributes }) => [level, message, ...Object.entries(attributes ?? {})]),
    [
      ['warn', 'careful', ['a', '{"b":[true]}'], ['z', '1']],
      ['info', '{"level":"INFO"}'],
      ['info', 'no level'],
      ['info', '{broken'],
    ],
  )
  assert.deepEqual(await toldOf(''), [])
})

test('ValidatePlugin: valid, missing, of another type, optional, nested, and schemas that cannot be used', async () => {
  const nested = { type: 'object', required: ['c'], properties: { c: { type: 'integer' } } }
  const schema = {
    type: 'object',
    required: ['a'],
    properties: { a: { type: 'string' }, b: { type: 'number' }, n: nested },
  }
  const check = (value: unknown, json: Readonly<Record<string, unknown>> = schema) =>
    requireFitting(value, { type: 'T/v1', aliases: [], schema: json }, 'p')
  await check({ a: 'x' })
  await check({ a: 'x', b: 1, n: { c: 2 } })
  const wrong: readonly (readonly [object, RegExp])[] = [
    [{}, /`a` is missing/],
    [{ a: 7 }, /`a` must be string/],
    [{ a: 'x', b: 'y' }, /`b` must be number/],
    [{ a: 'x', n: {} }, /`n` `c` is missing/],
    [{ a: 'x', n: { c: 1.5 } }, /`n\.c` must be integer/],
  ]
  for (const [value, message] of wrong) {
    const error = await expectCodeAsync('ARGUMENTS_INVALID', () => check(value))
    assert.match(error.message, message)
  }
  for (const unusable of [{ type: 'teapot' }, { $ref: 'https://example.com/schema' }, { properties: 7 }])
    await expectCodeAsync('PLUGIN_ANSWER_INVALID', () => check({}, unusable))
})

test('schema generator: a simple type becomes its schema, and what is none is refused', () => {
  const of = (schema: never) =>
    definePlugin({
      ...{ name: 'p', version: '1.0.0', summary: 's' },
      serves: [blobTransformer({ type: 'T/v1', schema, transformBlob: ({ location }) => ({ location }) })],
    })
  const [offered] = of(z.strictObject({ type: z.string(), level: z.int() }) as never).capabilities().capabilities
  const [declared] = offered?.types.supportedTransformerSpecTypes ?? []
  assert.deepEqual(Object(declared?.schema).required, ['type', 'level'])
  assert.throws(() => of({ type: 'teapot' } as never), TypeError)
})

test('CreateBlobData: a file of this machine with or without its media type, and nothing else', async (t) => {
  const file = join(tempFolder(t), 'blob')
  writeFileSync(file, 'bytes')
  const { endpoints }: Contract = CONTRACTS.blobTransformer
  const endpoint = { ...(endpoints.transformBlob as Endpoint) }
  const answers = (location: object) =>
    called(t, () => ({ body: JSON.stringify({ location }) }), { endpoint, request: {} })
  for (const location of [
    { type: 'localFile', value: file },
    { type: 'localFile', value: file, mediaType: 'text/plain' },
  ])
    assert.deepEqual((await answers(location)).result, { location })
  for (const location of [
    { type: 'remoteURL', value: 'https://example.com/x' },
    { type: 'unixNamedPipe', value: '/tmp/x' },
    { type: 'somewhere', value: file },
    { type: 'localFile', value: 'relative' },
  ])
    await expectCodeAsync('PLUGIN_ANSWER_INVALID', () => answers(location))
})
