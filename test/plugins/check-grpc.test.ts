// check-grpc against a real HTTP/2 implementation: what a server answers, and what that means.
import assert from 'node:assert/strict'
import test from 'node:test'
import { check } from '../../plugins/check-grpc/check.ts'
import { said } from '../support/operator/said.ts'
import type { GrpcAnswer } from '../support/peers/grpc-server.ts'
import { grpcMessage, grpcServer, SERVING } from '../support/peers/grpc-server.ts'

const HEALTH = '/grpc.health.v1.Health/Check'
const OK = { 'grpc-status': '0' }
const answered = (status: number, message?: string): GrpcAnswer => ({
  trailers: { 'grpc-status': String(status), ...(message === undefined ? {} : { 'grpc-message': message }) },
})

test('passes when the server is serving, with the latency', async (t) => {
  const asked: unknown[] = []
  const port = await grpcServer(t, (path, message, headers) => {
    asked.push([path, message.toString('hex'), headers[':authority'], headers.te, headers['grpc-timeout']])
    return SERVING
  })
  const result = await check.evaluate([`grpc://127.0.0.1:${port}`])
  assert.deepEqual(said(result), ['ok', 'SERVING'], result.summary)
  assert.deepEqual(result.details, { method: HEALTH, servingStatus: 'SERVING' })
  assert.equal(result.metrics?.[0]?.name, 'latency')
  assert.deepEqual(asked, [[HEALTH, '0000000000', `127.0.0.1:${port}`, 'trailers', '8000m']])
})

test('asks about one service', async (t) => {
  const port = await grpcServer(t, (_path, message) =>
    message.toString('hex') === `000000000b0a09${Buffer.from('shop.Cart').toString('hex')}` ? SERVING : answered(5),
  )
  const place = `grpc://127.0.0.1:${port}`
  assert.deepEqual(said(await check.evaluate([place, '--service=shop.Cart'])), ['ok', '`shop.Cart` is SERVING'])
  assert.deepEqual(said(await check.evaluate([place, '--service=other'])), [
    'critical',
    'knows no service `other` (NOT_FOUND)',
  ])
  const long = await check.evaluate([place, `--service=${'x'.repeat(5000)}`])
  assert.deepEqual(said(long), ['unknown', '--service is longer than 4096 bytes; see `check-grpc --help`'])
})

const STATES: readonly (readonly [what: string, answer: GrpcAnswer, status: string, summary: string])[] = [
  ['SERVING', SERVING, 'ok', 'SERVING'],
  [
    'SERVING beside unknown fields',
    { ...SERVING, body: grpcMessage(8, 1, 0x12, 1, 65, 0x1d, 0, 0, 0, 0) },
    'ok',
    'SERVING',
  ],
  ['NOT_SERVING', { ...SERVING, body: grpcMessage(8, 2) }, 'critical', 'NOT_SERVING'],
  ['SERVICE_UNKNOWN', { ...SERVING, body: grpcMessage(8, 3) }, 'critical', 'SERVICE_UNKNOWN'],
  ['UNKNOWN, which takes no bytes', { ...SERVING, body: grpcMessage() }, 'critical', 'UNKNOWN'],
  ['a state that has no name', { ...SERVING, body: grpcMessage(8, 7) }, 'critical', 'status 7'],
  [
    '1 in more than 32 bits',
    { ...SERVING, body: grpcMessage(8, 0x81, 0x80, 0x80, 0x80, 0x10) },
    'critical',
    'status 4294967297',
  ],
  [
    'two states',
    { ...SERVING, body: grpcMessage(8, 2, 8, 1) },
    'critical',
    'the answer is no grpc.health.v1.HealthCheckResponse',
  ],
  [
    'a text as state',
    { ...SERVING, body: grpcMessage(10, 1, 49) },
    'critical',
    'the answer is no grpc.health.v1.HealthCheckResponse',
  ],
  [
    'half a field',
    { ...SERVING, body: grpcMessage(8) },
    'critical',
    'the answer is no message of Protocol Buffers: it ends within a number',
  ],
  [
    'SERVING and half a text',
    { ...SERVING, body: grpcMessage(8, 1, 0x12, 5, 65) },
    'critical',
    'the answer is no message of Protocol Buffers: it ends within a field',
  ],
  [
    'SERVING and half a number',
    { ...SERVING, body: grpcMessage(8, 1, 0x1d, 0) },
    'critical',
    'the answer is no message of Protocol Buffers: it ends within a field',
  ],
  [
    'SERVING and a group',
    { ...SERVING, body: grpcMessage(8, 1, 0x1b) },
    'critical',
    'the answer is no message of Protocol Buffers: a field in it is of no kind that is known',
  ],
  ['no server state', answered(5), 'critical', 'registers no health of the whole server (NOT_FOUND); name a --service'],
  ['no health service', answered(12), 'critical', 'speaks gRPC, but registers no health service (UNIMPLEMENTED)'],
  [
    'UNAVAILABLE with words',
    answered(14, 'going%20down%3A%20caf%C3%A9'),
    'critical',
    'answers UNAVAILABLE: going down: café',
  ],
  ['words that are no UTF-8', answered(13, '%FF%'), 'critical', 'answers INTERNAL: %FF%'],
  ['UNAUTHENTICATED', answered(16), 'critical', 'answers UNAUTHENTICATED'],
  ['a status without a name', answered(99), 'critical', 'answers status 99'],
  ['an error behind a message', { ...SERVING, trailers: { 'grpc-status': '14' } }, 'critical', 'answers UNAVAILABLE'],
  ['OK without a message', answered(0), 'critical', 'says OK and sends no message'],
  ['no status', { body: grpcMessage(8, 1) }, 'critical', 'ends its answer without a status of gRPC'],
  [
    'a status that is no number',
    { ...SERVING, trailers: { 'grpc-status': 'OK' } },
    'critical',
    'ends its answer with `OK` as its status',
  ],
  [
    'a status with a zero in front',
    { ...SERVING, trailers: { 'grpc-status': '00' } },
    'critical',
    'ends its answer with `00` as its status',
  ],
  [
    'two messages',
    { ...SERVING, body: Buffer.concat([grpcMessage(8, 1), grpcMessage(8, 1)]) },
    'critical',
    'sends something else than one message',
  ],
  [
    'half a message',
    { ...SERVING, body: grpcMessage(8, 1).subarray(0, 6) },
    'critical',
    'sends something else than one message',
  ],
  [
    'a compressed message',
    { ...SERVING, body: Buffer.from([1, 0, 0, 0, 0]) },
    'critical',
    'sends a compressed message, which nobody asked for',
  ],
  [
    'a web page',
    { ...SERVING, headers: { 'content-type': 'text/html' } },
    'critical',
    'answers with `text/html`, expected gRPC',
  ],
  [
    'gRPC-Web',
    { ...SERVING, headers: { 'content-type': 'application/grpc-web' } },
    'critical',
    'answers with `application/grpc-web`, expected gRPC',
  ],
  ['no content type', { ...SERVING, headers: {} }, 'critical', 'answers without a content type, expected gRPC'],
  ['HTTP 404', { ...SERVING, status: 404 }, 'critical', 'answers with HTTP 404, expected gRPC'],
  [
    'a body without end',
    { ...SERVING, body: Buffer.alloc(1024 * 1024) },
    'critical',
    'its answer is longer than 32 KiB',
  ],
  ['gRPC with a codec', { ...SERVING, headers: { 'content-type': 'application/grpc+proto' } }, 'ok', 'SERVING'],
]

for (const [what, answer, status, summary] of STATES)
  test(`says what it means when the server answers ${what}`, async (t) => {
    const port = await grpcServer(t, () => answer)
    assert.deepEqual(said(await check.evaluate([`grpc://127.0.0.1:${port}`])), [status, summary])
  })

const OWN_METHODS: readonly (readonly [what: string, body: Buffer, status: string, summary: string])[] = [
  ['an empty message', grpcMessage(), 'ok', '/health.V1alpha.Health/HealthZ answers'],
  ['a message of its own', grpcMessage(10, 2, 111, 107, 16, 5), 'ok', '/health.V1alpha.Health/HealthZ answers'],
  ['SERVING', grpcMessage(8, 1), 'ok', 'SERVING'],
  ['NOT_SERVING', grpcMessage(8, 2), 'critical', 'NOT_SERVING'],
  [
    'what is no message',
    grpcMessage(255, 255),
    'critical',
    'the answer is no message of Protocol Buffers: it ends within a number',
  ],
]

for (const [what, body, status, summary] of OWN_METHODS)
  test(`calls a method of the service's own, which answers ${what}`, async (t) => {
    const port = await grpcServer(t, (path) =>
      path === '/health.V1alpha.Health/HealthZ' ? { body, trailers: OK } : answered(12),
    )
    const place = `grpc://127.0.0.1:${port}`
    const method = 'health.V1alpha.Health/HealthZ'
    for (const argv of [[place, `--endpoint=/${method}`], [place, '--endpoint', method], [`${place}/${method}`]])
      assert.deepEqual(said(await check.evaluate(argv)), [status, summary])
    assert.deepEqual(said(await check.evaluate([place, '--endpoint=/a.B/C'])), [
      'critical',
      'speaks gRPC, but has no method `/a.B/C` (UNIMPLEMENTED)',
    ])
  })

test('warns or fails when the answer took longer than allowed', async (t) => {
  const place = `grpc://127.0.0.1:${await grpcServer(t, () => SERVING)}`
  const warned = await check.evaluate([place, '--warn-after=0ms'])
  assert.deepEqual([...said(warned), warned.metrics?.[0]?.warn], ['warn', 'SERVING but slowly', 0])
  assert.equal((await check.evaluate([place, '--warn-after=0ms', '--crit-after=0ms'])).status, 'critical')
  const down = `grpc://127.0.0.1:${await grpcServer(t, () => ({ ...SERVING, body: grpcMessage(8, 2) }))}`
  assert.deepEqual(said(await check.evaluate([down, '--warn-after=0ms'])), ['critical', 'NOT_SERVING'])
})
