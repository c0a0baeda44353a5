// check-grpc against the bytes of a real Go server (grpc 1.85.0), and against servers that break the rules of HTTP/2 in every
// place: each is told apart, none is taken for a healthy one, and none gets more time or memory than a health answer needs.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import test from 'node:test'
import { createServer as createTlsServer } from 'node:tls'
import { check } from '../../plugins/check-grpc/check.ts'
import { renderFrame, TYPE } from '../../plugins/check-grpc/http2/frames.ts'
import { listening } from '../support/machine/listening.ts'
import { LOCALHOST_CA, LOCALHOST_PAIR } from '../support/peers/grpc-server.ts'
import { failsSoberly, noises, STRANGERS, truncations } from '../support/peers/hostile-peers.ts'
import { dripping, holdingOn, saying, scriptedServer } from '../support/peers/scripted-server.ts'

/** Settings, their acknowledgement, a window and a ping. */
const GO_START = ['000006040000000000000500004000', '000000040100000000', '00000408000000000000000005']
const GO_PING = '0000080600000000000' + '2041010090e0707'
const GO_HEADERS = '00001001040000000120880f108b1d75d0620d263d4c4d6564'
const GO_MESSAGE = '0000070000000000010000000002080'
const GO_TRAILERS = '00001801050000000100889acac8b21234da8f013000899acac8b5254207317f00'
const goAnswer = (state: number) =>
  Buffer.from([...GO_START, GO_PING, GO_HEADERS, GO_MESSAGE + state, GO_TRAILERS].join(''), 'hex')
const GO_UNKNOWN_SERVICE = Buffer.from(
  `${GO_START.join('')}${GO_PING}00003301050000000120880f108b1d75d0620d263d4c4d656400889acac8b21234da8f013500899acac8b5254207317f8bb6aeb51fc54a20b677310b`,
  'hex',
)

const at = async (port: Promise<number>) => check.evaluate([`grpc://127.0.0.1:${await port}`])

test('reads what a Go server sends, whole or byte by byte', async (t) => {
  for (const script of [saying(goAnswer(1)), holdingOn(goAnswer(1)), dripping(goAnswer(1))]) {
    const { status, summary } = await at(scriptedServer(t, script))
    assert.equal(status, 'ok', summary)
  }
  assert.match((await at(scriptedServer(t, saying(goAnswer(2))))).summary, /: NOT_SERVING \(/)
  const { summary, details } = await at(scriptedServer(t, saying(GO_UNKNOWN_SERVICE)))
  assert.match(summary, /registers no health of the whole server/)
  assert.equal(details?.grpcMessage, 'unknown service')
})

test('sends its preface, its settings and one request, and confirms settings and ping', async (t) => {
  const { promise, resolve } = Promise.withResolvers<Buffer>()
  const server = createServer((socket) => {
    const parts: Buffer[] = []
    socket.on('data', (part: Buffer) => parts.push(part)).on('error', () => undefined)
    socket.on('close', () => resolve(Buffer.concat(parts)))
    socket.write(goAnswer(1).subarray(0, -1), () => once(socket, 'data').then(() => socket.end(Buffer.from([0]))))
  })
  await at(listening(t, server))
  const sent = (await promise).toString('latin1')
  assert.ok(sent.startsWith('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\x12\x04\0\0\0\0\0\0\x01\0\0\0\0\0\x02\0\0\0\0'))
  assert.ok(sent.includes('\0\0\x05\0\x01\0\0\0\x01\0\0\0\0\0'), 'an empty message')
  assert.ok(sent.includes('\0\0\0\x04\x01\0\0\0\0'), 'the settings are confirmed')
  assert.ok(sent.includes('\0\0\x08\x06\x01\0\0\0\0\x02\x04\x10\x10\x09\x0e\x07\x07'), 'the ping is answered')
})

test('passes for no part of a good answer, and for no noise', async (t) => {
  for (const peer of [...truncations(goAnswer(1)), ...noises(goAnswer(1).subarray(0, 60), 120)])
    await failsSoberly(t, check, peer)
})

for (const peer of STRANGERS)
  test(`says what is wrong with a server that ${peer.what}`, async (t) => {
    await failsSoberly(t, check, peer)
  })

const SETTINGS = renderFrame({ type: TYPE.SETTINGS })
const PING = renderFrame({ type: TYPE.PING, payload: Buffer.alloc(8) })

test('gives a silent server no more than the time allowed: before, within and behind TLS, and within a frame', async (t) => {
  const silent = await scriptedServer(t, () => undefined)
  const halfway = await scriptedServer(t, holdingOn(goAnswer(1).subarray(0, 50)))
  const pinging = await scriptedServer(t, (socket) => {
    socket.write(SETTINGS)
    const timer = setInterval(() => socket.write(PING), 5)
    socket.once('close', () => clearInterval(timer))
  })
  const behind = await listening(t, createTlsServer({ ...LOCALHOST_PAIR, ALPNProtocols: ['h2'] }))
  for (const place of [
    `grpc://127.0.0.1:${silent}`,
    `grpc://127.0.0.1:${halfway}`,
    `grpc://127.0.0.1:${pinging}`,
    `grpcs://127.0.0.1:${silent}`,
    `grpcs://localhost:${behind}`,
  ]) {
    const trust = place.includes('localhost') ? [`--ca-file=${LOCALHOST_CA}`] : []
    const { status, summary, details } = await check.evaluate([place, '--timeout=60ms', ...trust])
    assert.deepEqual(
      [status, summary.replace(/^\S+ /, ''), details?.code],
      ['critical', 'no answer within 60 ms', 'ETIMEDOUT'],
    )
  }
})
