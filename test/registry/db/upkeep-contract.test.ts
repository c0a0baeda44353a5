// What every database behind the metadata port promises of the one process that serves it, and of its own health.
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { openSqliteStore } from '../../../registry/db/sqlite/store.ts'
import type { MetadataStore } from '../../../registry/db/store.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import {
  addRepo,
  addToken,
  anEntry,
  everything,
  METADATA_STORES,
  NOW,
  seal,
} from '../../support/registry/metadata-scene.ts'

const LOST = new Error('lost')
const claim = ({ serving }: MetadataStore, holder: string) =>
  serving.claim({ holder, lockFile: `lock of ${holder}` }, () => {})

for (const [name, openStore] of Object.entries(METADATA_STORES))
  suite(name, () => {
    test('one holder is named at a time, and lets go of its own claim alone', async (t) => {
      const store = await openStore(t)
      const { serving } = store
      assert.equal(await serving.holder(), undefined)
      await claim(store, 'one')
      assert.deepEqual(await serving.holder(), { holder: 'one', lockFile: 'lock of one', challenge: null })
      const before: unknown[] = []
      await serving.claim({ holder: 'two', lockFile: 'x' }, (now) => void before.push(now?.holder))
      assert.deepEqual(before, ['one'])
      await serving.release('one')
      assert.equal((await serving.holder())?.holder, 'two')
      await serving.release('two')
      assert.equal(await serving.holder(), undefined)
    })

    test('a claim that is refused changes nothing', async (t) => {
      const store = await openStore(t)
      await claim(store, 'one')
      const refused = store.serving.claim({ holder: 'two', lockFile: 'x' }, () => {
        throw LOST
      })
      await assert.rejects(refused, (error) => error === LOST)
      assert.equal((await store.serving.holder())?.holder, 'one')
    })

    test('a challenge stands until the holder answers, or another takes the place', async (t) => {
      const store = await openStore(t)
      const { serving } = store
      const challenge = async () => (await serving.holder())?.challenge
      await serving.challenge('asker')
      assert.equal(await serving.holder(), undefined)
      await claim(store, 'one')
      await serving.challenge('asker')
      await serving.answer('two')
      assert.equal(await challenge(), 'asker')
      await serving.answer('one')
      assert.equal(await challenge(), null)
      await serving.challenge('asker')
      await claim(store, 'two')
      assert.equal(await challenge(), null)
    })

    test('once a claim is lost no write goes through, and reads do', async (t) => {
      const store = await openStore(t)
      await addToken(store)
      await addRepo(store)
      await claim(store, 'one')
      store.serving.guard('one', () => LOST)
      await seal(store)
      await claim(store, 'two')
      const before = await store.tokens.list()
      const isLost = (error: unknown) => error === LOST
      await assert.rejects(addToken(store, 'tok-b'), isLost)
      await assert.rejects(addRepo(store, 'other'), isLost)
      await assert.rejects(store.tokens.noteUse('tok-a', NOW), isLost)
      await assert.rejects(store.outbox.finish([1]), isLost)
      await assert.rejects(store.publishing.sweep({ now: NOW }), isLost)
      await assert.rejects(claim(store, 'one'), isLost)
      assert.deepEqual(await store.tokens.list(), before)
      assert.deepEqual(await store.repos.list(), ['core'])
    })

    test('a store that nobody harmed is sound, in its place and unchanged by others', async (t) => {
      const store = await openStore(t)
      await addToken(store)
      await addRepo(store)
      for (const version of ['1.0.0', '2.0.0']) await seal(store, { version })
      const { upkeep, serving } = store
      await upkeep.ping()
      assert.deepEqual(await upkeep.quickCheck(), { state: 'sound' })
      assert.deepEqual([await upkeep.integrity(), await upkeep.gaps(), await upkeep.emptyPlugins(10)], [[], [], []])
      assert.equal(await upkeep.isEverythingHere(), true)
      await upkeep.mendWords()
      assert.deepEqual(await upkeep.misplacedWords(10), [])
      const scrubbed = await Array.fromAsync(upkeep.scrub())
      assert.deepEqual(
        scrubbed.map(({ release, isUnchanged }) => [release.version, isUnchanged]),
        [
          ['1.0.0', true],
          ['2.0.0', true],
        ],
      )
      await upkeep.requireInPlace()
      assert.equal(await serving.isInPlace(), true)
      assert.equal(await serving.hasChangedElsewhere(), false)
    })

    test('copies all that it knows into a file that opens as a store of its own, or offers no copy', async (t) => {
      const store = await openStore(t)
      await addToken(store)
      await addRepo(store)
      await seal(store)
      const { copyTo } = store.upkeep
      if (!copyTo) return
      const file = join(tempFolder(t), 'copy.db')
      await copyTo(file)
      await addRepo(store, 'later')
      assert.equal(statSync(file).mode & 0o777, 0o600)
      await assert.rejects(copyTo(file), { code: 'EEXIST' })
      const copy = openSqliteStore(file, { existing: true })
      t.after(() => copy.close())
      assert.deepEqual([await copy.repos.list(), await copy.tokens.list()], [['core'], await store.tokens.list()])
      const releases = async ({ upkeep }: MetadataStore) =>
        (await Array.fromAsync(upkeep.scrub())).map(({ release, isUnchanged }) => [release, isUnchanged])
      assert.deepEqual(await releases(copy), await releases(store))
      assert.deepEqual(await copy.upkeep.integrity(), [])
    })

    test('everything is here while no more versions are told of than there are', async (t) => {
      const store = await openStore(t)
      await addToken(store)
      await addRepo(store)
      await seal(store)
      const before = await everything(store)
      assert.equal(await store.upkeep.isEverythingHere(), true)
      assert.deepEqual(await everything(store), before)
      const published = anEntry({ action: 'publish', subject: 'core/gone@1.0.0' })
      await store.tokens.revoke('tok-a', () => ({ revokedAt: NOW, audit: published }))
      assert.equal(await store.upkeep.isEverythingHere(), false)
    })
  })
