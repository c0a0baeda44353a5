// What every database behind the metadata port promises of sealing and of states.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { FoundForSealing, FoundForState } from '../../../registry/db/publishing-store.ts'
import type { MetadataStore } from '../../../registry/db/store.ts'
import type { Version } from '../../../schemas/version.ts'
import {
  A,
  aKey,
  aReleaseKey,
  B,
  BUNDLE,
  C,
  CORE,
  change,
  describedBy,
  everything,
  HELLO,
  look,
  METADATA_STORES,
  makeRepo,
  NOW,
  OTHER,
  open,
  seal,
  UNWRITABLE,
  withPublishers,
} from '../../support/registry/metadata-scene.ts'

const REFUSED = new Error('refused')
const refuse = (): never => {
  throw REFUSED
}
/** Each leaves nothing behind, beside a plugin that is published, and a session that is open. */
const FAILURES: Readonly<Record<string, (store: MetadataStore) => Promise<unknown>>> = {
  'an opening that is refused': (store) => open(store, { session: { id: B }, decide: refuse }),
  'a session whose id is taken': (store) => open(store, { session: { id: C }, uploads: [OTHER] }),
  'a lease that is refused': ({ publishing }) => publishing.renew(C, 'tok-a', refuse),
  'giving up that is refused': ({ publishing }) => publishing.abandon(C, 'tok-a', refuse),
  'a sealing that is refused': (store) => seal(store, { version: '2.0.0', session: C, decide: refuse }),
  'a sealing that breaks at its last record': (store) =>
    seal(store, { version: '2.0.0', session: C, change: { audit: UNWRITABLE } }),
  'a new plugin that breaks at its last record': (store) =>
    seal(store, { plugin: 'another', session: C, change: { audit: UNWRITABLE } }),
  'a plugin that nothing describes': (store) =>
    seal(store, { version: '2.0.0', session: C, change: { plugin: describedBy('9.9.9' as Version, 2) } }),
  'a version that is sealed already': (store) => seal(store, { session: C }),
  'a plugin whose name folds to that of another': (store) => seal(store, { plugin: 'hel-lo', session: C }),
  'a change that is refused': (store) => change(store, { yanked: 'old' }, { decide: refuse }),
  'a change that breaks at its last record': (store) =>
    change(
      store,
      { yanked: 'old' },
      { decide: (_found, wanted) => ({ ...wanted, audit: UNWRITABLE }) as typeof wanted },
    ),
  'a change of a version that is not there': (store) =>
    change(store, { yanked: 'old' }, { release: aReleaseKey('hello', '9.9.9') }),
}

for (const [name, openStore] of Object.entries(METADATA_STORES))
  suite(name, () => {
    test('of what fails nothing is left', async (t) => {
      const store = await withPublishers(await openStore(t))
      await seal(store)
      await open(store, { session: { id: C } })
      for (const made of [{ version: '2.0.0' }, { plugin: 'another' }, { plugin: 'hel-lo' }])
        await seal(store, { ...made, decide: refuse }).catch(() => {})
      const all = async () => [
        await everything(store),
        await store.publishing.find(C),
        await store.publishing.find(B),
        await store.publishing.uploads(C),
      ]
      const before = await all()
      for (const [what, act] of Object.entries(FAILURES))
        await t.test(what, async () => {
          await assert.rejects(act(store))
          assert.deepEqual(await all(), before)
        })
    })

    test('what a decision throws reaches its caller as it is', async (t) => {
      const store = await withPublishers(await openStore(t))
      const isIt = (error: unknown) => error === REFUSED
      await assert.rejects(open(store, { decide: refuse }), isIt)
      await assert.rejects(seal(store, { decide: refuse }), isIt)
      await assert.rejects(change(store, {}, { decide: refuse }), isIt)
    })

    test('a sealed version is there with all that belongs to it', async (t) => {
      const store = await withPublishers(await openStore(t))
      await open(store)
      assert.equal(await seal(store), true)
      const { catalog } = store
      const release = await catalog.release(aReleaseKey())
      assert.deepEqual(
        [release?.state, release?.serial, release?.publishedBy, release?.signer],
        ['active', 1, 'tok-a', aKey('a').id],
      )
      assert.equal(release?.predicate.manifest.category, 'health')
      const plugin = { repo: CORE, plugin: HELLO, serial: 1, createdAt: NOW, kind: 'tool', newest: '1.0.0' }
      const description = 'Checks that a TCP port answers'
      assert.deepEqual(await catalog.plugin(CORE, HELLO), { ...plugin, category: 'health', description })
      assert.equal((await store.publishing.find(A))?.state, 'published')
      assert.deepEqual((await look(store)).spent, { releasesPerHour: { amount: 1, at: NOW } })
      assert.deepEqual((await catalog.search('answers', undefined)).results[0]?.plugin, HELLO)
      const [row] = (await store.outbox.take(10)).slice(-1)
      assert.deepEqual([row?.kind, row?.repo, row?.plugin], ['plugin', CORE, HELLO])
      assert.equal((await store.audit.list({ limit: 1 }))[0]?.subject, 'core/hello@1.0.0')
    })

    test('whoever seals is told what there is', async (t) => {
      const store = await withPublishers(await openStore(t))
      const seen: FoundForSealing[] = []
      const note = (found: FoundForSealing): never => {
        seen.push(found)
        throw REFUSED
      }
      const ask = (wish: Parameters<typeof seal>[1]) => seal(store, { ...wish, decide: note }).catch(() => {})
      await open(store)
      await ask({})
      await seal(store)
      await seal(store, { version: '1.1.0', session: B })
      await ask({})
      await ask({ version: '2.0.0' })
      await ask({ plugin: 'he-llo', version: '1.0.0' })
      const [first, again, next, alike] = seen as [FoundForSealing, FoundForSealing, FoundForSealing, FoundForSealing]
      assert.deepEqual([first.isOpen, first.siblings, first.versions, first.key?.id], [true, 0, [], aKey('a').id])
      assert.deepEqual(first.uploads, [{ ...BUNDLE, storedSize: undefined, isOwn: false, heldBy: [] }])
      assert.equal(again.isOpen, false)
      assert.equal(again.sealed?.version, '1.0.0')
      assert.deepEqual(
        [first, again, next].map(({ wasPublished }) => wasPublished),
        [false, true, false],
      )
      assert.deepEqual(
        again.sealed?.artifacts.map(({ platform, file }) => [platform, file]),
        [
          ['darwin_arm64', 'hello_1.0.0_darwin_arm64'],
          ['linux_amd64', 'hello_1.0.0_linux_amd64'],
        ],
      )
      assert.deepEqual([next.sealed, next.plugin?.serial, next.siblings], [undefined, 2, 2])
      assert.deepEqual(next.versions.map(({ version }) => version).sort(), ['1.0.0', '1.1.0'])
      assert.deepEqual(next.spent, { releasesPerHour: { amount: 2, at: NOW } })
      assert.deepEqual([alike.plugin, alike.sameName, alike.siblings], [undefined, HELLO, 1])
    })

    test('of those who seal one version at once, one does; the others find it', async (t) => {
      const store = await withPublishers(await openStore(t))
      for (const id of [A, B, C]) await open(store, { session: { id } })
      const race = [A, B, C].map((session) =>
        seal(store, { session, decide: (found, sealing) => (found.sealed ? { kind: 'repeated' } : sealing) }),
      )
      assert.deepEqual((await Promise.all(race)).sort(), [false, false, true])
      for (const id of [A, B, C]) assert.equal((await store.publishing.find(id))?.state, 'published')
      assert.equal((await store.catalog.record(CORE, HELLO))?.releases.length, 1)
      assert.deepEqual((await look(store)).spent, { releasesPerHour: { amount: 1, at: NOW } })
    })

    test('those who seal versions of one plugin at once get one serial each, and pay for each', async (t) => {
      const store = await withPublishers(await openStore(t))
      const versions = ['1.0.0', '1.1.0', '1.2.0', '2.0.0']
      await Promise.all(versions.map((version) => seal(store, { version, session: B })))
      const serials = await Promise.all(
        versions.map(async (version) => (await store.catalog.release(aReleaseKey('hello', version)))?.serial),
      )
      assert.deepEqual(serials.sort(), [1, 2, 3, 4])
      assert.equal((await store.catalog.plugin(CORE, HELLO))?.serial, 4)
      assert.equal((await look(store)).spent.releasesPerHour?.amount, 4)
    })

    test('flags come and go on their own, the blocking one shows, and nothing sealed changes', async (t) => {
      const store = await withPublishers(await openStore(t))
      await seal(store)
      const sealed = await store.catalog.release(aReleaseKey())
      const steps = [
        [{ yanked: 'old' }, 'yanked'],
        [{ deprecated: 'use another' }, 'yanked'],
        [{ quarantined: 'bad' }, 'quarantined'],
        [{ yanked: null }, 'quarantined'],
        [{ quarantined: null }, 'active'],
      ] as const
      for (const [index, [flags, state]] of steps.entries()) {
        const { release, serial } = await change(store, flags)
        assert.deepEqual([release.state, serial], [state, index + 2])
      }
      const found = await store.catalog.release(aReleaseKey())
      assert.deepEqual(found, { ...sealed, deprecated: 'use another' })
      assert.equal((await store.catalog.plugin(CORE, HELLO))?.newest, null)
      assert.equal((await store.outbox.take(100)).length, 2 + steps.length)
      assert.equal((await store.audit.head())?.id, 4 + steps.length)
    })

    test('whoever changes a state is told what there is, and one that stays costs nothing', async (t) => {
      const store = await withPublishers(await openStore(t))
      await seal(store)
      const before = await everything(store)
      const seen: FoundForState[] = []
      const { release, serial } = await change(
        store,
        { yanked: 'old' },
        {
          decide: (found) => {
            seen.push(found)
            return { kind: 'same' }
          },
        },
      )
      assert.deepEqual([release.state, serial], ['active', 1])
      assert.deepEqual(await everything(store), before)
      const note = (found: FoundForState): never => {
        seen.push(found)
        throw REFUSED
      }
      for (const key of [aReleaseKey('hello', '9.9.9'), aReleaseKey('nothing'), aReleaseKey('hello', '1.0.0', 'other')])
        await change(store, {}, { release: key, decide: note }).catch(() => {})
      assert.deepEqual(
        seen.map((found) => [found.repoExists, found.plugin?.plugin, found.release?.version, found.versions.length]),
        [
          [true, 'hello', '1.0.0', 1],
          [true, 'hello', undefined, 1],
          [true, undefined, undefined, 0],
          [false, undefined, undefined, 0],
        ],
      )
      assert.equal(seen[0]?.token?.id, 'tok-a')
      await makeRepo(store, 'core', 'private')
      await change(store, {}, { decide: note }).catch(() => {})
      assert.deepEqual(
        seen.map(({ isPrivate }) => isPrivate),
        [false, false, false, false, true],
      )
    })
  })
