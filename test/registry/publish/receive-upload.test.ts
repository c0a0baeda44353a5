// A registry that dies between the last byte of an upload and its blob leaves a whole part, and a client who sends nothing more.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { blobsPath } from '../../../registry/data-dir/paths.ts'
import { aRelease } from '../../support/builders/test-authority.ts'
import { blobsOf, callApi, openSession, parseSession } from '../../support/publisher/publish-release.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

test('a part that is whole becomes the blob when it is asked for, and the release can be published', async (t) => {
  const registry = await startTestRegistry(t)
  const release = await aRelease(registry.key)
  const session = parseSession(await openSession(registry, release))
  for (const [digest, bytes] of blobsOf(release)) leavePart(registry.dataDir, session.id, digest, bytes)
  const { uploads } = parseSession(await callApi(registry, `/api/v1/publishes/${session.id}`))
  assert.deepEqual(
    uploads.map(({ offset }) => offset),
    uploads.map(({ size }) => size),
  )
  const published = await callApi(registry, `/api/v1/publishes/${session.id}/publish`, { method: 'POST' })
  assert.equal(published.status, 201, JSON.stringify(published.body))
  assert.equal(existsSync(join(registry.dataDir, 'uploads', session.id)), false)
})

test('a part that is as long as promised and holds other bytes begins anew', async (t) => {
  const registry = await startTestRegistry(t)
  const release = await aRelease(registry.key)
  const session = parseSession(await openSession(registry, release))
  const [[digest, bytes] = assert.fail()] = blobsOf(release)
  leavePart(registry.dataDir, session.id, digest, Buffer.alloc(bytes.length))
  const path = `/api/v1/publishes/${session.id}/blobs/${digest}`
  assert.equal((await callApi(registry, path, { method: 'HEAD' })).headers.get('upload-offset'), '0')
  const sent = await callApi(registry, path, { method: 'PATCH', body: bytes, headers: { 'Upload-Offset': '0' } })
  assert.deepEqual([sent.status, sent.headers.get('upload-offset')], [204, String(bytes.length)])
})

test('a whole part that cannot become a blob for now is kept, and the client is not sent back to the beginning', async (t) => {
  const registry = await startTestRegistry(t)
  const release = await aRelease(registry.key)
  const session = parseSession(await openSession(registry, release))
  const [[digest, bytes] = assert.fail()] = blobsOf(release)
  leavePart(registry.dataDir, session.id, digest, bytes)
  const inTheWay = join(blobsPath(registry.dataDir), digest.slice('sha256:'.length))
  mkdirSync(inTheWay)
  const ask = () => callApi(registry, `/api/v1/publishes/${session.id}/blobs/${digest}`, { method: 'HEAD' })
  const refused = await ask()
  assert.deepEqual([refused.status, refused.headers.get('upload-offset')], [500, null])
  rmdirSync(inTheWay)
  assert.equal((await ask()).headers.get('upload-offset'), String(bytes.length))
})

function leavePart(dataDir: string, session: string, digest: string, bytes: Buffer): void {
  const folder = join(dataDir, 'uploads', session)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${digest.slice('sha256:'.length)}.part`), bytes)
}
