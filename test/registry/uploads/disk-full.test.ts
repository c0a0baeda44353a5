import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { aRelease } from '../../support/builders/test-authority.ts'
import {
  callApi,
  openSession,
  parseSession,
  publishRelease,
  uploadAll,
} from '../../support/publisher/publish-release.ts'
import type { TestRegistry } from '../../support/registry/test-registry.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const MiB = 1024 * 1024

/** On a disk of its own of 24 MiB, or undefined where this user may not mount one. */
async function aRegistryOnASmallDisk(t: TestContext): Promise<TestRegistry | undefined> {
  const dataDir = await mkdtemp(join(tmpdir(), 'octo-disk-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${24 * MiB}`, 'tmpfs', dataDir]).status === 0
  let registry: TestRegistry | undefined
  t.after(async () => {
    await registry?.stop()
    if (mounted) spawnSync('umount', [dataDir])
    await rm(dataDir, { recursive: true })
  })
  if (!mounted) return undefined
  registry = await startTestRegistry(t, { dataDir })
  await registry.createRepo('core')
  return registry
}

test('a full disk is said with 507, reads go on, and everything works again once there is room', async (t) => {
  const registry = await aRegistryOnASmallDisk(t)
  if (!registry) return t.skip('needs the right to mount a tmpfs')
  assert.equal((await publishRelease(registry, await aRelease(registry.key))).status, 201)

  const large = await aRelease(registry.key, {
    version: '1.1.0',
    platforms: { linux_amd64: Buffer.concat([Buffer.from('#!/bin/sh\n'), Buffer.alloc(8 * MiB)]) },
  })
  const session = parseSession(await openSession(registry, large))
  const filler = join(registry.dataDir, 'filler')
  assert.throws(() => writeFileSync(filler, Buffer.alloc(64 * MiB)), /ENOSPC/)

  const upload = session.uploads.find(({ size }) => size > MiB)
  const refused = await callApi(registry, `/api/v1/publishes/${session.id}/blobs/${upload?.digest}`, {
    method: 'PATCH',
    body: large.files.values().next().value ?? Buffer.alloc(0),
    headers: { 'Upload-Offset': '0' },
  })
  assert.deepEqual([refused.status, refused.body.code], [507, 'NO_SPACE'])
  const announced = await openSession(
    registry,
    await aRelease(registry.key, { version: '1.2.0', platforms: { linux_arm64: Buffer.alloc(4 * MiB, 'x') } }),
  )
  assert.deepEqual([announced.status, announced.body.code], [507, 'NO_SPACE'])
  assert.equal((await fetch(`${registry.url}/repos/core/hello.json`)).status, 200)
  assert.equal((await callApi(registry, '/readyz')).status, 200)

  await rm(filler)
  const resumed = parseSession(await callApi(registry, `/api/v1/publishes/${session.id}`))
  await uploadAll(registry, resumed, large)
  assert.equal((await callApi(registry, `/api/v1/publishes/${session.id}/publish`, { method: 'POST' })).status, 201)
})

test('free space is promised once, however many sessions ask for it', async (t) => {
  const registry = await aRegistryOnASmallDisk(t)
  if (!registry) return t.skip('needs the right to mount a tmpfs')
  const { key } = registry
  const ofSize = (version: string) =>
    aRelease(key, { version, platforms: { linux_amd64: Buffer.alloc(12 * MiB, version) } })
  const first = await openSession(registry, await ofSize('1.0.0'))
  assert.equal(first.status, 201)
  const second = await ofSize('1.1.0')
  const refused = await openSession(registry, second)
  assert.deepEqual([refused.status, refused.body.code], [507, 'NO_SPACE'])
  assert.equal((await callApi(registry, `/api/v1/publishes/${first.body.id}`, { method: 'DELETE' })).status, 204)
  assert.equal((await openSession(registry, second)).status, 201)
})
