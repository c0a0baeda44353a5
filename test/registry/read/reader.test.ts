import assert from 'node:assert/strict'
import { rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { readDiskTree } from '../../../static-tree/write/disk.ts'
import {
  ARTIFACT,
  DOCUMENT,
  digestHeader,
  etagOf,
  FILE,
  HEX,
  readPiecewise,
  servedTree,
} from '../../support/registry/served-tree.ts'

test('a document comes with its digest as ETag, a short life and its type', async (t) => {
  const { ask } = await servedTree(t)
  for (const _round of ['from disk', 'from memory']) {
    const { status, headers, body } = await ask('/repos/core/check-tcp.json')
    assert.equal(status, 200)
    assert.equal(body.toString(), DOCUMENT)
    assert.equal(headers.etag, etagOf(DOCUMENT))
    assert.equal(headers['repr-digest'], digestHeader(DOCUMENT))
    assert.equal(headers['cache-control'], 'public, max-age=60, stale-while-revalidate=600, no-transform')
    assert.equal(headers['content-type'], 'application/json')
    assert.equal(headers.vary, 'Accept-Encoding')
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.ok(headers.date)
  }
  assert.equal((await ask('/repos/core/check-tcp.yaml')).headers['content-type'], 'application/yaml')
})

test('a query changes nothing', async (t) => {
  const { ask } = await servedTree(t)
  assert.equal((await ask('/repos/core/check-tcp.json?template=true')).body.toString(), DOCUMENT)
})

test('the compressed variant that the client likes best is sent, with a digest of its own', async (t) => {
  const { ask } = await servedTree(t)
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

test('a variant that was not written together with its document is not sent', async (t) => {
  const { ask, root } = await servedTree(t)
  utimesSync(join(root, 'repos/core/check-tcp.json.gz'), new Date(0), new Date(0))
  const { headers } = await ask('/repos/core/check-tcp.json', { 'accept-encoding': 'gzip' })
  assert.equal(headers['content-encoding'], undefined)
})

test('who has the bytes already is told so in 304, also by lists, weak tags and the star', async (t) => {
  const { ask } = await servedTree(t)
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

for (const [where, cacheBytes, read] of [
  ['memory', undefined, readDiskTree],
  ['disk', 100_000, readDiskTree],
  ['memory, where it was taken in pieces', undefined, readPiecewise],
  ['a store that gives pieces', 100_000, readPiecewise],
] as const) {
  test(`an artifact comes whole and in ranges from ${where}`, async (t) => {
    const { ask } = await servedTree(t, cacheBytes, read)
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
  const { ask } = await servedTree(t)
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
  const { ask } = await servedTree(t)
  const part = (unless: string) => ask(`/${FILE}`, { range: 'bytes=0-9', 'if-range': unless })
  assert.equal((await part(`"sha256:${HEX}"`)).status, 206)
  assert.equal((await part('"sha256:other"')).status, 200)
  assert.equal((await part(`W/"sha256:${HEX}"`)).status, 200)
  assert.equal((await part(new Date().toUTCString())).status, 200)
})

test('a blob may be kept for ever', async (t) => {
  const { ask } = await servedTree(t)
  const { headers, body } = await ask(`/blobs/sha256/${HEX}`)
  assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable, no-transform')
  assert.equal(headers['content-type'], 'application/octet-stream')
  assert.ok(body.equals(ARTIFACT))
})

test('HEAD says the same without the bytes', async (t) => {
  const { ask } = await servedTree(t, 100_000)
  for (const path of ['/repos/core/check-tcp.json', `/${FILE}`]) {
    const [head, get] = [await ask(path, {}, 'HEAD'), await ask(path)]
    assert.equal(head.status, 200)
    assert.equal(head.body.length, 0)
    for (const name of ['etag', 'content-length', 'content-type', 'repr-digest'])
      assert.equal(head.headers[name], get.headers[name])
  }
})

test('what is missing is named, from the repo down to the version and why it is gone', async (t) => {
  const { ask } = await servedTree(t)
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
  const { ask, root, port } = await servedTree(t)
  const beside = join(dirname(root), 'secret.json')
  writeFileSync(beside, 'secret')
  t.after(() => rmSync(beside))
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
  const { ask } = await servedTree(t)
  const answer = await ask('/repos/core.json', {}, 'PUT')
  assert.equal(answer.status, 405)
  assert.equal(answer.headers.allow, 'GET, HEAD')
  for (const path of ['/', '/search?q=repos', '/api/v1/whoami', '/reposx/core.json'])
    assert.equal((await ask(path)).body.toString(), 'framework')
})

test('answers that are errors are kept by no cache, whatever the file may be', async (t) => {
  const { ask } = await servedTree(t)
  const rows: [string, Record<string, string>, number][] = [
    [`/blobs/sha256/${HEX}`, { range: 'bytes=99999999-' }, 416],
    [`/${FILE}`, { range: 'bytes=99999999-' }, 416],
    ['/repos/core/check-tcp.json', { range: 'bytes=99999999-' }, 416],
    [`/blobs/sha256/${HEX}`, { 'if-match': '"another"' }, 412],
    [`/blobs/sha256/${HEX}`, { 'if-match': `W/${etagOf(ARTIFACT)}` }, 412],
    ['/repos/core/nothing.json', {}, 404],
    [`/blobs/sha256/${'0'.repeat(64)}`, {}, 404],
  ]
  for (const [path, headers, status] of rows) {
    const answer = await ask(path, headers)
    assert.deepEqual([answer.status, answer.headers['cache-control']], [status, 'no-store'], path)
  }
})

test('If-Match goes on with the representation that it names, and before If-None-Match is asked', async (t) => {
  const { ask } = await servedTree(t)
  const path = `/blobs/sha256/${HEX}`
  const own = etagOf(ARTIFACT)
  for (const wanted of [own, '*', `"x", ${own}`])
    assert.equal((await ask(path, { 'if-match': wanted })).status, 200, wanted)
  assert.equal((await ask(path, { 'if-match': '"x"', 'if-none-match': own })).status, 412)
})
