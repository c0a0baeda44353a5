// blob-digest, asked as a host asks it, over files of this machine and of a server in this process.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { symlinkSync, writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:http'
import { join } from 'node:path'
import test from 'node:test'
import { plugin } from '../../../plugins/ocm/blob-digest/plugin.ts'
import { redirected } from '../../../plugins/ocm/bytes/open-web.ts'
import { testPlugin } from '../../../sdk/service/index.ts'
import { listening } from '../../support/machine/listening.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const BYTES = Buffer.from('the bytes of a resource')
const hex = (algorithm: string) => createHash(algorithm).update(BYTES).digest('hex')
const digest = (hashAlgorithm: string, value: string) => ({
  ...{ hashAlgorithm, normalisationAlgorithm: 'genericBlobDigest/v1', value },
})

async function scene(t: test.TestContext, config: Readonly<Record<string, unknown>> = {}) {
  const folder = tempFolder(t)
  writeFileSync(join(folder, 'blob'), BYTES)
  const running = await testPlugin(plugin, { config: [{ type: 'blob-digest.config/v1', ...config }] })
  t.after(() => running.stop())
  const process = async (access: Readonly<Record<string, unknown>>, stated?: ReturnType<typeof digest>) => {
    const resource = { name: 'r', version: '1.0.0', type: 'plain', relation: 'external', access }
    const asked = { resource: { ...resource, ...(stated ? { digest: stated } : {}) } }
    return (await running.call('digestProcessorRepository', 'processResourceDigest', asked)).resource.digest
  }
  const path = join(folder, 'blob')
  return {
    folder,
    process,
    local: (stated?: ReturnType<typeof digest>) => process({ type: 'LocalFile/v1', path }, stated),
  }
}

test('gives the digest of the bytes, by each algorithm', async (t) => {
  const { local } = await scene(t)
  assert.deepEqual(await local(), digest('SHA-256', hex('sha256')))
  const { local: longer } = await scene(t, { hashAlgorithm: 'SHA-512' })
  assert.deepEqual(await longer(), digest('SHA-512', hex('sha512')))
})

test('checks a digest that is there by its own algorithm, and never replaces it', async (t) => {
  const { local } = await scene(t)
  assert.deepEqual(await local(digest('SHA-512', hex('sha512').toUpperCase())), digest('SHA-512', hex('sha512')))
  await assert.rejects(local(digest('SHA-256', hex('sha512'))), { status: 422, message: /and the resource says/ })
  await assert.rejects(local(digest('SHA-256', '')), { status: 422 })
  await assert.rejects(local(digest('MD5', hex('md5'))), { status: 400, message: /expected SHA-256 or SHA-512/ })
  const other = { ...digest('SHA-256', hex('sha256')), normalisationAlgorithm: 'ociArtifactDigest/v1' }
  await assert.rejects(local(other), { status: 400 })
})

test('reads no more than is allowed, and nothing outside of a configured folder', async (t) => {
  const { local } = await scene(t, { maxBytes: BYTES.length - 1 })
  await assert.rejects(local(), { status: 413 })
  const root = tempFolder(t)
  const { process, folder } = await scene(t, { root })
  writeFileSync(join(root, 'own'), BYTES)
  symlinkSync(join(folder, 'blob'), join(root, 'out'))
  assert.deepEqual(await process({ type: 'LocalFile/v1', path: 'own' }), digest('SHA-256', hex('sha256')))
  for (const path of ['out', join(folder, 'blob'), '../x/../..'])
    await assert.rejects(process({ type: 'LocalFile/v1', path }), { status: 403 }, path)
})

test('reads from a server what is there, and follows no redirect to a less safe place', async (t) => {
  const heard: string[] = []
  const answers: RequestListener = (request, response) => {
    heard.push(request.url ?? '')
    const [, kind = '', rest = ''] = /^\/([a-z]+)\/?(.*)$/.exec(request.url ?? '') ?? []
    if (kind === 'blob') response.end(BYTES)
    else if (kind === 'to') response.writeHead(302, { location: decodeURIComponent(rest) }).end()
    else if (kind === 'loop') response.writeHead(307, { location: '/loop' }).end()
    else response.writeHead(404).end('no')
  }
  const port = await listening(t, createServer(answers))
  const { process } = await scene(t)
  const web = (url: string) => process({ type: 'WebFile/v1', url })
  const at = (path: string) => `http://127.0.0.1:${port}/${path}`
  for (const path of ['blob', 'to/%2Fblob']) assert.deepEqual(await web(at(path)), digest('SHA-256', hex('sha256')))
  await assert.rejects(web(at('gone')), { status: 502, message: /answers with 404/ })
  await assert.rejects(web(at('loop')), { status: 502, message: /more than 5 times/ })
  for (const to of ['file:///etc/passwd', 'ftp://x/', 'http://192.0.2.1/'])
    await assert.rejects(web(at(`to/${encodeURIComponent(to)}`)), { status: 502, message: /not followed/ }, to)
  for (const url of ['http://192.0.2.1/blob', 'http://user:x@127.0.0.1/', 'file:///etc/passwd', 'nothing'])
    await assert.rejects(web(url), { status: 400 }, url)
  assert.ok(heard.length > 0)
})

test('a redirect leads neither into the clear nor to this machine from elsewhere', () => {
  const followed = (from: string, to: string) => redirected(new URL(from), to).href
  for (const [from, to, expected] of [
    ['https://a.example/x', '/y', 'https://a.example/y'],
    ['https://a.example/x', 'https://b.example/', 'https://b.example/'],
    ['http://127.0.0.1:1/x', 'https://b.example/', 'https://b.example/'],
    ['http://127.0.0.1:1/x', 'http://localhost:2/', 'http://localhost:2/'],
  ] as const)
    assert.equal(followed(from, to), expected)
  for (const [from, to] of [
    ['https://a.example/', 'http://b.example/'],
    ['https://a.example/', 'http://127.0.0.1/'],
    ['https://a.example/', 'https://127.0.0.1/'],
    ['https://a.example/', 'https://[::1]/'],
    ['https://a.example/', 'https://u:p@b.example/'],
    ['https://127.0.0.1/', 'http://127.0.0.1/'],
    ['http://127.0.0.1/', 'http://b.example/'],
    ['http://127.0.0.1/', 'file:///etc/passwd'],
    ['http://127.0.0.1/', 'http://'],
  ] as const)
    assert.throws(() => redirected(new URL(from), to), { status: 502 }, `${from} ${to}`)
})
