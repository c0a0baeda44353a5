// check-orbdrpc against the bytes of a real go-orb server (server/drpc 0.2.1), and against servers that break the rules of DRPC.
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import test from 'node:test'
import { check } from '../../plugins/check-orbdrpc/check.ts'
import { freePort, listening } from '../support/machine/listening.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { said } from '../support/operator/said.ts'
import type { HostilePeer } from '../support/peers/hostile-peers.ts'
import { failsSoberly, noises, STRANGERS, truncations } from '../support/peers/hostile-peers.ts'
import { dripping, holdingOn, repeating, saying, scriptedServer } from '../support/peers/scripted-server.ts'

const METHOD = '/grpc.health.v1.Health/Check'
const TYPE = 'type.googleapis.com/grpc.health.v1.HealthCheckResponse'

/** Hexadecimal text with strings in quotes between. */
function bytesOf(text: string): Buffer {
  const parts = text.match(/"[^"]*"|[0-9a-f]{2}/g) ?? []
  return Buffer.concat(
    parts.map((part) => (part.startsWith('"') ? Buffer.from(part.slice(1, -1)) : Buffer.from(part, 'hex'))),
  )
}

const CALL = bytesOf(`03 01 01 1c "${METHOD}" 05 01 02 00 0d 01 03 00`)
const CALL_WITH_TYPE = bytesOf(
  `0f 01 01 28 0a 26 0a 0c "Content-Type" 12 16 "application/x-protobuf"
   03 01 02 1c "${METHOD}" 05 01 03 00 0d 01 04 00`,
)
const answer = (state: string) => bytesOf(`05 01 01 3e 12 3c 0a 36 "${TYPE}" 12 02 08 ${state} 0d 01 02 00`)
const SERVING = answer('01')
const UNKNOWN_RPC = Buffer.concat([
  bytesOf(`07 01 01 2d ${'00 '.repeat(8)}`),
  Buffer.from('protocol error: unknown rpc: "/x.Y/Z"'),
])
const BOOM = bytesOf('07 01 01 23 00 00 00 00 00 00 01 f4 "internal server error: boom"')

const at = async (t: TestContext, script: HostilePeer['script'], ...argv: string[]) =>
  check.evaluate([`drpc://127.0.0.1:${await scriptedServer(t, script)}`, ...argv])

/** What the check sends, and how it takes the answer. */
async function conversation(
  t: TestContext,
  answered: Buffer,
  argv: readonly string[],
): Promise<{ sent: Buffer; status: string }> {
  const { promise, resolve } = Promise.withResolvers<Buffer>()
  const server = createServer((socket) => {
    const parts: Buffer[] = []
    socket.on('data', (part: Buffer) => {
      parts.push(part)
      // The last packet: nothing follows.
      if (part.subarray(-4, -2).toString('hex') === '0d01') socket.write(answered)
    })
    socket.on('error', () => undefined).on('close', () => resolve(Buffer.concat(parts)))
  })
  const port = await listening(t, server)
  const { status } = await check.evaluate([`drpc://127.0.0.1:${port}`, ...argv])
  return { sent: await promise, status }
}

test('sends what a client of go-orb sends, byte for byte', async (t) => {
  assert.deepEqual(await conversation(t, SERVING, []), { sent: CALL, status: 'ok' })
  const typed = ['--content-type=application/x-protobuf']
  assert.deepEqual(await conversation(t, SERVING, typed), { sent: CALL_WITH_TYPE, status: 'ok' })
  const json = await conversation(t, SERVING, ['--content-type=application/json'])
  assert.deepEqual(
    json.sent,
    bytesOf(
      `0f 01 01 22 0a 20 0a 0c "Content-Type" 12 10 "application/json"
     03 01 02 1c "${METHOD}" 05 01 03 02 "{}" 0d 01 04 00`,
    ),
  )
  const own = await conversation(t, SERVING, ['--endpoint=/health.V1alpha.Health/HealthZ'])
  assert.deepEqual(own.sent.subarray(0, 34), bytesOf('03 01 01 1e "/health.V1alpha.Health/HealthZ"'))
})

const other = (type: string, value: string) => {
  const any = bytesOf(`0a ${type.length.toString(16).padStart(2, '0')} "${type}" ${value}`)
  return Buffer.concat([Buffer.from([5, 1, 1, any.length + 2, 0x12, any.length]), any, bytesOf('0d 01 02 00')])
}
const message = (hex: string) => {
  const data = bytesOf(hex)
  return Buffer.concat([Buffer.from([5, 1, 1, data.length]), data, bytesOf('0d 01 02 00')])
}

const ANSWERS: readonly (readonly [what: string, bytes: Buffer | string, status: string, summary: string])[] = [
  ['SERVING', SERVING, 'ok', 'SERVING'],
  ['SERVING and closes', Buffer.concat([SERVING.subarray(0, -4), bytesOf('0b 01 02 00')]), 'ok', 'SERVING'],
  [
    'SERVING in two frames',
    Buffer.concat([bytesOf('04 01 01 20'), SERVING.subarray(4, 36), bytesOf('05 01 01 1e'), SERVING.subarray(36)]),
    'ok',
    'SERVING',
  ],
  ['SERVING behind control frames', Buffer.concat([bytesOf('ff 00 00 01 aa 81 05 05 00'), SERVING]), 'ok', 'SERVING'],
  [
    'SERVING instead of what it gave up',
    Buffer.concat([bytesOf('04 01 01 01 aa 05 01 02'), SERVING.subarray(3, -4), bytesOf('0d 01 03 00')]),
    'ok',
    'SERVING',
  ],
  ['SERVING with metadata', message(`0a 06 0a 01 "a" 12 01 "b" 12 3c 0a 36 "${TYPE}" 12 02 08 01`), 'ok', 'SERVING'],
  ['NOT_SERVING', answer('02'), 'critical', 'NOT_SERVING'],
  ['SERVICE_UNKNOWN', answer('03'), 'critical', 'SERVICE_UNKNOWN'],
  ['UNKNOWN', other(TYPE, ''), 'critical', 'UNKNOWN'],
  ['a message of its own', other('x/my.Health', '12 02 08 02'), 'ok', `${METHOD} answers, with my.Health`],
  [
    'a message of its own that is none',
    other('x/my.Health', '12 01 08'),
    'critical',
    'the answer is no message of Protocol Buffers: it ends within a number',
  ],
  [
    'a message without a type',
    message('12 04 12 02 08 01'),
    'critical',
    'the message in the response of go-orb has no type',
  ],
  ['no message', message(''), 'critical', 'the response of go-orb holds no message'],
  ['two messages in one', message('12 00 12 00'), 'critical', 'the answer is not a response of go-orb'],
  ['a health message without its wrapper', message('08 01'), 'critical', 'the response of go-orb holds no message'],
  ['nothing', bytesOf('0d 01 01 00'), 'critical', 'ends the call without a message'],
  ['that it has no such method', UNKNOWN_RPC, 'critical', `speaks DRPC, but has no method \`${METHOD}\``],
  ['an error', BOOM, 'critical', 'answers with error 500: internal server error: boom'],
  [
    'an error behind its message',
    Buffer.concat([SERVING.subarray(0, -4), bytesOf('07 01 02 08 00 00 00 00 00 00 01 f7')]),
    'critical',
    'answers with error 503: no reason given',
  ],
  [
    'an error of a huge number',
    bytesOf('07 01 01 08 ff ff ff ff ff ff ff ff'),
    'critical',
    'answers with error 18446744073709551615: no reason given',
  ],
  ['a cancellation', bytesOf('09 01 01 00'), 'critical', 'cancels the call'],
]

for (const [what, bytes, status, summary] of ANSWERS)
  test(`says what it means when the server answers ${what}`, async (t) => {
    assert.deepEqual(said(await at(t, saying(bytes))), [status, summary])
  })

test('gives code and words of an error as data', async (t) => {
  const { details } = await at(t, saying(BOOM))
  assert.deepEqual(details, {
    method: METHOD,
    code: 'SERVER_ERROR',
    drpcCode: '500',
    drpcMessage: 'internal server error: boom',
  })
})

test('reads an answer that comes byte by byte', async (t) => {
  for (const script of [dripping(SERVING), holdingOn(SERVING)]) assert.equal((await at(t, script)).status, 'ok')
})

test('passes for no part of a good answer, and for no noise', async (t) => {
  for (const peer of [...truncations(SERVING), ...noises(SERVING.subarray(0, 40), 120)])
    await failsSoberly(t, check, peer)
})

for (const peer of STRANGERS)
  test(`says what is wrong with a server that ${peer.what}`, async (t) => {
    await failsSoberly(t, check, peer)
  })

const RULES: readonly (readonly [what: string, bytes: Buffer | string, says: RegExp])[] = [
  ['answers another call', bytesOf('05 02 01 00'), /a call that was never made$/],
  ['numbers nothing', bytesOf('05 01 00 00'), /not numbered/],
  ['numbers backwards', bytesOf('05 01 05 00 0d 01 04 00'), /not numbered/],
  ['numbers twice', bytesOf('05 01 01 00 0d 01 01 00'), /not numbered/],
  ['changes kind within a packet', bytesOf('04 01 01 00 0d 01 01 00'), /changes its mind/],
  ['answers twice', Buffer.concat([SERVING.subarray(0, -4), bytesOf('05 01 02 00')]), /answers more than once$/],
  ['calls back', bytesOf('03 01 01 01 "/"'), /calls instead of answering$/],
  ['sends metadata', bytesOf('0f 01 01 00'), /calls instead of answering$/],
  ['sends a kind that nobody knows', bytesOf('11 01 01 00'), /does not speak DRPC$/],
  ['sends a short error', bytesOf('07 01 01 07 00 00 00 00 00 00 00'), /error that is too short$/],
  ['announces 4 GiB', bytesOf('05 01 01 80 80 80 80 10'), /packet of more than 64 KiB$/],
  ['announces more than there is', bytesOf('05 01 01 ff ff ff ff ff ff ff ff ff 01'), /more than 64 KiB$/],
  ['sends a number of 11 bytes', bytesOf(`05 01 ${'ff '.repeat(11)}`), /number that is too long$/],
  ['sends a number of 65 bits', bytesOf(`05 01 ${'ff '.repeat(9)} 02 00`), /number that is too long$/],
  ['speaks HTTP/2', bytesOf('00 00 06 04 00 00 00 00 00 00 05 00 00 40 00'), /it speaks HTTP\/2, expected DRPC$/],
]

for (const [what, bytes, says] of RULES)
  test(`refuses a server that ${what}`, async (t) => {
    assert.match(await failsSoberly(t, check, { what, script: saying(bytes) }), says)
  })

const ENDLESS: readonly (readonly [what: string, more: Buffer, says: RegExp])[] = [
  ['control frames', bytesOf('81 01 01 00'), /more than 1000 frames$/],
  ['pieces of nothing', bytesOf('04 01 01 00'), /more than 1000 frames$/],
  ['pieces', Buffer.concat([bytesOf('04 01 01 80 08'), Buffer.alloc(1024)]), /more than 64 KiB$/],
  ['large control frames', Buffer.concat([bytesOf('85 01 01 80 80 03'), Buffer.alloc(49_152)]), /more than 256 KiB$/],
]

for (const [what, more, says] of ENDLESS)
  test(`has enough of a server that sends ${what} without end`, async (t) => {
    assert.match(await failsSoberly(t, check, { what, script: repeating(more) }), says)
  })

test('gives a silent server no more than the time allowed', async (t) => {
  for (const script of [holdingOn(''), holdingOn(SERVING.subarray(0, 30)), holdingOn(SERVING.subarray(0, -4))]) {
    const { status, summary, details } = await at(t, script, '--timeout=60ms')
    assert.deepEqual(
      [status, summary.replace(/^\S+ /, ''), details?.code],
      ['critical', 'no answer within 60 ms', 'ETIMEDOUT'],
    )
  }
})

test('understands every spelling of a place', async (t) => {
  const port = await scriptedServer(t, saying(SERVING))
  const place = `127.0.0.1:${port}`
  const path = join(tempFolder(t), 'app-drpc.sock')
  const server = createServer(
    (socket) =>
      void socket
        .on('error', () => undefined)
        .resume()
        .end(SERVING),
  )
  await listening(t, server, { path })
  const urls = ['drpc://', 'tcp://', ''].map((scheme) => [`--url=${scheme}${place}`])
  const sockets = ['unix://', 'unix+drpc://', 'drpc+unix://', 'unix:', ''].map((scheme) => [`${scheme}${path}`])
  const parts = [
    [`${port}`],
    ['--address', place],
    ['--network', 'tcp', '--listen', place, '--endpoint', ''],
    ['--network=unix', `--address=${path}`, `--endpoint=${METHOD}`],
    [`--listen=${path}`],
    [`drpc://${place}${METHOD}`],
  ]
  for (const argv of [...urls, ...sockets, ...parts])
    assert.deepEqual(said(await check.evaluate(argv)), ['ok', 'SERVING'], argv.join(' '))
})

test('says why there is no connection, and what is unclear', async () => {
  const closed = await freePort()
  const { summary, details } = await check.evaluate([`drpc://127.0.0.1:${closed}`])
  assert.deepEqual([summary, details?.code], [`127.0.0.1:${closed}: refused: nothing listens there`, 'ECONNREFUSED'])
  const unclear = {
    'grpc://a:1': /^--url begins with `grpc:`, expected one of `drpc:\/\/`/,
    'drpc://a': /^--url names no host and port/,
  }
  for (const [url, expected] of Object.entries(unclear)) {
    const result = await check.evaluate([url])
    assert.equal(result.status, 'unknown')
    assert.match(result.summary, expected)
  }
  assert.match((await check.evaluate([])).summary, /^--url or --address is needed, such as `drpc:\/\/localhost:9000`/)
})

test('warns or fails when the answer took longer than allowed', async (t) => {
  assert.deepEqual(said(await at(t, saying(SERVING), '--warn-after=0ms')), ['warn', 'SERVING but slowly'])
  assert.equal((await at(t, saying(SERVING), '--crit-after=0ms')).status, 'critical')
})
