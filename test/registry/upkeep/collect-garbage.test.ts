// Collection runs beside publishing: whatever somebody begins to use between any two of its steps stays, and stays usable.
import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { BlobStore } from '../../../registry/blobs/store.ts'
import { blobsPath } from '../../../registry/data-dir/paths.ts'
import type { Session } from '../../../registry/db/records.ts'
import type { MetadataStore } from '../../../registry/db/store.ts'
import { collectGarbage } from '../../../registry/upkeep/collect-garbage.ts'
import { digestOf, hexOf } from '../../../schemas/digest.ts'
import type { Name } from '../../../schemas/name.ts'
import type { Version } from '../../../schemas/version.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import type { TestRegistry } from '../../support/registry/test-registry.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const BYTES = Buffer.from('brought by a session that came to nothing')
const DIGEST = digestOf(BYTES)
const SOURCE = { digest: DIGEST, size: BYTES.length, read: () => Readable.from([BYTES]) }
const DAY_MS = 24 * 3600_000
const servicesOf = ({ serving }: TestRegistry) => serving.registry.services

/** One blob that nobody refers to, with or without its row. */
async function aScene(t: TestContext, withRow: boolean) {
  const registry = await startTestRegistry(t)
  const { metadata, blobs } = servicesOf(registry)
  await blobs.put(SOURCE)
  if (withRow) await upload(metadata)
  return registry
}

const upload = ({ blobs }: MetadataStore) =>
  blobs.record({ digest: DIGEST, size: BYTES.length, broughtBy: null, createdAt: Date.now() })

async function announce({ publishing }: MetadataStore): Promise<void> {
  const [repo, plugin, version] = ['core' as Name, 'hello' as Name, '1.0.0' as Version]
  const promised = { digest: DIGEST, size: BYTES.length }
  const request = { version, bundle: promised, artifacts: [] }
  const times = { openedAt: Date.now(), leaseUntil: Date.now() + DAY_MS }
  const session: Session = {
    ...{ id: 'a'.repeat(32), repo, plugin, version, state: 'open', tokenId: 'tok', request },
    ...times,
  }
  const release = { repo, plugin, version }
  const now = { now: Date.now(), broughtSince: 0 }
  const question = { release, tokenId: 'tok', blobs: [DIGEST], idempotencyKey: undefined, sealedId: 'none', ...now }
  await publishing.open(question, () => ({ kind: 'new', session, uploads: [promised], idempotency: undefined }))
}

type Meanwhile = (metadata: MetadataStore) => Promise<void>
type Step = 'markForDeletion' | 'forget'

/** The metadata, with something that happens right before this step of a collection. */
function interrupted(metadata: MetadataStore, step: Step, act: Meanwhile): MetadataStore {
  const before: MetadataStore['blobs'][Step] = async (digest) => {
    await act(metadata)
    return metadata.blobs[step](digest) as Promise<never>
  }
  return { ...metadata, blobs: { ...metadata.blobs, [step]: before } }
}

const MEANWHILE: Readonly<
  Record<string, { readonly before: Step; readonly act: Meanwhile; readonly withRow: boolean }>
> = {
  'is announced before it is marked for deletion': { before: 'markForDeletion', act: announce, withRow: true },
  'is announced after it was marked for deletion': { before: 'forget', act: announce, withRow: true },
  'is uploaded again after it was marked for deletion': { before: 'forget', act: upload, withRow: true },
  'has no row and is announced before it is taken away': { before: 'forget', act: announce, withRow: false },
  'has no row and gets one before it is taken away': { before: 'forget', act: upload, withRow: false },
}

for (const [what, { before, act, withRow }] of Object.entries(MEANWHILE))
  test(`a blob that ${what} stays`, async (t) => {
    const registry = await aScene(t, withRow)
    const services = servicesOf(registry)
    const metadata = interrupted(services.metadata, before, act)
    const { blobs, bytes } = await collectGarbage({ ...services, metadata }, { dryRun: false, graceMs: -1000 })
    assert.deepEqual([blobs, bytes], [[], 0])
    assert.deepEqual(await readdir(blobsPath(registry.dataDir)), [hexOf(DIGEST)])
  })

for (const withRow of [true, false])
  test(`a blob ${withRow ? 'with' : 'without'} a row that is brought again after its row was taken away stays`, async (t) => {
    const registry = await aScene(t, withRow)
    const services = servicesOf(registry)
    const { metadata } = services
    let isDecided = false
    const forget: MetadataStore['blobs']['forget'] = async (digest) => {
      isDecided = await metadata.blobs.forget(digest)
      return isDecided
    }
    /** With the first look at the blobs after that. */
    const bringAgain = async () => {
      if (!isDecided) return
      isDecided = false
      assert.equal(await metadata.blobs.findLive(DIGEST), undefined)
      await announce(metadata)
      await services.blobs.put(SOURCE)
      await upload(metadata)
    }
    const blobs: BlobStore = {
      ...services.blobs,
      stat: (digest) => bringAgain().then(() => services.blobs.stat(digest)),
      delete: (digest, generation) => bringAgain().then(() => services.blobs.delete(digest, generation)),
    }
    const watched = { ...metadata, blobs: { ...metadata.blobs, forget } }
    const report = await collectGarbage({ ...services, metadata: watched, blobs }, { dryRun: false, graceMs: -1000 })
    assert.deepEqual([report.blobs, report.bytes], [[], 0])
    assert.equal((await metadata.blobs.findLive(DIGEST))?.size, BYTES.length)
    assert.deepEqual(await buffer(services.blobs.open(DIGEST)), BYTES)
  })

for (const withRow of [true, false])
  test(`a blob ${withRow ? 'with' : 'without'} a row that came while the clock was ahead does not stay until that time`, async (t) => {
    const registry = await aScene(t, withRow)
    const services = servicesOf(registry)
    const collect = (backMs: number) =>
      collectGarbage({ ...services, clock: () => Date.now() - backMs }, { dryRun: false, graceMs: DAY_MS })
    assert.deepEqual((await collect(DAY_MS / 2)).blobs, [], 'a clock is set back a little all the time')
    assert.deepEqual((await collect(2 * DAY_MS)).blobs, [{ digest: DIGEST, bytes: BYTES.length }])
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
  const metadata = interrupted(services.metadata, 'markForDeletion', announce)
  await collectGarbage({ ...services, metadata }, { dryRun: false, graceMs: -1000 })
  assert.equal((await services.metadata.blobs.findLive(DIGEST))?.size, BYTES.length)
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
  await services.metadata.repos.create('other' as Name, () => ({ createdAt: 1, keys: [], audit: [published] }))
  await expectCodeAsync('DATA_DIR_CORRUPT', () => collectGarbage(services, { dryRun: false, graceMs: -1000 }))
  assert.deepEqual(await readdir(blobsPath(registry.dataDir)), [hexOf(DIGEST)])
})
