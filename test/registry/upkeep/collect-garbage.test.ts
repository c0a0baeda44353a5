// Collection runs beside publishing: whatever somebody begins to use between any two of its steps stays, and stays usable.
import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { BlobStore } from '../../../registry/blobs/store.ts'
import { writeAudit } from '../../../registry/db/sqlite/audit.ts'
import { findLiveBlob, recordBlob } from '../../../registry/db/sqlite/blobs.ts'
import type { RegistryDb } from '../../../registry/db/sqlite/open.ts'
import { write } from '../../../registry/db/sqlite/open.ts'
import { insertSession } from '../../../registry/db/sqlite/sessions.ts'
import { blobsPath } from '../../../registry/settings.ts'
import { collectGarbage } from '../../../registry/upkeep/collect-garbage.ts'
import { digestOf, hexOf } from '../../../schemas/digest.ts'
import type { Name } from '../../../schemas/name.ts'
import type { Version } from '../../../schemas/version.ts'
import { expectCodeAsync } from '../../support/expect-code.ts'
import type { TestRegistry } from '../../support/test-registry.ts'
import { startTestRegistry } from '../../support/test-registry.ts'

const BYTES = Buffer.from('brought by a session that came to nothing')
const DIGEST = digestOf(BYTES)
const SOURCE = { digest: DIGEST, size: BYTES.length, read: () => Readable.from([BYTES]) }
const DAY_MS = 24 * 3600_000
const servicesOf = ({ serving }: TestRegistry) => serving.registry.services

/** One blob that nobody refers to, with or without its row. */
async function aScene(t: TestContext, withRow: boolean) {
  const registry = await startTestRegistry(t)
  const { db, blobs } = servicesOf(registry)
  await blobs.put(SOURCE)
  if (withRow) upload(db)
  return registry
}

const upload = (db: RegistryDb) =>
  recordBlob(db, { digest: DIGEST, size: BYTES.length, broughtBy: null, createdAt: Date.now() })

function announce(db: RegistryDb): void {
  const [repo, plugin, version] = ['core' as Name, 'hello' as Name, '1.0.0' as Version]
  const promised = { digest: DIGEST, size: BYTES.length }
  const request = { version, bundle: promised, artifacts: [] }
  const times = { openedAt: Date.now(), leaseUntil: Date.now() + DAY_MS }
  const session = { id: 'a'.repeat(32), repo, plugin, version, state: 'open' as const, tokenId: 'tok', ...times }
  insertSession(db, { ...session, request }, [promised])
}

/** The database, with something that happens right before the write of this number. */
function interrupted(db: RegistryDb, at: number, act: (db: RegistryDb) => void): RegistryDb {
  let writes = 0
  const transaction: RegistryDb['transaction'] = (...args) => {
    if (++writes === at) act(db)
    return db.transaction(...args)
  }
  return new Proxy(db, { get: (of, key) => (key === 'transaction' ? transaction : Reflect.get(of, key)) })
}

/** The first write forgets expired sessions, the second marks the blob for deletion, the third takes it away. */
const MEANWHILE = {
  'is announced before it is marked for deletion': { before: 2, act: announce, withRow: true },
  'is announced after it was marked for deletion': { before: 3, act: announce, withRow: true },
  'is uploaded again after it was marked for deletion': { before: 3, act: upload, withRow: true },
  'has no row and is announced before it is taken away': { before: 3, act: announce, withRow: false },
  'has no row and gets one before it is taken away': { before: 3, act: upload, withRow: false },
}

for (const [what, { before, act, withRow }] of Object.entries(MEANWHILE))
  test(`a blob that ${what} stays`, async (t) => {
    const registry = await aScene(t, withRow)
    const services = servicesOf(registry)
    const db = interrupted(services.db, before, act)
    const { blobs, bytes } = await collectGarbage({ ...services, db }, { dryRun: false, graceMs: -1000 })
    assert.deepEqual([blobs, bytes], [[], 0])
    assert.deepEqual(await readdir(blobsPath(registry.dataDir)), [hexOf(DIGEST)])
  })

for (const withRow of [true, false])
  test(`a blob ${withRow ? 'with' : 'without'} a row that is brought again after its row was taken away stays`, async (t) => {
    const registry = await aScene(t, withRow)
    const services = servicesOf(registry)
    const { db } = services
    const blobs: BlobStore = {
      ...services.blobs,
      async delete(digest, generation) {
        assert.equal(findLiveBlob(db, digest), undefined)
        announce(db)
        await services.blobs.put(SOURCE)
        upload(db)
        return services.blobs.delete(digest, generation)
      },
    }
    const report = await collectGarbage({ ...services, blobs }, { dryRun: false, graceMs: -1000 })
    assert.deepEqual([report.blobs, report.bytes], [[], 0])
    assert.equal(findLiveBlob(db, DIGEST)?.size, BYTES.length)
    assert.deepEqual(await buffer(services.blobs.open(DIGEST)), BYTES)
  })

test('bytes that a crash left after their row was taken away are collected the next time', async (t) => {
  const registry = await aScene(t, true)
  const services = servicesOf(registry)
  const crash = new Error('the machine stopped')
  const blobs: BlobStore = { ...services.blobs, delete: () => Promise.reject(crash) }
  await assert.rejects(collectGarbage({ ...services, blobs }, { dryRun: false, graceMs: -1000 }), crash)
  const next = await collectGarbage(services, { dryRun: false, graceMs: -1000 })
  assert.deepEqual(next.blobs, [{ digest: DIGEST, bytes: BYTES.length }])
  assert.deepEqual(await readdir(blobsPath(registry.dataDir)), [])
})

test('a blob that is announced before it is marked for deletion need not be uploaded again', async (t) => {
  const registry = await aScene(t, true)
  const services = servicesOf(registry)
  const db = interrupted(services.db, 2, announce)
  await collectGarbage({ ...services, db }, { dryRun: false, graceMs: -1000 })
  assert.equal(findLiveBlob(services.db, DIGEST)?.size, BYTES.length)
})

for (const withRow of [true, false])
  test(`a blob ${withRow ? 'with' : 'without'} a row that nobody comes for is taken away`, async (t) => {
    const registry = await aScene(t, withRow)
    const { blobs } = await collectGarbage(servicesOf(registry), { dryRun: false, graceMs: -1000 })
    assert.deepEqual(blobs, [{ digest: DIGEST, bytes: BYTES.length }])
    assert.deepEqual(await readdir(blobsPath(registry.dataDir)), [])
  })

test('nothing is collected while the audit log names a version that is not there', async (t) => {
  const registry = await aScene(t, true)
  const services = servicesOf(registry)
  const published = { at: 1, actor: 'tok', action: 'publish' as const, subject: 'core/hello@1.0.0' }
  write(services.db, (tx) => writeAudit(tx, published))
  await expectCodeAsync('DATA_DIR_CORRUPT', () => collectGarbage(services, { dryRun: false, graceMs: -1000 }))
  assert.deepEqual(await readdir(blobsPath(registry.dataDir)), [hexOf(DIGEST)])
})
