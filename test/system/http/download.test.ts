// What a download does with what it has already, with answers about ranges, and with documents that are not what they say.
import assert from 'node:assert/strict'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:http'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { repoAddressOf } from '../../../client/sources/repo-address.ts'
import { fetchPage } from '../../../client/sources/signed/fetch-document.ts'
import type { DownloadOrigin } from '../../../system/http/download.ts'
import { download } from '../../../system/http/download.ts'
import { fetchText } from '../../../system/http/fetch-text.ts'
import { openHttp } from '../../../system/http/open-http.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { listening } from '../../support/machine/listening.ts'

const once = { attempts: 1, firstWaitMs: 1, maxWaitMs: 2 }
const file = Buffer.from('0123456789'.repeat(10))

async function serving(t: TestContext, listener: RequestListener) {
  const http = await openHttp({ env: {} })
  t.after(() => http[Symbol.dispose]())
  return { http, url: new URL(`http://127.0.0.1:${await listening(t, createServer(listener))}/x`) }
}

/** Holds the bytes, from this origin. */
function aSink(held: Buffer, from?: DownloadOrigin) {
  const sink = {
    bytes: held,
    origin: from,
    get size() {
      return sink.bytes.length
    },
    restart(origin: DownloadOrigin) {
      Object.assign(sink, { bytes: Buffer.alloc(0), origin })
    },
    write(chunk: Uint8Array) {
      sink.bytes = Buffer.concat([sink.bytes, chunk])
    },
  }
  return sink
}

test('asks for nothing that is here whole from the same address', async (t) => {
  let asked = 0
  const { http, url } = await serving(t, (_request, response) => {
    asked++
    response.end(file)
  })
  await download(http, { url, size: 100, sink: aSink(file, { url: url.href }) })
  assert.equal(asked, 0)
  await download(http, { url, size: 100, sink: aSink(file, { url: 'https://x.example/x' }) })
  assert.equal(asked, 1)
})

test('begins anew where a server has no such range, and keeps nothing of that answer', async (t) => {
  const ranges: (string | undefined)[] = []
  const { http, url } = await serving(t, (request, response) => {
    ranges.push(request.headers.range)
    response.writeHead(request.headers.range === undefined ? 200 : 416)
    response.end(request.headers.range === undefined ? file : 'no such range')
  })
  const held = () => aSink(file.subarray(0, 30), { url: url.href, etag: '"1"' })
  const alone = held()
  const error = await expectCodeAsync('FETCH_FAILED', () =>
    download(http, { url, size: 100, sink: alone, retry: once }),
  )
  assert.match(error.message, /broke off after 0 of 100 bytes/)
  assert.equal(alone.size, 0)
  const sink = held()
  await download(http, { url, size: 100, sink, retry: { ...once, attempts: 2 } })
  assert.deepEqual(sink.bytes, file)
  assert.deepEqual(ranges, ['bytes=30-', 'bytes=30-', undefined])
})

test('goes on with no end of another file, though the server was asked for none, and begins anew', async (t) => {
  const other = Buffer.alloc(100, 'x')
  const { http, url } = await serving(t, (request, response) => {
    if (request.headers.range === undefined) response.writeHead(200, { etag: '"2"' }).end(other)
    else response.writeHead(206, { etag: '"2"', 'content-range': 'bytes 30-99/100' }).end(other.subarray(30))
  })
  const sink = aSink(file.subarray(0, 30), { url: url.href, etag: '"1"' })
  await download(http, { url, size: 100, sink, retry: { ...once, attempts: 2 } })
  assert.deepEqual(sink.bytes, other)
})

test('an end that the server says to be encoded is not kept, and the file begins anew', async (t) => {
  const { http, url } = await serving(t, (request, response) => {
    if (request.headers.range === undefined) response.writeHead(200, { 'content-length': 100 }).end(file)
    else response.writeHead(206, { 'content-encoding': 'gzip', 'content-range': 'bytes 30-99/100' }).end('packed')
  })
  const sink = aSink(file.subarray(0, 30), { url: url.href, etag: '"1"' })
  await download(http, { url, size: 100, sink, retry: { ...once, attempts: 2 } })
  assert.deepEqual(sink.bytes, file)
})

for (const coding of ['x-gzip', 'gzip', 'x-compress', 'br'])
  test(`a file that is as long as promised is taken as it is, though the server says ${coding}`, async (t) => {
    const { http, url } = await serving(t, (_request, response) => {
      response.writeHead(200, { 'content-encoding': coding, 'content-length': 100 }).end(file)
    })
    const sink = aSink(Buffer.alloc(0))
    await download(http, { url, size: 100, sink, retry: once })
    assert.deepEqual(sink.bytes, file)
  })

test('a document that was damaged on its way, or is no text, is refused', async (t) => {
  const sha = Buffer.alloc(32).toString('base64')
  const damaged = await serving(t, (_request, response) => {
    response.writeHead(200, { 'repr-digest': `sha-256=:${sha}:` }).end('text')
  })
  const fetch = ({ http, url }: typeof damaged) => fetchText(http, { url, maxBytes: 100, retry: once })
  await expectCodeAsync('DIGEST_MISMATCH', () => fetch(damaged))
  const packed = await serving(t, (_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end('x')
  })
  assert.match((await expectCodeAsync('FETCH_REFUSED', () => fetch(packed))).message, /cannot be read: /)
  const latin = await serving(t, (_request, response) => void response.end(Buffer.from([0x67, 0x72, 0xfc, 0x6e])))
  assert.match((await expectCodeAsync('FETCH_REFUSED', () => fetch(latin))).message, /not readable as text/)
})

test('a page that its document names has to be there', async () => {
  const address = repoAddressOf('https://x.example/repos/core.yaml')
  const named = { document: { plugin: 'hello' }, page: { page: 3, size: 10 } }
  const error = await expectCodeAsync('DOCUMENT_MISMATCH', () =>
    fetchPage(async () => undefined, address, named as never),
  )
  assert.match(error.message, /hello\/_\/3\.json` is not there/)
})
