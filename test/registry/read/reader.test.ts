import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { createServer, request } from 'node:http'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { brotliCompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { pino } from 'pino'
import { problemAnswer } from '../../../registry/http/problem.ts'
import type { TreeReader } from '../../../registry/read/reader.ts'
import { createTreeReader } from '../../../registry/read/reader.ts'
import { listening } from '../../support/listening.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const DOCUMENT = `{"format":"octo.plugin/v1","versions":[\n{"version":"1.0.0","state":"active"},\n{"version":"1.1.0","state":"quarantined","reason":"malware"}\n]}\n`
const ARTIFACT = randomBytes(3_000_000)
const HEX = createHash('sha256').update(ARTIFACT).digest('hex')
const RELEASE = 'repos/core/check-tcp/1.0.0'
const FILE = `${RELEASE}/check-tcp_1.0.0_linux_amd64`

type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer }
type Ask = (path: string, headers?: Record<string, string>, method?: string) => Promise<Answer>
type Served = { readonly ask: Ask; readonly root: string; readonly reader: TreeReader; readonly port: number }

async function served(t: TestContext, cacheBytes?: number): Promise<Served> {
  const root = tempFolder(t)
  put(root, 'repos/core.json', '{}')
  putDocument(root, 'repos/core/check-tcp.json', DOCUMENT)
  put(root, 'repos/core/check-tcp.yaml', 'octo: {}\n')
  put(root, FILE, ARTIFACT)
  put(root, `${FILE}.sha256`, `${HEX}  check-tcp_1.0.0_linux_amd64\n`)
  put(root, `${RELEASE}/release.sigstore.json`, '{}')
  put(root, `blobs/sha256/${HEX}`, ARTIFACT)
  const reader = createTreeReader({
    root,
    ...(cacheBytes === undefined ? {} : { cacheBytes }),
    refuse(_req, res, error) {
      const { status, headers, body } = problemAnswer(error, 'test', pino({ level: 'silent' }))
      res.writeHead(status, headers).end(body)
    },
  })
  const port = await listening(
    t,
    createServer((req, res) => {
      if (!reader.handle(req, res)) res.writeHead(200).end('framework')
    }),
  )
  return { root, reader, port, ask: (path, headers = {}, method = 'GET') => send(port, { path, headers, method }) }
}

function send(
  port: number,
  options: { readonly path: string; readonly headers: Record<string, string>; readonly method: string },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', ...options }, (res) => {
      const chunks: Buffer[] = []
      res.on('data', (chunk: Buffer) => chunks.push(chunk))
      res.on('error', reject)
      res.on('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(chunks) }))
    })
      .on('error', reject)
      .end()
  })
}

function put(root: string, path: string, bytes: string | Buffer): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, `${path}.new`), bytes)
  renameSync(join(root, `${path}.new`), join(root, path))
}

function putDocument(root: string, path: string, text: string, at = new Date()): void {
  put(root, path, text)
  put(root, `${path}.gz`, gzipSync(text))
  put(root, `${path}.br`, brotliCompressSync(text))
  for (const twin of ['', '.gz', '.br']) utimesSync(join(root, path + twin), at, at)
}

const digestHeader = (bytes: string | Buffer) => `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`
const etagOf = (bytes: string | Buffer) => `"sha256:${createHash('sha256').update(bytes).digest('hex')}"`

test('a document comes with its digest as ETag, a short life and its type', async (t) => {
  const { ask } = await served(t)
  for (const _round of ['from disk', 'from memory']) {
    const { status, headers, body } = await ask('/repos/core/check-tcp.json')
    assert.equal(status, 200)
    assert.equal(body.toString(), DOCUMENT)
    assert.equal(headers.etag, etagOf(DOCUMENT))
    assert.equal(headers['repr-digest'], digestHeader(DOCUMENT))
    assert.equal(headers['cache-control'], 'public, max-age=60, stale-while-revalidate=600')
    assert.equal(headers['content-type'], 'application/json')
    assert.equal(headers.vary, 'Accept-Encoding')
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.ok(headers.date)
  }
  assert.equal((await ask('/repos/core/check-tcp.yaml')).headers['content-type'], 'application/yaml')
})

test('a query changes nothing', async (t) => {
  const { ask } = await served(t)
  assert.equal((await ask('/repos/core/check-tcp.json?template=true')).body.toString(), DOCUMENT)
})

test('the compressed twin that the client likes best is sent, with a digest of its own', async (t) => {
  const { ask } = await served(t)
  const rows: [string, string | undefined][] = [
    ['gzip, br', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0.5, gzip;q=0.9', 'gzip'],
    ['br;q=0, gzip;q=0', undefined],
    ['identity', undefined],
    ['*', 'br'],
    ['zstd', undefined],
    ['identity;q=1, gzip;q=0.5', undefined],
  ]
  for (const [accepted, encoding] of rows) {
    const { headers, body } = await ask('/repos/core/check-tcp.json', { 'accept-encoding': accepted })
    assert.equal(headers['content-encoding'], encoding, accepted)
    assert.equal(headers.etag, etagOf(body))
    assert.equal(headers['repr-digest'], digestHeader(body))
    if (encoding === 'gzip') assert.equal(gunzipSync(body).toString(), DOCUMENT)
  }
})

test('a twin that was not written together with its document is not sent', async (t) => {
  const { ask, root } = await served(t)
  utimesSync(join(root, 'repos/core/check-tcp.json.gz'), new Date(0), new Date(0))
  const { headers } = await ask('/repos/core/check-tcp.json', { 'accept-encoding': 'gzip' })
  assert.equal(headers['content-encoding'], undefined)
})

test('who has the bytes already is told so in 304, also by lists, weak tags and the star', async (t) => {
  const { ask } = await served(t)
  const etag = etagOf(DOCUMENT)
  for (const [header, status] of [
    [etag, 304],
    [`"other", ${etag}`, 304],
    [`W/${etag}`, 304],
    ['*', 304],
    ['"other"', 200],
    [etag.slice(0, -2), 200],
    [etag.replaceAll('"', ''), 200],
  ] as const) {
    const answer = await ask('/repos/core/check-tcp.json', { 'if-none-match': header })
    assert.equal(answer.status, status, header)
    assert.equal(answer.body.length, status === 304 ? 0 : DOCUMENT.length)
    assert.equal(answer.headers.etag, etag)
  }
})

for (const [where, cacheBytes] of [
  ['memory', undefined],
  ['disk', 100_000],
] as const) {
  test(`an artifact comes whole and in ranges from ${where}`, async (t) => {
    const { ask } = await served(t, cacheBytes)
    for (let round = 0; round < 3; round++) {
      const whole = await ask(`/${FILE}`)
      assert.ok(whole.body.equals(ARTIFACT))
      assert.equal(whole.headers.etag, `"sha256:${HEX}"`)
      assert.equal(whole.headers['content-disposition'], 'attachment; filename="check-tcp_1.0.0_linux_amd64"')
      assert.equal(whole.headers['repr-digest'], digestHeader(ARTIFACT))
      const size = ARTIFACT.length
      for (const [range, start, end] of [
        ['bytes=0-0', 0, 0],
        ['bytes=1000000-', 1_000_000, size - 1],
        ['bytes=-10', size - 10, size - 1],
        ['bytes=5-99999999999', 5, size - 1],
        ['bytes=-99999999999', 0, size - 1],
      ] as const) {
        const { status, headers, body } = await ask(`/${FILE}`, { range })
        assert.equal(status, 206, range)
        assert.equal(headers['content-range'], `bytes ${start}-${end}/${size}`)
        assert.equal(headers['content-length'], String(end - start + 1))
        assert.ok(body.equals(ARTIFACT.subarray(start, end + 1)), range)
      }
    }
  })
}

test('a range beyond the end is refused, one that cannot be read or several at once give the whole', async (t) => {
  const { ask } = await served(t)
  for (const [range, status] of [
    [`bytes=${ARTIFACT.length}-`, 416],
    ['bytes=-0', 416],
    ['bytes=0-1,5-6', 200],
    ['bytes=5-1', 200],
    ['bytes=-', 200],
    ['lines=1-2', 200],
    ['bytes=1e3-', 200],
  ] as const) {
    const answer = await ask(`/${FILE}`, { range })
    assert.equal(answer.status, status, range)
    if (status === 416) assert.equal(answer.headers['content-range'], `bytes */${ARTIFACT.length}`)
    else assert.equal(answer.body.length, ARTIFACT.length)
  }
})

test('a part is only sent to who has the rest of the same bytes', async (t) => {
  const { ask } = await served(t)
  const part = (unless: string) => ask(`/${FILE}`, { range: 'bytes=0-9', 'if-range': unless })
  assert.equal((await part(`"sha256:${HEX}"`)).status, 206)
  assert.equal((await part('"sha256:other"')).status, 200)
  assert.equal((await part(`W/"sha256:${HEX}"`)).status, 200)
  assert.equal((await part(new Date().toUTCString())).status, 200)
})

test('a blob may be kept for ever', async (t) => {
  const { ask } = await served(t)
  const { headers, body } = await ask(`/blobs/sha256/${HEX}`)
  assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable')
  assert.equal(headers['content-type'], 'application/octet-stream')
  assert.ok(body.equals(ARTIFACT))
})

test('HEAD says the same without the bytes', async (t) => {
  const { ask } = await served(t, 100_000)
  for (const path of ['/repos/core/check-tcp.json', `/${FILE}`]) {
    const [head, get] = [await ask(path, {}, 'HEAD'), await ask(path)]
    assert.equal(head.status, 200)
    assert.equal(head.body.length, 0)
    for (const name of ['etag', 'content-length', 'content-type', 'repr-digest'])
      assert.equal(head.headers[name], get.headers[name])
  }
})

test('what is missing is named, from the repo down to the version and why it is gone', async (t) => {
  const { ask } = await served(t)
  for (const [path, status, code] of [
    ['/repos/nope.yaml', 404, 'REPO_NOT_FOUND'],
    ['/repos/nope/check-tcp.json', 404, 'REPO_NOT_FOUND'],
    ['/repos/core/nope.json', 404, 'PLUGIN_NOT_FOUND'],
    ['/repos/core/nope/1.0.0/nope_1.0.0_linux_amd64', 404, 'PLUGIN_NOT_FOUND'],
    ['/repos/core/check-tcp/9.9.9/check-tcp_9.9.9_linux_amd64', 404, 'VERSION_NOT_FOUND'],
    ['/repos/core/check-tcp/1.1.0/check-tcp_1.1.0_linux_amd64', 451, 'VERSION_QUARANTINED'],
    ['/repos/core/check-tcp/1.0.0/other', 404, 'NOT_FOUND'],
    [`/blobs/sha256/${'0'.repeat(64)}`, 404, 'NOT_FOUND'],
    ['/repos/', 404, 'NOT_FOUND'],
  ] as const) {
    const answer = await ask(path)
    assert.equal(answer.status, status, path)
    assert.equal(answer.headers['content-type'], 'application/problem+json')
    assert.equal(JSON.parse(answer.body.toString()).code, code, path)
  }
})

test('no spelling of a path leaves the tree or reaches what is not served', async (t) => {
  const { ask, root, port } = await served(t)
  writeFileSync(join(dirname(root), 'secret.json'), 'secret')
  symlinkSync('/etc/passwd', join(root, 'repos/evil.json'))
  for (const path of [
    '/repos/../../secret.json',
    '/repos/%2e%2e/secret.json',
    '/repos/..%2f..%2fsecret.json',
    '/repos/%252e%252e%252fsecret.json',
    '/repos/core%00.json',
    '/repos/core.json%00',
    '/repos//core.json',
    '/repos/core/check-tcp.json/',
    '/repos/core/check-tcp.json.gz',
    '/repos/core/check-tcp/1.0.0/..%2f..%2fcheck-tcp.json',
    '/repos/core\\check-tcp.json',
    '/repos/%E0%A4%A.json',
    '/repos/CORE.json',
    '/repos/evil.json',
    '/repos/core/check-tcp',
    '/blobs/sha256/..',
    `/repos/${'a'.repeat(5000)}.json`,
  ]) {
    const { status, body } = await ask(path)
    assert.equal(status, 404, path)
    assert.ok(!body.includes('secret"') && !body.includes('root:'))
  }
  assert.equal((await ask('/repos/core/check%2Dtcp.json')).status, 200)
  const socket = connect(port, '127.0.0.1')
  t.after(() => socket.destroy())
  socket.end('GET repos/../../secret.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  const text = (await socket.toArray()).join('')
  assert.ok(!text.includes('\nsecret'))
})

test('other methods are refused, other addresses are left to the framework', async (t) => {
  const { ask } = await served(t)
  const answer = await ask('/repos/core.json', {}, 'PUT')
  assert.equal(answer.status, 405)
  assert.equal(answer.headers.allow, 'GET, HEAD')
  for (const path of ['/', '/search?q=repos', '/api/v1/whoami', '/reposx/core.json'])
    assert.equal((await ask(path)).body.toString(), 'framework')
})

test('what the tree says has changed is read anew at once', async (t) => {
  const { ask, root, reader } = await served(t)
  await ask('/repos/core/check-tcp.json')
  await ask(`/${FILE}`)
  putDocument(root, 'repos/core/check-tcp.json', '{"new":true}')
  reader.forget('repos/core/check-tcp.json')
  assert.equal((await ask('/repos/core/check-tcp.json')).body.toString(), '{"new":true}')
  rmSync(join(root, RELEASE), { recursive: true })
  reader.forget(`${RELEASE}/`)
  assert.equal((await ask(`/${FILE}`)).status, 404)
})

test('what another process changed is seen soon after', { timeout: 10_000 }, async (t) => {
  const { ask, root } = await served(t)
  await ask('/repos/core/check-tcp.json')
  putDocument(root, 'repos/core/check-tcp.json', '{"new":true}', new Date(Date.now() + 5000))
  while ((await ask('/repos/core/check-tcp.json')).body.toString() !== '{"new":true}')
    await new Promise((resolve) => setTimeout(resolve, 50))
})

test('memory stays within its bounds whatever is asked for', async (t) => {
  const { ask, root, reader } = await served(t, 1_000_000)
  for (let index = 0; index < 40; index++)
    put(root, `repos/core/plugin-${index}.json`, randomBytes(100_000).toString('hex'))
  for (let round = 0; round < 3; round++)
    for (let index = 0; index < 40; index++) {
      assert.equal((await ask(`/repos/core/plugin-${index}.json`)).body.length, 200_000)
      assert.ok(reader.cachedBytes <= 1_000_000)
    }
})

test('a client that goes away in mid-transfer leaves no open file', {
  skip: !existsSync('/proc/self/fd'),
}, async (t) => {
  const { port, ask, root } = await served(t, 100_000)
  await ask(`/${FILE}`)
  for (let index = 0; index < 20; index++) {
    const socket = connect(port, '127.0.0.1')
    socket.write(`GET /${FILE} HTTP/1.1\r\nHost: x\r\n\r\n`)
    await once(socket, 'data')
    socket.destroy()
  }
  while (openFilesBelow(root).length > 0) await new Promise(setImmediate)
  assert.ok((await ask(`/${FILE}`)).body.equals(ARTIFACT))
})

function openFilesBelow(folder: string): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`)
      return path.startsWith(folder) ? path : []
    } catch {
      return []
    }
  })
}
