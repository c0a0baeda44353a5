// What every database behind the metadata port promises to the OCI face.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { digestOf } from '../../../schemas/digest.ts'
import type { Name } from '../../../schemas/name.ts'
import type { Version } from '../../../schemas/version.ts'
import { aRelease } from '../../support/builders/plugin-record.ts'
import {
  addRepo,
  aReleaseKey,
  CORE,
  change,
  HELLO,
  METADATA_STORES,
  seal,
  withRepo,
} from '../../support/registry/metadata-scene.ts'

const KEY = { repo: CORE, plugin: HELLO }
const names = (texts: readonly string[]) => texts as readonly Name[]
const noted = (...pairs: readonly (readonly [content: string, version: string])[]) =>
  pairs.map(([content, version]) => ({ digest: digestOf(content), version: version as Version }))

for (const [name, openStore] of Object.entries(METADATA_STORES))
  suite(name, () => {
    test('versions that may be chosen are paged in the order of their code units', async (t) => {
      const store = await withRepo(await openStore(t))
      for (const version of ['10.0.0', '9.0.0', '1.0.0', '1.0.0-rc.1', '2.0.0']) await seal(store, { version })
      await seal(store, { plugin: 'other', version: '3.0.0' })
      await change(store, { yanked: 'old' }, { release: aReleaseKey('hello', '2.0.0') })
      const page = (limit: number, after?: string) =>
        store.catalog.activeVersions(CORE, HELLO, { limit, ...(after === undefined ? {} : { after }) })
      assert.deepEqual(await page(10), ['1.0.0', '1.0.0-rc.1', '10.0.0', '9.0.0'])
      assert.deepEqual(await page(2), ['1.0.0', '1.0.0-rc.1'])
      assert.deepEqual(await page(2, '1.0.0-rc.1'), ['10.0.0', '9.0.0'])
      assert.deepEqual(await page(2, '1.0.1'), ['10.0.0', '9.0.0'])
      assert.deepEqual([await page(0), await page(2, '9.0.0')], [[], []])
    })

    test('a plugin holds the bytes of its own releases, as long as one of them may be fetched', async (t) => {
      const store = await withRepo(await openStore(t))
      const shared = { content: () => 'the same bytes' }
      for (const version of ['1.0.0', '2.0.0']) await seal(store, { version, ...shared })
      await seal(store, { plugin: 'other' })
      const { bundle } = aRelease({ plugin: 'hello' })
      const holds = async (plugin = HELLO) => [
        await store.catalog.holds(CORE, plugin, digestOf('the same bytes')),
        await store.catalog.holds(CORE, plugin, bundle.digest),
      ]
      assert.deepEqual(
        [await holds(), await holds('other' as Name)],
        [
          [true, true],
          [false, false],
        ],
      )
      await change(store, { quarantined: 'bad' })
      assert.deepEqual(await holds(), [true, false])
      await change(store, { quarantined: 'bad' }, { release: aReleaseKey('hello', '2.0.0') })
      assert.deepEqual(await holds(), [false, false])
      assert.equal(await store.catalog.holds(CORE, HELLO, digestOf('nothing')), false)
    })

    test('plugins offer to OCM what speaks its protocol and may be chosen, with the serials of that moment', async (t) => {
      const store = await withRepo(await openStore(t))
      await addRepo(store, 'empty')
      const ocm = { manifest: { protocol: 'ocm' as const, description: 'An "OCM" plugin' } }
      for (const version of ['1.0.0', '2.0.0']) await seal(store, { ...ocm, version })
      await seal(store, { plugin: 'plain' })
      await change(store, { yanked: 'old' })
      await change(store, { deprecated: 'soon gone' }, { release: aReleaseKey('hello', '2.0.0') })
      const serials = [
        { plugin: 'hello', serial: 4 },
        { plugin: 'plain', serial: 1 },
      ]
      assert.deepEqual(await store.catalog.serials(CORE), serials)
      const { platforms } = aRelease({ plugin: 'hello', version: '2.0.0' }).predicate
      const release = { version: '2.0.0', deprecated: 'soon gone', description: 'An "OCM" plugin', platforms }
      const offered = await store.catalog.offered(CORE, names(['plain', 'hello', 'nobody']))
      assert.deepEqual(
        offered.sort((a, b) => (a.plugin < b.plugin ? -1 : 1)),
        [
          { plugin: 'hello', serial: 4, releases: [release] },
          { plugin: 'plain', serial: 1, releases: [] },
        ],
      )
      assert.deepEqual(await store.catalog.serials('empty' as Name), [])
      assert.deepEqual(await store.catalog.offered(CORE, []), [])
    })

    test('digests of component versions are noted once, for each domain', async (t) => {
      const store = await withRepo(await openStore(t))
      for (const version of ['10.0.0', '2.0.0', '1.0.0']) await seal(store, { version })
      // Others of the same name: what is noted of them says nothing about these, and the other way round.
      const beside = [
        { repo: CORE, plugin: 'other' as Name },
        { repo: 'apart' as Name, plugin: HELLO },
      ] as const
      await addRepo(store, 'apart')
      const { ociDigests } = store
      for (const [index, key] of beside.entries()) {
        for (const version of ['10.0.0', '3.0.0']) await seal(store, { ...key, version })
        const digests = noted([`beside ${index}`, '10.0.0'])
        await ociDigests.note(key, { domain: 'a.org', digests })
      }
      const unknown = (domain: string, limit = 10) => ociDigests.unknown(KEY, { domain, limit })
      assert.deepEqual(await unknown('a.org'), ['1.0.0', '10.0.0', '2.0.0'])
      assert.deepEqual(await unknown('a.org', 1), ['1.0.0'])
      const digests = noted(['x', '1.0.0'], ['y', '1.0.0'], ['z', '10.0.0'])
      await ociDigests.note(KEY, { domain: 'a.org', digests })
      await ociDigests.note(KEY, { domain: 'a.org', digests })
      assert.deepEqual([await unknown('a.org'), (await unknown('b.org')).length], [['2.0.0'], 3])
      const found = (content: string, key: typeof KEY = KEY) => ociDigests.find(key, digestOf(content))
      assert.deepEqual([await found('x'), await found('y'), await found('z')], ['1.0.0', '1.0.0', '10.0.0'])
      assert.equal(await found('w'), undefined)
      for (const key of beside)
        assert.deepEqual(
          [await found('x', key), await ociDigests.unknown(key, { domain: 'a.org', limit: 10 })],
          [undefined, ['3.0.0']],
        )
    })
  })
