// check-server-url against real HTTP, HTTPS and plain servers.
import assert from 'node:assert/strict'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { TestContext } from 'node:test'
import test from 'node:test'
import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { check } from '../../plugins/check-server-url/check.ts'
import { freePort, listening } from '../support/machine/listening.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'

const web = async (t: TestContext, answer: RequestListener) =>
  `http://127.0.0.1:${await listening(t, createServer(answer))}`
const reply = (t: TestContext, status: number, body = '') =>
  web(t, (_, response) => response.writeHead(status).end(body))

test('passes when the URL answers with 2xx, with the latency', async (t) => {
  const url = await reply(t, 204)
  const { status, summary, details, metrics } = await check.evaluate([`--url=${url}/healthz`])
  assert.equal(status, 'ok', summary)
  assert.match(summary, /\/healthz: HTTP 204, [0-9.]+ m?s$/)
  assert.deepEqual(details, { url: `${url}/healthz`, httpStatus: 204, redirects: 0 })
  assert.equal(metrics?.[0]?.name, 'latency')
})

test('judges the status by what is expected', async (t) => {
  const url = await reply(t, 404)
  const { status, summary } = await check.evaluate([url])
  assert.deepEqual([status, summary.replace(/^\S+ /, '')], ['critical', 'HTTP 404, expected 2xx'])
  for (const expected of [['404'], ['4xx'], ['400-499'], ['204', '404']])
    assert.equal((await check.evaluate([url, ...expected.map((text) => `--status=${text}`)])).status, 'ok')
  const unclear = await check.evaluate([url, '--status=okay'])
  assert.match(unclear.summary, /^--status is `okay`, expected `204`, `2xx` or `200-299`/)
})

test('looks into the start of the body, and never further', async (t) => {
  function* endless() {
    for (yield 'state: ready\n'; ; ) yield 'x'.repeat(65_536)
  }
  const url = await web(t, (_, response) => void pipeline(Readable.from(endless()), response).catch(() => undefined))
  assert.equal((await check.evaluate([url, '--body-contains=ready'])).status, 'ok')
  const { status, summary } = await check.evaluate([url, '--body-contains=ready', '--body-contains=done'])
  assert.equal(status, 'critical')
  assert.match(summary, /the answer does not contain "done"$/)
})

test('follows redirects up to the limit', async (t) => {
  const url = await web(t, ({ url: path }, response) => {
    const left = Number(path?.slice(1))
    if (left === 0) response.end('here')
    else response.writeHead(302, { location: `/${left - 1}` }).end()
  })
  const followed = await check.evaluate([`${url}/3`, '--body-contains=here'])
  assert.deepEqual([followed.status, followed.details?.redirects], ['ok', 3])
  const { status, summary } = await check.evaluate([`${url}/9`])
  assert.deepEqual([status, summary], ['critical', `${url}/9: more than 5 redirects`])
  assert.equal((await check.evaluate([`${url}/3`, '--redirects=0', '--status=302'])).status, 'ok')
})

test('sends the credentials of a URL to its origin only, and never shows them', async (t) => {
  const seen: (string | undefined)[] = []
  const other = await web(t, ({ headers }, response) => {
    seen.push(headers.authorization)
    response.end()
  })
  const url = await web(t, ({ headers }, response) => {
    seen.push(headers.authorization)
    response.writeHead(302, { location: `${other}/?token=later` }).end()
  })
  const secretUrl = url.replace('http://', 'http://ann:pa%3Ass@')
  const result = await check.evaluate([`${secretUrl}/?token=first#part`])
  assert.deepEqual(seen, [`Basic ${btoa('ann:pa:ss')}`, undefined])
  const failed = await check.evaluate([`http://ann:pa%3Ass@127.0.0.1:${await freePort()}/?token=first`])
  const mistaken = await check.evaluate(['--url=http://ann:pa%3Ass@[/?token=first'])
  const refused = await check.evaluate(['--url=ftp://ann:pa%3Ass@host/?token=first'])
  for (const shown of [result, failed, mistaken, refused].map((each) => JSON.stringify(each)))
    assert.doesNotMatch(shown, /ann|pa%3Ass|pa:ss|first|later/)
})

test('says why there is no answer', async (t) => {
  const nothing = `http://127.0.0.1:${await freePort()}`
  assert.equal((await check.evaluate([nothing])).summary, `${nothing}/: refused: nothing listens there`)
  const silent = `http://127.0.0.1:${await listening(t, createTcpServer())}`
  assert.equal((await check.evaluate([silent, '--timeout=40ms'])).summary, `${silent}/: no answer within 40 ms`)
  const babble = createTcpServer((socket) => socket.end('SSH-2.0-x\r\n'))
  const ssh = `http://127.0.0.1:${await listening(t, babble)}`
  assert.equal((await check.evaluate([ssh])).summary, `${ssh}/: the answer is not HTTP`)
})

test('an answer in another protocol has a status, and a body that is cut is none', async (t) => {
  const raw = async (answer: (socket: Socket) => unknown) => {
    const server = createTcpServer(
      (socket) => void socket.on('error', () => undefined).once('data', () => answer(socket)),
    )
    return `http://127.0.0.1:${await listening(t, server)}/`
  }
  const other = await raw((socket) => socket.write('HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nready'))
  const { status, summary } = await check.evaluate([other])
  assert.deepEqual([status, summary], ['critical', `${other}: HTTP 101, expected 2xx`])
  const looked = await check.evaluate([other, '--status=101', '--body-contains=ready'])
  assert.match(looked.summary, /does not contain "ready"$/)
  const cut = await raw((socket) =>
    socket.write('HTTP/1.1 200 OK\r\n\r\nready', () => setImmediate(() => socket.resetAndDestroy())),
  )
  const broken = await check.evaluate([cut, '--body-contains=ready'])
  assert.equal(broken.status, 'critical', broken.summary)
})

test('asks over a Unix socket, in both spellings', async (t) => {
  const dir = tempFolder(t)
  const path = join(dir, 'app.sock')
  await listening(
    t,
    createServer(({ url }, response) => response.writeHead(url === '/up' ? 200 : 404).end()),
    { path },
  )
  const apart = ['--network=unix', `--address=${path}`, '--plaintext']
  for (const argv of [[`http+unix://${path}:/up`], [...apart, '--endpoint=/up'], [`unix://${path}`]])
    assert.equal((await check.evaluate(argv)).status, 'ok', argv.join(' '))
  assert.equal((await check.evaluate([...apart, '--endpoint=/down'])).status, 'critical')
})

test('connects only, where it does not speak the protocol', async (t) => {
  const port = await listening(t, createTcpServer())
  for (const argv of [[`tcp://127.0.0.1:${port}`], [`grpc://127.0.0.1:${port}`], [`--address=127.0.0.1:${port}`]]) {
    const { status, summary } = await check.evaluate(argv)
    assert.equal(status, 'ok', summary)
    assert.match(summary, /accepts connections/)
  }
  const closed = await freePort()
  const { status, summary } = await check.evaluate([`--endpoint=tcp://127.0.0.1:${closed}`])
  assert.deepEqual([status, summary], ['critical', `tcp://127.0.0.1:${closed}: refused: nothing listens there`])
})

const UNCLEAR: readonly (readonly [string[], RegExp])[] = [
  [[], /^--url, --address or --endpoint is needed/],
  [['nonsense'], /^--url is no URL/],
  [['localhost:8080/health'], /^--url has no scheme/],
  [['shop.example/health'], /^--url has no scheme/],
  [['127.0.0.1:80'], /^--url has no scheme/],
  [['[::1]:80/x'], /^--url has no scheme/],
  [['http://a', '--address=b:1'], /^--url says everything/],
  [['ftp://host/x'], /^--url begins with `ftp:\/\/`/],
  [['tcp://host'], /^--url names no host and port/],
  [['--address=a:1', '--endpoint=x'], /^--endpoint is neither a path nor a URL/],
  [['tcp://a:1', '--status=200'], /^--status and --body-contains need an http/],
  [['http://a', '--method=HEAD', '--body-contains=x'], /^--method=HEAD gets no body/],
]

test('reports unclear options as unknown', async () => {
  for (const [argv, expected] of UNCLEAR) {
    const { status, summary } = await check.evaluate(argv)
    assert.equal(status, 'unknown')
    assert.match(summary, expected)
  }
})

const latin = Buffer.from('Grüße', 'latin1')
const utf16 = Buffer.from('\uFEFFGrüße', 'utf16le')
/** At its best, brotli takes seconds for what is as small at its quickest. */
const QUICK = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MIN_QUALITY } }
const BODIES: readonly (readonly [string, Record<string, string>, Buffer, boolean])[] = [
  ['UTF-8', {}, Buffer.from('Grüße'), true],
  ['UTF-8 with a mark', {}, Buffer.from('\uFEFFGrüße'), true],
  ['ISO-8859-1', { 'content-type': 'text/plain; charset=ISO-8859-1' }, latin, true],
  ['ISO-8859-1 in quotes', { 'content-type': 'text/plain;charset="latin1"' }, latin, true],
  ['ISO-8859-1 that nobody names', {}, latin, false],
  ['UTF-16 by its mark', { 'content-type': 'text/plain' }, utf16, true],
  ['UTF-16LE by its name', { 'content-type': 'text/plain; charset=utf-16le' }, Buffer.from('Grüße', 'utf16le'), true],
  ['a set that nobody knows', { 'content-type': 'text/plain; charset=x-mine' }, Buffer.from('Grüße'), true],
  ['gzip', { 'content-encoding': 'gzip' }, gzipSync('Grüße'), true],
  ['deflate', { 'content-encoding': 'deflate' }, deflateSync('Grüße'), true],
  ['br', { 'content-encoding': 'br' }, brotliCompressSync('Grüße'), true],
  ['zstd', { 'content-encoding': 'zstd' }, zstdCompressSync(Buffer.from('Grüße')), true],
  ['gzip of ISO-8859-1', { 'content-encoding': 'gzip', 'content-type': 'a/b; charset=latin1' }, gzipSync(latin), true],
  ['gzip that is none', { 'content-encoding': 'gzip' }, Buffer.from('Grüße'), false],
  ['a coding that nobody knows', { 'content-encoding': 'compress' }, Buffer.from('Grüße'), false],
  ['a bomb', { 'content-encoding': 'br' }, brotliCompressSync(Buffer.alloc(64 * 1024 * 1024, 'Grüße'), QUICK), false],
]

for (const [form, headers, body, isFound] of BODIES)
  test(`looks for text in a body of ${form}`, async (t) => {
    const url = await web(t, (_, response) => response.writeHead(200, headers).end(body))
    const { status, summary } = await check.evaluate([url, '--body-contains=Grüße'])
    assert.equal(status, isFound ? 'ok' : 'critical', summary)
  })

test('a `%` that encodes nothing is unclear and not a crash, and what stands around it is not shown', async () => {
  for (const url of [
    'http://me:hunter2%ss@h.invalid/',
    'http://hunter2%@h.invalid/',
    'http+unix:///x%zz',
    'unix:///%zz',
  ]) {
    const { status, summary } = await check.evaluate([`--url=${url}`])
    assert.equal(status, 'unknown')
    assert.match(summary, /`%25` where a `%` is meant/)
    assert.doesNotMatch(summary, /hunter2/)
  }
})

test('takes large headers, and says when they are too large', async (t) => {
  const sized = (kib: number) =>
    web(t, (_, response) => response.writeHead(200, { 'x-big': 'a'.repeat(kib * 1024) }).end())
  assert.equal((await check.evaluate([await sized(256)])).status, 'ok')
  assert.match((await check.evaluate([await sized(512)])).summary, /the headers of the answer are too large$/)
})
