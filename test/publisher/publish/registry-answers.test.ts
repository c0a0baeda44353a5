// The one HTTP writer against servers that misbehave: the token stays home, answers are bounded, patience has an end.
import assert from 'node:assert/strict'
import type { IncomingMessage, RequestListener } from 'node:http'
import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { parseRegistryUrl, refuseCleartext, registryName } from '../../../publisher/account/registry-url.ts'
import { callApi } from '../../../publisher/publish/call-api.ts'
import { uploadBlob } from '../../../publisher/publish/upload.ts'
import { whoamiAnswer } from '../../../schemas/api.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { openConnection } from '../../../system/http/connection.ts'
import { expectCode, expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { listening } from '../../support/machine/listening.ts'

const TOKEN = 'octo_test-token-that-must-not-travel'

async function connectTo(t: TestContext, answer: RequestListener) {
  const port = await listening(t, createServer(answer))
  const pauses: number[] = []
  const pause = async (milliseconds: number) => void pauses.push(milliseconds)
  const connection = openConnection(new URL(`http://127.0.0.1:${port}/octo/`), { token: TOKEN, pause })
  t.after(() => connection[Symbol.dispose]())
  return {
    connection,
    pauses,
    whoami: () => callApi(connection, { method: 'GET', path: 'api/v1/whoami' }, whoamiAnswer),
  }
}

const WHO = { token: { id: 'a', name: 'b' }, scopes: [], expiresAt: '2027-01-01T00:00:00Z' }

test('a redirect is refused, and the token does not follow it', async (t) => {
  const seen: IncomingMessage[] = []
  const elsewhere = await listening(
    t,
    createServer((request, response) => {
      seen.push(request)
      response.end()
    }),
  )
  const { whoami } = await connectTo(t, (_request, response) => {
    response.writeHead(307, { location: `http://127.0.0.1:${elsewhere}/` }).end()
  })
  const error = await expectCodeAsync('FETCH_REFUSED', whoami)
  assert.match(
    error.message,
    /^GET http:\/\/127\.0\.0\.1:\d+\/octo\/api\/v1\/whoami was answered with status 307, which points to/,
  )
  assert.deepEqual(seen, [])
})

test('tries again what passes, as late as the server asks, and no longer than that', async (t) => {
  let asked = 0
  const { whoami, pauses } = await connectTo(t, (_request, response) => {
    if (++asked === 1) response.writeHead(503, { 'retry-after': '3' }).end()
    else if (asked === 2) response.writeHead(429, { 'retry-after': '9999999' }).end()
    else if (asked === 3) response.destroy()
    else response.end(JSON.stringify(WHO))
  })
  assert.equal((await whoami()).token.id, 'a')
  assert.deepEqual(pauses.slice(0, 2), [3000, 30_000])
  assert.equal(pauses.length, 3)
})

test('gives up after six attempts, and at once where waiting does not help', async (t) => {
  let [asked, status] = [0, 503]
  const { whoami } = await connectTo(t, (_request, response) => {
    asked++
    response.writeHead(status).end('<html>')
  })
  await expectCodeAsync('FETCH_REFUSED', whoami)
  assert.equal(asked, 6)
  for (status of [400, 403, 404, 500]) {
    asked = 0
    await expectCodeAsync('FETCH_REFUSED', whoami)
    assert.equal(asked, 1, String(status))
  }
})

function* endlessZeros() {
  for (let sent = 0; sent < 64 * 1024 * 1024; sent += 65_536) yield Buffer.alloc(65_536)
}

test('an endless answer and one that breaks off are no answers', async (t) => {
  let endless = true
  const { whoami } = await connectTo(t, (_request, response) => {
    if (!endless) return void response.writeHead(200, { 'content-length': 100 }).write('{', () => response.destroy())
    Readable.from(endlessZeros()).pipe(response)
    response.on('close', () => response.req.destroy())
  })
  const error = await expectCodeAsync('FETCH_FAILED', whoami)
  assert.match(error.message, /longer than 1048576 bytes/)
  endless = false
  await expectCodeAsync('FETCH_FAILED', whoami)
})

const UNREADABLE: readonly (readonly [what: string, headers: Record<string, string>, body: Buffer])[] = [
  ['said to be packed, and is not', { 'content-encoding': 'gzip' }, Buffer.from('{"token":{}}')],
  ['packed, and broken off inside', { 'content-encoding': 'gzip' }, gzipSync('{"token":{}}').subarray(0, 20)],
  ['packed small and huge', { 'content-encoding': 'br' }, brotliCompressSync(Buffer.alloc(2_000_000))],
  ['packed in a way that nobody knows', { 'content-encoding': 'nobody-knows' }, Buffer.from('x')],
  ['no text', {}, Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
]

for (const [what, headers, body] of UNREADABLE)
  test(`an answer that is ${what} is no answer, and ends nothing but its call`, async (t) => {
    const { connection } = await connectTo(t, (_request, response) => response.writeHead(200, headers).end(body))
    await expectCodeAsync('FETCH_FAILED', () => connection.send({ method: 'GET', path: 'api/v1/whoami' }))
  })

test('what a server writes into a problem is shown without its control characters and unknown codes', async (t) => {
  const problem = (code: string) => ({
    ...{ type: 'about:blank', title: 'no', status: 409, code, details: { different: ['a'] } },
    detail: 'bad \u001b[31m news',
  })
  let code = 'VERSION_EXISTS'
  const { whoami } = await connectTo(t, (_request, response) =>
    response.writeHead(409).end(JSON.stringify(problem(code))),
  )
  const known = await expectCodeAsync('VERSION_EXISTS', whoami)
  assert.equal(known.message, 'bad \\u{1b}[31m news')
  assert.deepEqual(known.details, { different: ['a'] })
  for (code of ['MADE_UP', '__proto__', 'constructor']) await expectCodeAsync('FETCH_REFUSED', whoami)
})

test('a 200 that is not the promised shape is refused', async (t) => {
  const bodies = ['<html>', '{}', '{"token":1}', '{"__proto__":{}}']
  const { whoami } = await connectTo(t, (_request, response) => response.end(bodies[0]))
  for (; bodies.length > 0; bodies.shift()) await assert.rejects(whoami, /FORMAT_INVALID|JSON_INVALID|expected|JSON/)
})

test('an upload stops when a server keeps swallowing bytes without counting them', async (t) => {
  const { connection } = await connectTo(t, (request, response) => {
    request.resume().on('end', () => response.writeHead(204, { 'upload-offset': '0' }).end())
  })
  const text = 'bytes'.repeat(1000)
  const upload = {
    session: 's',
    digest: digestOf(text),
    size: text.length,
    name: 'x',
    source: { text },
    onProgress() {},
  }
  const error = await expectCodeAsync('FETCH_FAILED', () => uploadBlob(connection, upload, 0))
  assert.match(error.hint ?? '', /goes on where it stopped/)
})

test('an upload whose registry counts back after each step has an end', async (t) => {
  let asked = 0
  const { connection, pauses } = await connectTo(t, (request, response) => {
    request.resume()
    if (++asked > 100) return void response.writeHead(204, { 'upload-offset': '1000' }).end()
    if (request.method === 'HEAD') return void response.writeHead(204, { 'upload-offset': '0' }).end()
    const isFirst = request.headers['upload-offset'] === '0'
    response.writeHead(isFirst ? 204 : 503, isFirst ? { 'upload-offset': '10' } : {}).end()
  })
  const text = 'x'.repeat(1000)
  const upload = { session: 's', digest: digestOf(text), size: 1000, name: 'x', source: { text }, onProgress() {} }
  await assert.rejects(uploadBlob(connection, upload, 0))
  assert.equal(pauses.length, 5)
})

test('uploads go on in smaller pieces where something in front takes no larger ones, and say so when none fits', async (t) => {
  let limit = 1024 * 1024
  const sizes: number[] = []
  let offset = 0
  const { connection } = await connectTo(t, (request, response) => {
    const size = Number(request.headers['content-length'])
    sizes.push(size)
    if (size > limit) return void response.writeHead(413, { connection: 'close' }).end('<html>too large')
    request.resume().on('end', () => {
      offset += size
      response.writeHead(204, { 'upload-offset': String(offset) }).end()
    })
  })
  const text = 'x'.repeat(2_500_000)
  let shown = 0
  const upload = {
    ...{ session: 's', digest: digestOf(text), size: text.length, name: 'x', source: { text } },
    onProgress(bytes: number) {
      shown += bytes
    },
  }
  await uploadBlob(connection, upload, 0)
  assert.deepEqual([offset, shown], [text.length, text.length])
  assert.deepEqual(sizes, [2_500_000, 1_048_576, 1_048_576, 402_848])
  limit = 1000
  const error = await expectCodeAsync('FETCH_REFUSED', () => uploadBlob(connection, upload, 0))
  assert.match(error.hint ?? '', /client_max_body_size/)
})

test('a web page in place of a registry is called one', async (t) => {
  const { whoami } = await connectTo(t, (_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>Sign in'),
  )
  const error = await expectCodeAsync('FETCH_REFUSED', whoami)
  assert.match(error.message, /answers with a web page, expected an octo registry/)
})

test('an answer that comes before the whole body is heard', async (t) => {
  const { connection } = await connectTo(t, (_request, response) => {
    const problem = { type: 'x', title: 'x', status: 413, detail: 'too much', code: 'LIMIT_EXCEEDED' }
    response.writeHead(413, { connection: 'close' }).end(JSON.stringify(problem))
  })
  const text = 'x'.repeat(40_000_000)
  const upload = { session: 's', digest: digestOf(''), size: text.length, name: 'x', source: { text }, onProgress() {} }
  await expectCodeAsync('LIMIT_EXCEEDED', () => uploadBlob(connection, upload, 0))
})

test('reads registry addresses in one form', () => {
  for (const text of ['https://x.example.com', 'https://x.example.com/', 'https://x.example.com//'])
    assert.equal(parseRegistryUrl(text, {}).href, 'https://x.example.com/')
  assert.equal(
    registryName(parseRegistryUrl(undefined, { OCTO_REGISTRY: 'http://[::1]:80/octo/' })),
    'http://[::1]/octo',
  )
  for (const text of ['x.example.com', 'ftp://x', 'https://u:p@x', 'https://x?a=1', 'https://x/#a'])
    expectCode('USAGE', () => parseRegistryUrl(text, {}))
  for (const [text, hint] of [
    ['127.0.0.1:8787', 'pass `--registry http://127.0.0.1:8787`'],
    ['localhost:8787', 'pass `--registry http://localhost:8787`'],
    ['[::1]:8787', 'pass `--registry http://[::1]:8787`'],
    ['plugins.example.com', 'pass `--registry https://plugins.example.com`'],
    ['plugins.example.com:8443/', 'pass `--registry https://plugins.example.com:8443/`'],
    ['user:hidden@plugins.example.com', undefined],
    ['ftp://plugins.example.com', undefined],
    ['a b', undefined],
  ] as const)
    assert.equal(expectCode('USAGE', () => parseRegistryUrl(text, {})).hint, hint, text)
  const secret = expectCode('USAGE', () => parseRegistryUrl('https://user:hidden@x.example.com', {}))
  assert.ok(!secret.message.includes('hidden'))
})

test('sends tokens without encryption only to this machine, or when told so', () => {
  for (const text of ['https://x.example.com', 'http://localhost:1', 'http://127.0.0.1', 'http://[::1]'])
    refuseCleartext(new URL(text), false)
  for (const text of ['http://x.example.com', 'http://127.0.0.1.example.com', 'http://10.0.0.1'])
    expectCode('CONFIG_INVALID', () => refuseCleartext(new URL(text), false))
  refuseCleartext(new URL('http://10.0.0.1'), true)
})
