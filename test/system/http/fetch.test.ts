import assert from 'node:assert/strict'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:http'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { repoAddressOf } from '../../../client/sources/repo-address.ts'
import { fetchPluginDocument } from '../../../client/sources/signed/fetch-document.ts'
import { credentialsFrom } from '../../../credentials/read-credentials.ts'
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import type { Name } from '../../../schemas/name.ts'
import type { DownloadOrigin, DownloadSink } from '../../../system/http/download.ts'
import { download } from '../../../system/http/download.ts'
import type { DocumentCopy } from '../../../system/http/fetch-text.ts'
import { fetchText } from '../../../system/http/fetch-text.ts'
import { openHttp } from '../../../system/http/open-http.ts'
import { expectCode, expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aRelease, issueKey } from '../../support/builders/test-authority.ts'
import { freePort, listening } from '../../support/machine/listening.ts'
import { startStaticRegistry } from '../../support/registry/static-registry.ts'

const quick = { attempts: 4, firstWaitMs: 1, maxWaitMs: 2 }

async function serving(
  t: TestContext,
  listener: RequestListener,
  options: Parameters<typeof openHttp>[0] = { env: {} },
) {
  const http = await openHttp(options)
  t.after(() => http[Symbol.dispose]())
  return { http, url: new URL(`http://127.0.0.1:${await listening(t, createServer(listener))}/x`) }
}

function aSink(): DownloadSink & { bytes: Buffer } {
  const sink = {
    bytes: Buffer.alloc(0),
    origin: undefined as DownloadOrigin | undefined,
    get size() {
      return sink.bytes.length
    },
    restart(origin: DownloadOrigin) {
      sink.bytes = Buffer.alloc(0)
      sink.origin = origin
    },
    write(chunk: Uint8Array) {
      sink.bytes = Buffer.concat([sink.bytes, chunk])
    },
  }
  return sink
}

test('asks for a document again only when it changed', async (t) => {
  const seen: (string | undefined)[] = []
  const { http, url } = await serving(t, (request, response) => {
    seen.push(request.headers['if-none-match'])
    if (request.headers['if-none-match'] === '"1"') response.writeHead(304).end()
    else response.writeHead(200, { etag: '"1"', 'content-encoding': 'gzip' }).end(gzipSync('text'))
  })
  const kept = new Map<string, DocumentCopy>()
  const copies = {
    read: (key: string) => kept.get(key),
    write: (key: string, copy: DocumentCopy) => void kept.set(key, copy),
  }
  assert.equal(await fetchText(http, { url, maxBytes: 100, copies }), 'text')
  assert.equal(await fetchText(http, { url, maxBytes: 100, copies }), 'text')
  assert.deepEqual(seen, [undefined, '"1"'])
})

test('cuts documents that are too large, plain or packed', async (t) => {
  for (const packed of [false, true]) {
    const { http, url } = await serving(t, (_request, response) => {
      const body = Buffer.alloc(2000, 'x')
      response.writeHead(200, packed ? { 'content-encoding': 'gzip' } : {}).end(packed ? gzipSync(body) : body)
    })
    await expectCodeAsync('LIMIT_EXCEEDED', () => fetchText(http, { url, maxBytes: 1000 }))
  }
})

test('tells answers apart: nothing there, forbidden, withdrawn, unreadable', async (t) => {
  const answers: [number, Record<string, string>, string, ErrorCode][] = [
    [403, {}, '', 'FETCH_REFUSED'],
    [401, {}, '', 'UNAUTHENTICATED'],
    [451, { 'content-type': 'application/problem+json' }, '{"detail":"it is malicious"}', 'VERSION_QUARANTINED'],
    [200, { 'content-encoding': 'br' }, 'x', 'FETCH_REFUSED'],
    [200, { 'content-encoding': 'compress' }, 'x', 'FETCH_REFUSED'],
    [200, { 'content-type': 'text/html' }, 'x', 'FETCH_REFUSED'],
    [200, { 'content-encoding': 'gzip' }, 'x', 'FETCH_REFUSED'],
    [204, {}, '', 'FETCH_REFUSED'],
  ]
  for (const [status, headers, body, code] of answers) {
    const { http, url } = await serving(t, (_request, response) => void response.writeHead(status, headers).end(body))
    const error = await expectCodeAsync(code, () => fetchText(http, { url, maxBytes: 1000 }))
    if (status === 451) assert.match(error.message, /it is malicious/)
  }
  const { http, url } = await serving(t, (_request, response) => void response.writeHead(404).end('<html>'))
  assert.equal(await fetchText(http, { url, maxBytes: 1000 }), undefined)
})

test('retries what may pass and gives up after four attempts', async (t) => {
  let attempts = 0
  const { http, url } = await serving(t, (_request, response) => {
    attempts++
    if (attempts < 3) response.writeHead(503, { 'retry-after': '0' }).end()
    else response.end('at last')
  })
  assert.equal(await fetchText(http, { url, maxBytes: 100, retry: quick }), 'at last')
  assert.equal(attempts, 3)
  const dead = new URL(`http://127.0.0.1:${await freePort()}/x`)
  const error = await expectCodeAsync('FETCH_FAILED', () => fetchText(http, { url: dead, maxBytes: 100, retry: quick }))
  assert.match(error.message, /nothing listens there/)
})

test('gives up bodies that stall or crawl', async (t) => {
  // Each of them meets one bound; the others are too far away to be met by a machine that has no time.
  const far = { idleMs: 60_000, slowMs: 60_000, answerMs: 60_000, minBytesPerSecond: 10_000 }
  const timers: NodeJS.Timeout[] = []
  t.after(() => timers.forEach(clearInterval))
  const stalls: RequestListener = (_request, response) => void response.writeHead(200).write('x')
  const crawls: RequestListener = (_request, response) => {
    timers.push(setInterval(() => response.write('x'), 10))
  }
  const silent: RequestListener = () => undefined
  for (const [listener, reason, near, patience = {}] of [
    [stalls, /no data/, { idleMs: 60 }],
    [crawls, /slower/, { slowMs: 120 }],
    [silent, /no answer/, { answerMs: 200 }],
    [silent, /no answer within 150 ms/, {}, { answerMs: 150 }],
  ] as const) {
    const { http, url } = await serving(t, listener, { env: {}, timeouts: { ...far, ...near } })
    const once = { ...quick, attempts: 1, ...patience }
    const error = await expectCodeAsync('FETCH_FAILED', () => fetchText(http, { url, maxBytes: 10_000, retry: once }))
    assert.match(error.message, reason)
  }
})

test('follows few redirects, and never to another kind of address', async (t) => {
  let hops = 0
  const { http, url } = await serving(t, (request, response) => {
    if (request.url === '/file') response.writeHead(302, { location: 'file:///etc/passwd' }).end()
    else if (request.url === '/three' && hops++ < 3) response.writeHead(302, { location: '/three' }).end()
    else if (request.url === '/loop') response.writeHead(302, { location: '/loop' }).end()
    else response.end('there')
  })
  assert.equal(await fetchText(http, { url: new URL('/three', url), maxBytes: 100 }), 'there')
  await expectCodeAsync('FETCH_REFUSED', () => fetchText(http, { url: new URL('/loop', url), maxBytes: 100 }))
  await expectCodeAsync('FETCH_REFUSED', () => fetchText(http, { url: new URL('/file', url), maxBytes: 100 }))
})

test('sends a token where it is asked for, and never over a redirect to somewhere else', async (t) => {
  const seen: (string | undefined)[] = []
  const other = await serving(t, (request, response) => {
    seen.push(request.headers.authorization)
    response.writeHead(401).end()
  })
  const { http, url } = await serving(
    t,
    (request, response) => {
      seen.push(request.headers.authorization)
      if (request.headers.authorization === undefined) response.writeHead(401).end()
      else response.writeHead(302, { location: other.url.href }).end()
    },
    { env: {}, credentials: async () => 'Bearer secret' },
  )
  await expectCodeAsync('UNAUTHENTICATED', () => fetchText(http, { url, maxBytes: 100 }))
  assert.deepEqual(seen, [undefined, 'Bearer secret', undefined])
})

test('a login for one registry never goes to another one below the same host', async (t) => {
  const seen: string[] = []
  const server = createServer(({ url, headers: { authorization } }, response) => {
    seen.push(`${url} ${authorization}`)
    if (authorization === undefined) response.writeHead(401, { 'www-authenticate': 'Bearer realm="octo"' }).end()
    else response.end('there')
  })
  const base = `http://127.0.0.1:${await listening(t, server)}`
  using http = await openHttp({
    env: {},
    credentials: credentialsFrom({ OCTO_REGISTRY: `${base}/ours`, OCTO_TOKEN: 'octo_secret' }),
  })
  const ask = (path: string) => fetchText(http, { url: new URL(path, base), maxBytes: 100 })
  assert.equal(await ask('/ours/repos/core.json'), 'there')
  await expectCodeAsync('UNAUTHENTICATED', () => ask('/theirs/repos/core.json'))
  assert.equal(await ask('/ours/repos/core/tool.json'), 'there')
  assert.deepEqual(seen, [
    '/ours/repos/core.json undefined',
    '/ours/repos/core.json Bearer octo_secret',
    '/theirs/repos/core.json undefined',
    // What is known to be asked for is sent at once.
    '/ours/repos/core/tool.json Bearer octo_secret',
  ])
})

test('goes through the proxy that the environment names', async (t) => {
  const { url } = await serving(t, (request, response) => void response.end(`proxied ${request.url}`))
  const http = await openHttp({ env: { HTTP_PROXY: url.origin } })
  t.after(() => http[Symbol.dispose]())
  const target = new URL('http://plugins.invalid/x')
  assert.equal(await fetchText(http, { url: target, maxBytes: 100 }), 'proxied http://plugins.invalid/x')
})

test('continues a download that broke off, as long as it is the same file', async (t) => {
  const file = Buffer.from('0123456789'.repeat(100))
  for (const changes of [false, true]) {
    const ranges: (string | undefined)[] = []
    const { http, url } = await serving(t, (request, response) => {
      const { range } = request.headers
      ranges.push(range)
      const from = Number(range?.slice(6, -1) ?? 0)
      const etag = changes && ranges.length > 1 ? '"2"' : '"1"'
      const same = range !== undefined && request.headers['if-range'] === etag
      if (same) response.writeHead(206, { etag, 'content-range': `bytes ${from}-999/1000` }).end(file.subarray(from))
      else if (ranges.length > 1) response.writeHead(200, { etag }).end(file)
      else {
        response.writeHead(200, { etag, 'content-length': 1000 }).write(file.subarray(0, 300))
        setImmediate(() => setImmediate(() => response.destroy()))
      }
    })
    const sink = aSink()
    await download(http, { url, size: 1000, sink, retry: quick })
    assert.deepEqual(sink.bytes, file)
    assert.deepEqual(ranges, [undefined, 'bytes=300-'])
  }
})

test('refuses other sizes before any checksum, and says when it is a web page', async (t) => {
  const page = await serving(
    t,
    (_request, response) =>
      void response.writeHead(200, { 'content-type': 'text/html', 'content-length': 6 }).end('<html>'),
  )
  const sink = aSink()
  const error = await expectCodeAsync('SIZE_MISMATCH', () => download(page.http, { url: page.url, size: 1000, sink }))
  assert.match(error.message, /web page/)
  const endless = await serving(t, (_request, response) => {
    const write = () => {
      while (!response.destroyed && response.write(Buffer.alloc(1000)));
    }
    response.on('drain', write)
    write()
  })
  await expectCodeAsync('SIZE_MISMATCH', () => download(endless.http, { url: endless.url, size: 5000, sink: aSink() }))
  const short = await serving(t, (_request, response) => void response.writeHead(200).end('short'))
  await expectCodeAsync('FETCH_FAILED', () =>
    download(short.http, { url: short.url, size: 1000, sink: aSink(), retry: quick }),
  )
  const packing = await serving(
    t,
    (_request, response) =>
      void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(1000))),
  )
  const packed = await expectCodeAsync('SIZE_MISMATCH', () =>
    download(packing.http, { url: packing.url, size: 1000, sink: aSink() }),
  )
  assert.match(packed.message, /encoded as gzip/)
  assert.match(packed.hint ?? '', /`gzip off`/)
  const lying = await serving(
    t,
    (_request, response) => void response.writeHead(206, { 'content-range': 'bytes 0-4/5' }).end('short'),
  )
  await expectCodeAsync('SIZE_MISMATCH', () => download(lying.http, { url: lying.url, size: 1000, sink: aSink() }))
  const missing = await serving(t, (_request, response) => void response.writeHead(404).end('Not Found'))
  await expectCodeAsync('FETCH_REFUSED', () => download(missing.http, { url: missing.url, size: 1000, sink: aSink() }))
})

test('reads a plugin document and refuses one about another plugin', async (t) => {
  const key = issueKey()
  const registry = await startStaticRegistry(t, [await aRelease(key)])
  const http = await openHttp({ env: {} })
  t.after(() => http[Symbol.dispose]())
  const fetch = (url: URL, maxBytes: number) => fetchText(http, { url, maxBytes })
  const address = repoAddressOf(registry.url())
  const document = await fetchPluginDocument(fetch, address, 'hello' as Name)
  assert.equal(document?.versions[0]?.version, '1.0.0')
  assert.equal(await fetchPluginDocument(fetch, address, 'nobody' as Name), undefined)
  registry.files.set('repos/core/other.json', registry.files.get('repos/core/hello.json') ?? Buffer.alloc(0))
  await expectCodeAsync('DOCUMENT_MISMATCH', () => fetchPluginDocument(fetch, address, 'other' as Name))
})

test('finds everything of a repo beside its YAML', () => {
  const address = repoAddressOf('https://example.org/plugins/repos/core.yaml?template=true')
  assert.equal(address.plugin('a' as Name).href, 'https://example.org/plugins/repos/core/a.json')
  assert.equal(address.json.href, 'https://example.org/plugins/repos/core.json')
  expectCode('CONFIG_INVALID', () => repoAddressOf('https://example.org/'))
})
