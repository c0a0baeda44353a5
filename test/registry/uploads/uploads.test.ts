import assert from 'node:assert/strict'
import { readdir, stat, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import type { SessionAnswer } from '../../../schemas/api.ts'
import { digestOf, hexOf } from '../../../schemas/digest.ts'
import type { SignedRelease } from '../../support/builders/test-authority.ts'
import { aRelease } from '../../support/builders/test-authority.ts'
import { until } from '../../support/machine/until.ts'
import type { ApiAnswer } from '../../support/publisher/publish-release.ts'
import {
  callApi,
  openSession,
  parseSession,
  publishRelease,
  uploadAll,
} from '../../support/publisher/publish-release.ts'
import type { TestRegistry, TestRegistryOptions } from '../../support/registry/test-registry.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const BYTES = Buffer.concat([Buffer.from('#!/bin/sh\n'), Buffer.alloc(500_000, 'octo ')])
const DIGEST = digestOf(BYTES)

type Scene = {
  readonly registry: TestRegistry
  readonly release: SignedRelease
  readonly session: SessionAnswer
  readonly path: string
  readonly part: string
}

async function aScene(t: Parameters<typeof startTestRegistry>[0], options: TestRegistryOptions = {}): Promise<Scene> {
  const registry = await startTestRegistry(t, options)
  const release = await aRelease(registry.key, { platforms: { linux_amd64: BYTES } })
  const session = parseSession(await openSession(registry, release))
  const path = `/api/v1/publishes/${session.id}/blobs/${DIGEST}`
  const part = join(registry.dataDir, 'uploads', session.id, `${hexOf(DIGEST)}.part`)
  return { registry, release, session, path, part }
}

const append = ({ registry, path }: Scene, offset: number, body: Buffer): Promise<ApiAnswer> =>
  callApi(registry, path, { method: 'PATCH', body, headers: { 'Upload-Offset': String(offset) } })

async function offsetOf({ registry, path }: Scene): Promise<number> {
  const { status, headers } = await callApi(registry, path, { method: 'HEAD' })
  assert.equal(status, 204)
  return Number(headers.get('upload-offset'))
}

/** Sends the bytes and then neither more nor an end; `break` cuts the connection. */
function startUpload({ registry, path }: Scene, offset: number, bytes: Buffer) {
  const headers = {
    authorization: `Bearer ${registry.token}`,
    'upload-offset': offset,
    'content-length': BYTES.length - offset,
  }
  const client = request(`${registry.url}${path}`, { method: 'PATCH', headers })
  const status = new Promise<number>((resolve) => {
    client.on('response', (answer) => resolve(answer.statusCode ?? 0))
    client.on('error', () => resolve(0))
  })
  client.write(bytes)
  return { status, end: (rest: Buffer) => client.end(rest), break: () => client.destroy() }
}

test('an upload continues in pieces from where it stands', async (t) => {
  const scene = await aScene(t)
  for (let at = 0; at < BYTES.length; at += 100_000) {
    assert.equal(await offsetOf(scene), at)
    const { status, headers } = await append(scene, at, BYTES.subarray(at, at + 100_000))
    assert.deepEqual([status, headers.get('upload-offset')], [204, String(Math.min(BYTES.length, at + 100_000))])
  }
  await uploadAll(scene.registry, scene.session, scene.release)
  assert.equal((await publishRelease(scene.registry, scene.release)).status, 201)
})

test('an upload that lost its connection continues from the bytes that arrived', async (t) => {
  const scene = await aScene(t)
  const first = startUpload(scene, 0, BYTES.subarray(0, 200_000))
  await until(async () => (await stat(scene.part).catch(() => undefined))?.size === 200_000)
  first.break()
  assert.equal(await offsetOf(scene), 200_000)
  assert.equal((await append(scene, 200_000, BYTES.subarray(200_000))).status, 204)
  assert.equal(await offsetOf(scene), BYTES.length)
})

test('a client that comes back ends the older request of the same upload', async (t) => {
  const scene = await aScene(t)
  const hanging = startUpload(scene, 0, BYTES.subarray(0, 200_000))
  await until(async () => (await stat(scene.part).catch(() => undefined))?.size === 200_000)
  assert.equal(await offsetOf(scene), 200_000)
  assert.equal(await hanging.status, 409)
  assert.equal((await append(scene, 200_000, BYTES.subarray(200_000))).status, 204)
})

test('reading a session leaves its running uploads alone', async (t) => {
  const scene = await aScene(t)
  const upload = startUpload(scene, 0, BYTES.subarray(0, 200_000))
  await until(async () => (await stat(scene.part).catch(() => undefined))?.size === 200_000)
  const { body } = await callApi(scene.registry, `/api/v1/publishes/${scene.session.id}`)
  assert.ok(parseSession({ body }).uploads.some(({ offset }) => offset === 200_000))
  upload.end(BYTES.subarray(200_000))
  assert.equal(await upload.status, 204)
})

test('an upload continues after a restart of the registry, hashed over all its bytes', async (t) => {
  const scene = await aScene(t)
  await append(scene, 0, BYTES.subarray(0, 200_000))
  const again: Scene = { ...scene, registry: await scene.registry.restart() }
  assert.equal(await offsetOf(again), 200_000)
  assert.equal((await append(again, 200_000, BYTES.subarray(200_000))).status, 204)
  assert.equal(await offsetOf(again), BYTES.length)
})

test('bytes that were changed on disk between two pieces never become a blob', async (t) => {
  const scene = await aScene(t)
  await append(scene, 0, BYTES.subarray(0, 200_000))
  await scene.registry.stop()
  await writeFile(scene.part, Buffer.alloc(200_000))
  const again: Scene = { ...scene, registry: await scene.registry.restart() }
  const { status, body } = await append(again, 200_000, BYTES.subarray(200_000))
  assert.deepEqual([status, body.code], [422, 'DIGEST_MISMATCH'])
  assert.equal(await offsetOf(again), 0)
})

test('a wrong offset is refused, and says where the upload stands', async (t) => {
  const scene = await aScene(t)
  await append(scene, 0, BYTES.subarray(0, 1000))
  for (const offset of [0, 999, 1001]) {
    const { status, body } = await append(scene, offset, BYTES.subarray(0, 10))
    assert.deepEqual(
      [status, body.code, (body.details as { expected: number }).expected],
      [409, 'UPLOAD_OFFSET_MISMATCH', 1000],
    )
  }
  assert.equal((await callApi(scene.registry, scene.path, { method: 'PATCH', body: BYTES })).body.code, 'USAGE')
})

test('other bytes than promised are thrown away, and the promised ones are still welcome', async (t) => {
  const scene = await aScene(t)
  const { status, body } = await append(scene, 0, Buffer.alloc(BYTES.length))
  assert.deepEqual([status, body.code], [422, 'DIGEST_MISMATCH'])
  assert.equal(await offsetOf(scene), 0)
  assert.deepEqual(await readdir(join(scene.registry.dataDir, 'blobs/sha256')), [])
  assert.equal((await append(scene, 0, BYTES)).status, 204)
})

test('more bytes than promised are refused', async (t) => {
  const scene = await aScene(t)
  const { status, body } = await append(scene, 0, Buffer.concat([BYTES, Buffer.from('!')]))
  assert.deepEqual([status, body.code], [422, 'SIZE_MISMATCH'])
  assert.equal(await offsetOf(scene), 0)
})

test('a blob that the session did not announce is not taken', async (t) => {
  const scene = await aScene(t)
  const path = `/api/v1/publishes/${scene.session.id}/blobs/${digestOf('other')}`
  const { body } = await callApi(scene.registry, path, {
    method: 'PATCH',
    body: BYTES,
    headers: { 'Upload-Offset': '0' },
  })
  assert.equal(body.code, 'NOT_FOUND')
})

test('an upload that hardly moves is ended, and keeps its bytes', async (t) => {
  const scene = await aScene(t, { times: { uploadMinRate: 1000, uploadWatchMs: 1000 } })
  const slow = startUpload(scene, 0, BYTES.subarray(0, 50))
  assert.equal(await slow.status, 408)
  assert.equal(await offsetOf(scene), 50)
})

test('a session that nobody uses ends with its lease, and its parts are swept at the next start', async (t) => {
  let now = Date.now()
  const clock = () => now
  const scene = await aScene(t, { clock })
  await append(scene, 0, BYTES.subarray(0, 1000))
  now += 3600_000 + 1
  const { status, body } = await callApi(scene.registry, `/api/v1/publishes/${scene.session.id}`)
  assert.deepEqual([status, body.code], [404, 'SESSION_NOT_FOUND'])
  const restarted = await scene.registry.restart()
  assert.deepEqual(await readdir(join(restarted.dataDir, 'uploads')), [])
})

test('uploading renews the lease of its session', async (t) => {
  let now = Date.now()
  const scene = await aScene(t, { clock: () => now })
  for (let at = 0; at < 300_000; at += 100_000) {
    now += 3000_000
    assert.equal((await append(scene, at, BYTES.subarray(at, at + 100_000))).status, 204)
  }
})

test('a session that was given up is gone with its parts', async (t) => {
  const scene = await aScene(t)
  await append(scene, 0, BYTES.subarray(0, 1000))
  assert.equal(
    (await callApi(scene.registry, `/api/v1/publishes/${scene.session.id}`, { method: 'DELETE' })).status,
    204,
  )
  assert.deepEqual(await readdir(join(scene.registry.dataDir, 'uploads')), [])
  assert.equal((await append(scene, 1000, BYTES)).body.code, 'SESSION_NOT_FOUND')
})

test('a stopping registry waits for an upload that still moves', async (t) => {
  const scene = await aScene(t)
  const upload = startUpload(scene, 0, BYTES.subarray(0, 200_000))
  await until(async () => (await stat(scene.part).catch(() => undefined))?.size === 200_000)
  const stopped = scene.registry.stop()
  upload.end(BYTES.subarray(200_000))
  assert.equal(await upload.status, 204)
  await stopped
})

test('a stopping registry ends an upload that takes too long, and keeps its bytes for the next start', async (t) => {
  const scene = await aScene(t, { times: { drainMs: 50 } })
  const upload = startUpload(scene, 0, BYTES.subarray(0, 200_000))
  await until(async () => (await stat(scene.part).catch(() => undefined))?.size === 200_000)
  await scene.registry.stop()
  assert.equal(await upload.status, 503)
  assert.equal(await offsetOf({ ...scene, registry: await scene.registry.restart() }), 200_000)
})

for (const offset of [undefined, '', '-1', '1e3', '0x10', '9'.repeat(16), '1, 2'])
  test(`a piece that is said to begin at ${JSON.stringify(offset)} is refused, and nothing of it is kept`, async (t) => {
    const scene = await aScene(t)
    const headers = offset === undefined ? {} : { 'Upload-Offset': offset }
    const answer = await callApi(scene.registry, scene.path, { method: 'PATCH', body: BYTES, headers })
    assert.deepEqual([answer.status, answer.body.code], [400, 'USAGE'])
    assert.match(String(answer.body.detail), /the header `Upload-Offset` with a number of bytes is needed/)
    assert.equal(await offsetOf(scene), 0)
  })

test('a key of repeating that cannot be told apart opens no session', async (t) => {
  const { registry, release } = await aScene(t)
  for (const key of ['two words', 'x'.repeat(201)]) {
    const answer = await openSession(registry, release, { headers: { 'Idempotency-Key': key } })
    assert.deepEqual([answer.status, answer.body.code], [400, 'USAGE'])
    assert.match(String(answer.body.detail), /`Idempotency-Key` needs 1–200 printable characters/)
  }
})

test('what is no id of a session is told as that, without a look into the database', async (t) => {
  const { registry } = await aScene(t)
  const answer = await callApi(registry, '/api/v1/publishes/none')
  assert.deepEqual([answer.status, answer.body.code], [404, 'SESSION_NOT_FOUND'])
  assert.match(String(answer.body.detail), /not the id of a publishing session/)
})
