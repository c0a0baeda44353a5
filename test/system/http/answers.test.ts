// What is tried again, what bodies may look like, and what stands in place of a document.
import assert from 'node:assert/strict'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { digestOf, hexOf } from '../../../schemas/digest.ts'
import { coded } from '../../../schemas/errors.ts'
import { raceSideBySide } from '../../../schemas/side-by-side.ts'
import { fetchText } from '../../../system/http/fetch-text.ts'
import { openHttp } from '../../../system/http/open-http.ts'
import { isTransient, isTransientStatus, waitMs } from '../../../system/http/retry.ts'
import { retryAfterMs } from '../../../system/http/retry-after.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { listening } from '../../support/machine/listening.ts'

const once = { attempts: 1, firstWaitMs: 1, maxWaitMs: 1 }
const PLAIN = Buffer.from('{"a":1}')

async function asking(t: TestContext, listener: RequestListener, onWait?: (line: string) => void) {
  const timeouts = onWait ? { noticeMs: 5, answerMs: 300 } : {}
  const http = await openHttp({ env: {}, timeouts, ...(onWait ? { onWait } : {}) })
  t.after(() => http[Symbol.dispose]())
  const url = new URL(`http://127.0.0.1:${await listening(t, createServer(listener))}/x`)
  return { url, ask: (retry = once) => fetchText(http, { url, maxBytes: 1000, retry }) }
}

const CODINGS: readonly (readonly [string, Buffer])[] = [
  ['gzip', gzipSync(PLAIN)],
  ['x-gzip', gzipSync(PLAIN)],
  ['GZIP', gzipSync(PLAIN)],
  ['deflate', deflateSync(PLAIN)],
  ['deflate', deflateRawSync(PLAIN)],
  ['br', brotliCompressSync(PLAIN)],
  ['zstd', zstdCompressSync(PLAIN)],
  ['identity', PLAIN],
  ['gzip, br', brotliCompressSync(gzipSync(PLAIN))],
]

for (const [coding, bytes] of CODINGS)
  test(`a document encoded as ${coding} is read, with the digest of either form beside it`, async (t) => {
    for (const digested of [bytes, PLAIN]) {
      const digest = `sha-256=:${Buffer.from(hexOf(digestOf(digested)), 'hex').toString('base64')}:`
      const headers = { 'content-encoding': coding, 'repr-digest': digest }
      const { ask } = await asking(t, (_request, response) => void response.writeHead(200, headers).end(bytes))
      assert.equal(await ask(), PLAIN.toString())
    }
    const digest = `sha-256=:${Buffer.alloc(32, 1).toString('base64')}:`
    const headers = { 'content-encoding': coding, 'repr-digest': digest }
    const { ask } = await asking(t, (_request, response) => void response.writeHead(200, headers).end(bytes))
    await expectCodeAsync('DIGEST_MISMATCH', ask)
  })

const BOMBS: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
]

for (const [coding, pack] of BOMBS)
  test(`a small answer that ${coding} unpacks to a huge one is refused`, async (t) => {
    const body = pack(Buffer.alloc(1_000_000))
    assert.ok(body.length < 1000 || coding === 'deflate' || coding === 'gzip')
    const headers = { 'content-encoding': coding }
    const { ask } = await asking(t, (_request, response) => void response.writeHead(200, headers).end(body))
    await expectCodeAsync('LIMIT_EXCEEDED', ask)
  })

const PAGES: readonly (readonly [string, string])[] = [
  ['text/html', 'anything'],
  ['text/html; charset=utf-8', ''],
  ['application/xhtml+xml', 'x'],
  ['application/json', '<!DOCTYPE html><p>Sign in'],
  ['', '\n <html lang=en>'],
  ['text/plain', '<HTML>'],
]

for (const [type, body] of PAGES)
  test(`a page sent as ${type || 'nothing'} that begins with ${JSON.stringify(body)} is called a web page`, async (t) => {
    const { ask } = await asking(
      t,
      (_request, response) => void response.writeHead(200, { 'content-type': type }).end(body),
    )
    const error = await expectCodeAsync('FETCH_REFUSED', ask)
    assert.match(error.message, /answers with a web page, expected JSON or YAML/)
    assert.match(error.hint ?? '', /login/)
  })

test('https asked of a server without TLS leads to http, and what is on this machine to no proxy', async (t) => {
  const { url } = await asking(t, (_request, response) => void response.end())
  const http = await openHttp({ env: {} })
  t.after(() => http[Symbol.dispose]())
  const ask = (text: string) =>
    expectCodeAsync('FETCH_FAILED', () => fetchText(http, { url: new URL(text), maxBytes: 1000, retry: once }))
  const noTls = await ask(`https://${url.host}/x`)
  assert.equal(noTls.hint, `if \`${url.host}\` is served without TLS, its address begins with \`http://\``)
  const closed = createTcpServer((socket) => void socket.destroy())
  const silent = await ask(`http://127.0.0.1:${await listening(t, closed)}/x`)
  assert.match(silent.hint ?? '', /check the address and the port/)
  assert.doesNotMatch(silent.hint ?? '', /PROXY/)
})

test('the table of statuses that are tried again', () => {
  const passing = (what: 'reading' | 'calling') =>
    Array.from({ length: 500 }, (_, index) => index + 100).filter((status) => isTransientStatus(status, what))
  assert.deepEqual(passing('calling'), [408, 425, 429, 502, 503, 504])
  assert.deepEqual(passing('reading'), [408, 425, 429, 500, 502, 503, 504])
})

test('connections that may pass are tried again, and reasons that stay are not', () => {
  const failed = (reason: string) => coded('FETCH_FAILED', { message: 'x', details: { reason } })
  for (const reason of ['ECONNRESET', 'ECONNREFUSED', 'EAI_AGAIN', 'ETIMEDOUT', 'EPIPE', 'UNHEARD_OF'])
    assert.equal(isTransient(failed(reason)), true, reason)
  const final = [
    'ENOTFOUND',
    'CERT_HAS_EXPIRED',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'HPE_INVALID_CONSTANT',
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'CERT_SOMETHING_NEW',
  ]
  for (const reason of final) assert.equal(isTransient(failed(reason)), false, reason)
})

const NOW = Date.parse('2027-01-01T00:00:00Z')
const WISHES: readonly (readonly [string | undefined, number | undefined])[] = [
  [undefined, undefined],
  ['', undefined],
  ['soon', undefined],
  ['0', 0],
  ['3', 3000],
  [' 3 ', 3000],
  ['99999999999', 30_000],
  ['-5', 0],
  ['Fri, 01 Jan 2027 00:00:10 GMT', 10_000],
  ['Fri, 01 Jan 2027 01:00:00 GMT', 30_000],
  ['Thu, 31 Dec 2026 00:00:00 GMT', 0],
]

for (const [header, expected] of WISHES)
  test(`Retry-After: ${header} asks for ${expected} ms`, () => {
    if (header === '-5') assert.ok([0, undefined].includes(retryAfterMs(header, NOW)))
    else assert.equal(retryAfterMs(header, NOW), expected)
  })

test('whoever is told to come back at once, or at a time that is past, comes back no sooner than one who was told nothing', () => {
  const options = { attempts: 4, firstWaitMs: 200, maxWaitMs: 5000 }
  for (const header of ['0', '-5', 'Thu, 31 Dec 2026 00:00:00 GMT', undefined])
    assert.ok(waitMs(1, options, retryAfterMs(header, NOW)) >= 100, String(header))
  assert.equal(waitMs(1, options, retryAfterMs('3', NOW)), 3000)
})

test('who waits for a silent server is told for how long at most, with the number of the attempt', async (t) => {
  const lines: string[] = []
  const { ask, url } = await asking(
    t,
    () => undefined,
    (line) => lines.push(line),
  )
  const error = await expectCodeAsync('FETCH_FAILED', () => ask({ attempts: 2, firstWaitMs: 1, maxWaitMs: 1 }))
  assert.deepEqual(
    lines,
    [1, 2].map((attempt) => `waiting for ${url.host}, for at most 1 s, attempt ${attempt} of 2`),
  )
  assert.equal(error.cause, undefined)
})

const RAW: readonly (readonly [string, string, RegExp | string])[] = [
  ['JSON without a length that ends with the connection', 'HTTP/1.0 200 OK\r\n\r\n {"a": 1}\n', ' {"a": 1}\n'],
  ['a key without a length', 'HTTP/1.0 200 OK\r\n\r\n-----BEGIN PUBLIC KEY-----\n', '-----BEGIN PUBLIC KEY-----\n'],
  ['a body of HTTP/1.0 with a length', 'HTTP/1.0 200 OK\r\ncontent-length: 4\r\n\r\ntext', 'text'],
  [
    'early hints before the answer',
    'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ntext',
    'text',
  ],
  [
    'trailers after a body in chunks',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\ntext\r\n0\r\nx-after: 1\r\n\r\n',
    'text',
  ],
  [
    '200 KiB of headers',
    `HTTP/1.1 200 OK\r\nx-big: ${'a'.repeat(200 * 1024)}\r\ncontent-length: 4\r\n\r\ntext`,
    'text',
  ],
  [
    '400 KiB of headers',
    `HTTP/1.1 200 OK\r\nx-big: ${'a'.repeat(400 * 1024)}\r\n\r\n`,
    /headers of the answer are too large/,
  ],
  ['something that is not HTTP', 'SSH-2.0-OpenSSH\r\n', /the answer is not HTTP/],
  ['a body that breaks off', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\ntext', /broke off|closed|reset/],
  ['nothing but an end', '', /reset|socket hang up|closed/],
]

for (const [what, bytes, expected] of RAW)
  test(`a server that sends ${what} is understood`, async (t) => {
    const server = createTcpServer(
      (socket: Socket) => void socket.on('error', () => {}).once('data', () => socket.end(bytes)),
    )
    const http = await openHttp({ env: {} })
    t.after(() => http[Symbol.dispose]())
    const url = new URL(`http://127.0.0.1:${await listening(t, server)}/x`)
    const asked = fetchText(http, { url, maxBytes: 100, retry: once })
    if (typeof expected === 'string') assert.equal(await asked, expected)
    else assert.match((await expectCodeAsync('FETCH_FAILED', () => asked)).message, expected)
  })

test('what has no end of its own is refused where a server that is killed would end it in the same way', async (t) => {
  const head = 'HTTP/1.1 200 OK\r\nconnection: close\r\n'
  const digest = `repr-digest: sha-256=:${Buffer.from(hexOf(digestOf('a: 1\n')), 'hex').toString('base64')}:\r\n`
  const answers = new Map([
    ['/yaml', `${head}\r\na: 1\n`],
    ['/identity', `${head}content-encoding: identity\r\n\r\na: 1\n`],
    ['/digest', `${head}${digest}\r\na: 1\n`],
  ])
  const server = createTcpServer((socket) => {
    socket
      .on('error', () => {})
      .once('data', (asked) => {
        const [, path = ''] = String(asked).split(' ')
        if (path !== '/gzip') socket.end(answers.get(path) ?? '')
        else socket.write(`${head}content-encoding: gzip\r\n\r\n`, () => socket.end(gzipSync('a: 1\n')))
      })
  })
  const base = `http://127.0.0.1:${await listening(t, server)}`
  const http = await openHttp({ env: {} })
  t.after(() => http[Symbol.dispose]())
  const ask = (path: string) => fetchText(http, { url: new URL(path, base), maxBytes: 100, retry: once })
  for (const path of ['/yaml', '/identity']) {
    const { message, hint } = await expectCodeAsync('FETCH_REFUSED', () => ask(path))
    assert.match(message, /ends with its connection and says no length/)
    assert.match(hint ?? '', /Content-Length/)
  }
  for (const path of ['/digest', '/gzip']) assert.equal(await ask(path), 'a: 1\n')
})

const REDIRECTS = ['file:///etc/passwd', 'ftp://x/', 'javascript:1', 'data:text/plain,x', 'http://[', '/x']

for (const location of REDIRECTS)
  test(`a redirect to ${location} is refused`, async (t) => {
    const { ask } = await asking(t, (_request, response) => void response.writeHead(302, { location }).end())
    await expectCodeAsync('FETCH_REFUSED', ask)
  })

test('addresses are tried side by side: a slow one wins over a dead one, and the rest is let go', async () => {
  const [slow, dead] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()]
  const cancelled: string[] = []
  const started: string[] = []
  let headStart = () => {}
  const race = raceSideBySide({
    candidates: ['slow', 'dead', 'never'],
    start: (name) => {
      started.push(name)
      return { opened: { slow, dead }[name]?.promise ?? new Promise(() => {}), cancel: () => void cancelled.push(name) }
    },
    afterHeadStart: (act) => {
      headStart = act
      return () => {}
    },
  })
  headStart()
  dead.reject(new Error('refused'))
  await dead.promise.catch(() => undefined)
  await Promise.resolve()
  slow.resolve('slow')
  assert.equal(await race.opened, 'slow')
  assert.deepEqual(started, ['slow', 'dead', 'never'])
  assert.deepEqual(cancelled, ['never'])
})
