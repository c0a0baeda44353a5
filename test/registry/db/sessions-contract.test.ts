// What every database behind the metadata port promises of publishing sessions: leases, what they promise, and who is told of what.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Digest } from '../../../schemas/digest.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { aRelease } from '../../support/builders/plugin-record.ts'
import {
  A,
  addRepo,
  aReleaseKey,
  aSession,
  B,
  BUNDLE,
  C,
  look,
  METADATA_STORES,
  NOW,
  OTHER,
  open,
  record,
  seal,
  withPublishers,
} from '../../support/registry/metadata-scene.ts'

for (const [name, openStore] of Object.entries(METADATA_STORES))
  suite(name, () => {
    test('a session is found as it was opened, with what is here of its uploads', async (t) => {
      const store = await withPublishers(await openStore(t))
      const opened = await open(store, { uploads: [OTHER, BUNDLE] })
      assert.deepEqual(opened, aSession())
      assert.deepEqual(await store.publishing.find(A), aSession())
      assert.equal(await store.publishing.find(B), undefined)
      await record(store, { digest: OTHER.digest, size: 99 })
      const uploads = [
        { ...BUNDLE, storedSize: undefined, isOwn: false, heldBy: [] },
        { ...OTHER, storedSize: 99, isOwn: true, heldBy: [] },
      ]
      assert.deepEqual(
        await store.publishing.uploads(A),
        uploads.sort((a, b) => (a.digest < b.digest ? -1 : 1)),
      )
      assert.deepEqual(await store.publishing.uploads(B), [])
      assert.deepEqual(await store.publishing.listOpen(), [A])
    })

    test('of what is here a session is told who brought it, and which repos hold it', async (t) => {
      const store = await withPublishers(await openStore(t))
      await addRepo(store, 'hidden', [], 'private')
      const shared = { content: () => 'the same bytes' }
      for (const repo of ['core', 'hidden']) await seal(store, { repo, ...shared })
      const { bundle, predicate } = aRelease({ plugin: 'hello', ...shared })
      const artifact = Object.values(predicate.platforms)[0] ?? bundle
      const uploads = [artifact, OTHER].map(({ digest, size }) => ({ digest, size }))
      await open(store, { session: { id: B, tokenId: 'tok-b' }, uploads })
      const seen = async (digest: Digest) => {
        const [upload, ...more] = await store.publishing.uploads(B, digest)
        assert.equal(more.length, 0)
        return [upload?.isOwn, upload?.heldBy.map(({ repo, visibility }) => `${repo} ${visibility}`).sort()]
      }
      assert.deepEqual(await seen(artifact.digest), [false, ['core public', 'hidden private']])
      assert.deepEqual(await seen(OTHER.digest), [false, []])
      await store.blobs.record({ ...OTHER, createdAt: NOW, broughtBy: 'tok-b' })
      assert.deepEqual(await seen(OTHER.digest), [true, []])
      await store.blobs.record({ ...OTHER, createdAt: NOW, broughtBy: 'tok-a' })
      assert.deepEqual(await seen(OTHER.digest), [false, []])
      await store.blobs.record({ ...OTHER, createdAt: NOW, broughtBy: 'tok-b' }, B)
      await store.blobs.record({ ...OTHER, createdAt: NOW, broughtBy: 'tok-a' })
      assert.deepEqual(await seen(OTHER.digest), [true, []])
      assert.deepEqual(await store.publishing.uploads(B, BUNDLE.digest), [])
    })

    test('whoever opens is told what there is', async (t) => {
      const store = await withPublishers(await openStore(t))
      const nothing = await look(store, { idempotencyKey: 'key' })
      assert.equal(nothing.token?.id, 'tok-a')
      const { token: _, ...rest } = nothing
      assert.deepEqual(rest, {
        repoExists: true,
        plugin: undefined,
        sealed: undefined,
        wasPublished: false,
        sameName: undefined,
        siblings: 0,
        spent: {},
        repeated: undefined,
        reopened: undefined,
        openSessions: 0,
        live: new Map(),
        hasPrivate: false,
        promised: { own: { bytes: 0, blobs: 0 }, others: { bytes: 0, blobs: 0 } },
        brought: { bytes: 0, blobs: 0 },
      })
      const nowhere = await look(store, { session: { tokenId: 'nobody', release: aReleaseKey('x', '1.0.0', 'x') } })
      assert.deepEqual([nowhere.token, nowhere.repoExists], [undefined, false])
    })

    test('only leases that are not over count, and bytes that came lately', async (t) => {
      const store = await withPublishers(await openStore(t))
      await open(store, { session: { id: A }, uploads: [BUNDLE, OTHER] })
      await open(store, { session: { id: B, leaseUntil: NOW }, uploads: [{ digest: digestOf('b'), size: 1000 }] })
      await open(store, { session: { id: C, tokenId: 'tok-b' }, uploads: [{ digest: digestOf('c'), size: 500 }] })
      const brought = { broughtBy: 'tok-a', size: 30 }
      await store.blobs.record({ ...brought, digest: digestOf('lately'), createdAt: NOW - 999 })
      await store.blobs.record({ ...brought, digest: digestOf('before'), createdAt: NOW - 1000 })
      await store.blobs.record({ ...brought, digest: digestOf('of a clock that was ahead'), createdAt: NOW + 1 })
      await store.blobs.record({ digest: OTHER.digest, size: 7, broughtBy: 'tok-b', createdAt: NOW })
      const found = await look(store, { uploads: [BUNDLE, OTHER] })
      assert.equal(found.openSessions, 1)
      assert.deepEqual(found.promised, { own: { bytes: 17, blobs: 2 }, others: { bytes: 500, blobs: 1 } })
      assert.deepEqual(found.brought, { bytes: 30, blobs: 1 })
      assert.deepEqual(found.live, new Map([[OTHER.digest, { isOwn: false, heldBy: [] }]]))
      await store.blobs.record({ digest: OTHER.digest, size: 7, broughtBy: 'tok-a', createdAt: NOW })
      const own = await look(store, { uploads: [BUNDLE, OTHER] })
      assert.deepEqual(own.live, new Map([[OTHER.digest, { isOwn: true, heldBy: [] }]]))
    })

    test('a request that was named is known by its name, for its token alone, as long as its session', async (t) => {
      const store = await withPublishers(await openStore(t))
      await open(store, { idempotencyKey: 'key' })
      const known = async (wish = {}) => (await look(store, { idempotencyKey: 'key', ...wish })).repeated
      assert.deepEqual(await known(), { requestDigest: digestOf('the request'), session: aSession() })
      assert.equal(await known({ session: { tokenId: 'tok-b' } }), undefined)
      assert.equal(await known({ idempotencyKey: 'another' }), undefined)
      await open(store, { idempotencyKey: 'key', session: { id: B } })
      assert.equal((await known())?.session?.id, B)
      await store.publishing.abandon(B, 'tok-a', () => {})
      assert.equal(await known(), undefined)
    })

    test('the session of a sealed release is made once, and a known one is not written', async (t) => {
      const store = await withPublishers(await openStore(t))
      const session = aSession({ id: 'f'.repeat(32), state: 'published' })
      const later = { ...session, openedAt: NOW + 5, leaseUntil: NOW + 5000 }
      await open(store, { decide: () => ({ kind: 'sealed', session }) })
      assert.deepEqual((await look(store)).reopened, session)
      await open(store, { decide: () => ({ kind: 'sealed', session: later }) })
      assert.deepEqual(await store.publishing.find(session.id), { ...session, leaseUntil: NOW + 5000 })
      await open(store, { decide: () => ({ kind: 'known', session: aSession({ id: B }) }) })
      assert.equal(await store.publishing.find(B), undefined)
      assert.deepEqual(await store.publishing.listOpen(), [])
    })

    test('an open session is renewed and given up; one that is not stays as it is', async (t) => {
      const store = await withPublishers(await openStore(t))
      await open(store)
      const { publishing } = store
      let asked: unknown
      const renew = (id: string) =>
        publishing.renew(id, 'tok-a', (token) => {
          asked = token?.id
          return NOW + 2000
        })
      assert.equal(await renew(A), true)
      assert.equal(asked, 'tok-a')
      assert.equal((await publishing.find(A))?.leaseUntil, NOW + 2000)
      assert.equal(await renew(B), false)
      await seal(store)
      assert.equal(await renew(A), false)
      await publishing.abandon(A, 'tok-a', () => {})
      assert.deepEqual(await publishing.find(A), aSession({ state: 'published', leaseUntil: NOW + 2000 }))
      await open(store, { session: { id: B } })
      await publishing.abandon(B, 'tok-a', () => {})
      assert.deepEqual([await publishing.find(B), await publishing.uploads(B)], [undefined, []])
    })

    test('leases that are over are swept with what they promised, ended sessions when they are old', async (t) => {
      const store = await withPublishers(await openStore(t))
      const { publishing } = store
      await open(store, { session: { id: A, leaseUntil: NOW + 1 } })
      await open(store, { session: { id: B, leaseUntil: NOW + 2 } })
      await open(store, { session: { id: C } })
      await seal(store, { session: C })
      assert.deepEqual(await publishing.sweep({ now: NOW }), [])
      assert.deepEqual(await publishing.sweep({ now: NOW + 1 }), [A])
      assert.deepEqual([await publishing.find(A), await publishing.uploads(A)], [undefined, []])
      assert.deepEqual(await publishing.listOpen(), [B])
      assert.deepEqual(await publishing.sweep({ now: NOW + 1, latest: NOW + 2 }), [])
      assert.deepEqual(await publishing.sweep({ now: NOW + 1, latest: NOW + 1 }), [B])
      assert.deepEqual(await publishing.sweep({ now: NOW + 1, forgetBefore: NOW + 999 }), [])
      assert.notEqual(await publishing.find(C), undefined)
      assert.deepEqual(await publishing.sweep({ now: NOW + 1, forgetBefore: NOW + 1000 }), [])
      assert.equal(await publishing.find(C), undefined)
    })

    test('a session that was published while the clock was ahead is forgotten, too', async (t) => {
      const store = await withPublishers(await openStore(t))
      const { publishing } = store
      await open(store, { session: { id: C, leaseUntil: NOW + 9000 } })
      await seal(store, { session: C })
      await publishing.sweep({ now: NOW, latest: NOW + 8999 })
      await publishing.sweep({ now: NOW, latest: NOW + 9000, forgetBefore: NOW - 1 })
      assert.notEqual(await publishing.find(C), undefined)
      await publishing.sweep({ now: NOW, latest: NOW + 8999, forgetBefore: NOW - 1 })
      assert.equal(await publishing.find(C), undefined)
    })
  })
