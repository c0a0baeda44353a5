// What every database behind the metadata port promises of the records of blobs: what something refers to is never taken away.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { MetadataStore } from '../../../registry/db/store.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { aRelease } from '../../support/builders/plugin-record.ts'
import { anEntry, METADATA_STORES, NOW, open, record, seal, withRepo } from '../../support/registry/metadata-scene.ts'

const BLOB = { digest: digestOf('a blob'), size: 6 }
const { bundle, predicate } = aRelease({ plugin: 'hello' })
const ARTIFACT = Object.values(predicate.platforms)[0] ?? bundle

const standing = async ({ blobs }: MetadataStore, digest = BLOB.digest) =>
  (await blobs.findLive(digest)) ? 'live' : (await blobs.has(digest)) ? 'deleting' : 'gone'

/** What refers to a digest, and the digest. */
const REFERENCES: Readonly<
  Record<string, { readonly digest: typeof BLOB.digest; refer(store: MetadataStore): Promise<unknown> }>
> = {
  'an open session': { digest: BLOB.digest, refer: (store) => open(store, { uploads: [BLOB] }) },
  'an open session whose lease is over': {
    digest: BLOB.digest,
    refer: (store) => open(store, { uploads: [BLOB], session: { leaseUntil: NOW - 1 } }),
  },
  'a release as its bundle': { digest: bundle.digest, refer: (store) => seal(store) },
  'a release as an artifact': { digest: ARTIFACT.digest, refer: (store) => seal(store) },
}

for (const [name, openStore] of Object.entries(METADATA_STORES))
  suite(name, () => {
    test('a record is live as it was written, and once more brings it back', async (t) => {
      const store = await openStore(t)
      await record(store, BLOB)
      const live = { ...BLOB, createdAt: NOW, broughtBy: 'tok-a', state: 'live' }
      assert.deepEqual(await store.blobs.findLive(BLOB.digest), live)
      await store.blobs.markForDeletion(BLOB.digest)
      assert.equal(await standing(store), 'deleting')
      await store.blobs.record({ ...BLOB, createdAt: NOW + 1, broughtBy: null })
      assert.deepEqual(await store.blobs.findLive(BLOB.digest), { ...live, createdAt: NOW + 1, broughtBy: null })
    })

    test('what nothing refers to is marked for deletion and then forgotten, and not before', async (t) => {
      const store = await withRepo(await openStore(t))
      await record(store, BLOB)
      assert.equal(await store.blobs.forget(BLOB.digest), false)
      assert.equal(await standing(store), 'live')
      await store.blobs.markForDeletion(BLOB.digest)
      assert.equal(await store.blobs.forget(BLOB.digest), true)
      assert.equal(await standing(store), 'gone')
      await store.blobs.markForDeletion(BLOB.digest)
      assert.equal(await standing(store), 'gone')
      assert.equal(await store.blobs.forget(BLOB.digest), true, 'bytes without a record may go')
    })

    for (const [what, { digest, refer }] of Object.entries(REFERENCES))
      test(`what ${what} refers to is neither marked for deletion, given up nor forgotten`, async (t) => {
        const store = await withRepo(await openStore(t))
        await record(store, { digest, size: 1 })
        await refer(store)
        await store.blobs.markForDeletion(digest)
        assert.equal(await store.blobs.giveUp(digest), false)
        assert.equal(await store.blobs.forget(digest), false)
        assert.equal(await standing(store, digest), 'live')
      })

    test('what is announced after it was marked for deletion is not forgotten, with or without a record', async (t) => {
      const store = await withRepo(await openStore(t))
      await record(store, BLOB)
      await store.blobs.markForDeletion(BLOB.digest)
      const none = { digest: digestOf('never recorded'), size: 3 }
      await open(store, { uploads: [BLOB, none] })
      assert.equal(await store.blobs.forget(BLOB.digest), false)
      assert.equal(await store.blobs.forget(none.digest), false)
      assert.equal(await standing(store), 'deleting')
    })

    test('of those who announce and forget at once, the second sees the first', async (t) => {
      const store = await withRepo(await openStore(t))
      await record(store, BLOB)
      await store.blobs.markForDeletion(BLOB.digest)
      const [, isForgotten] = await Promise.all([open(store, { uploads: [BLOB] }), store.blobs.forget(BLOB.digest)])
      assert.equal(isForgotten, false)
    })

    test('nothing is given up while the audit log names a version that is missing', async (t) => {
      const store = await withRepo(await openStore(t))
      await record(store, BLOB)
      assert.equal(await store.upkeep.isEverythingHere(), true)
      const published = anEntry({ action: 'publish', subject: 'core/hello@1.0.0' })
      await store.tokens.revoke('tok-a', () => ({ revokedAt: NOW, audit: published }))
      assert.equal(await store.upkeep.isEverythingHere(), false)
      assert.equal(await store.blobs.giveUp(BLOB.digest), false)
      assert.equal(await standing(store), 'live')
      await seal(store, { change: { audit: anEntry() } })
      assert.equal(await store.blobs.giveUp(BLOB.digest), true)
      assert.equal(await standing(store), 'deleting')
    })

    test('unreferenced are those that are old, marked for deletion or of a time to come, and whose lease is over', async (t) => {
      const store = await withRepo(await openStore(t))
      const blob = async (text: string, createdAt: number) => {
        await store.blobs.record({ digest: digestOf(text), size: 1, createdAt, broughtBy: null })
        return { digest: digestOf(text), size: 1 }
      }
      const old = await blob('old', NOW - 1)
      const young = await blob('young', NOW)
      const deleting = await blob('deleting', NOW)
      await store.blobs.markForDeletion(deleting.digest)
      const leased = await blob('leased', NOW - 1)
      const over = await blob('over', NOW - 1)
      await open(store, { uploads: [leased] })
      await open(store, { uploads: [over], session: { id: 'b'.repeat(32), leaseUntil: NOW } })
      await seal(store, { session: 'c'.repeat(32) })
      const ahead = await blob('of a clock that was ahead', NOW + 2)
      const at = { before: NOW, now: NOW, latest: NOW + 1 }
      const found = (await store.blobs.unreferenced(at)).map(({ digest }) => digest)
      assert.deepEqual(found.sort(), [old.digest, deleting.digest, over.digest, ahead.digest].sort())
      const later = await store.blobs.unreferenced({ before: NOW + 1, now: NOW + 1000, latest: NOW + 2 })
      assert.deepEqual(later.length, 5)
      assert.ok(later.some(({ digest }) => digest === young.digest))
    })

    test('all records are walked in the order of their digests, however many', async (t) => {
      const store = await openStore(t)
      const digests = Array.from({ length: 1201 }, (_none, index) => digestOf(`blob ${index}`))
      for (const digest of digests) await record(store, { digest, size: 1 })
      const walked = (await Array.fromAsync(store.blobs.walk())).map(({ digest }) => digest)
      assert.deepEqual(walked, digests.sort())
    })
  })
