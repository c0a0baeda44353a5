// What a database behind the metadata port promises to those who look around: searches that are narrowed down, and what is new.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { StateChange } from '../../../registry/db/publishing-store.ts'
import type { SearchFilters } from '../../../registry/db/search-filters.ts'
import type { Name } from '../../../schemas/name.ts'
import type { Version } from '../../../schemas/version.ts'
import {
  addRepo,
  aKey,
  CORE,
  change,
  describedBy,
  METADATA_STORES,
  NOW,
  seal,
  withRepo,
} from '../../support/registry/metadata-scene.ts'

const names = (texts: readonly string[]) => texts as readonly Name[]

for (const [name, openStore] of Object.entries(METADATA_STORES))
  suite(name, () => {
    test('a search is narrowed down by what the release that speaks for a plugin is', async (t) => {
      const store = await withRepo(await openStore(t))
      await seal(store, { plugin: 'script', platforms: ['any'], manifest: { output: 'nagios' } })
      await seal(store, { plugin: 'native', platforms: ['linux_amd64'], manifest: { category: 'secret' } })
      await seal(store, {
        plugin: 'driver',
        platforms: ['darwin_arm64'],
        manifest: { kind: 'service', protocol: 'ocm' },
      })
      const found = async (filters: SearchFilters, query = '') => {
        const { results, total } = await store.catalog.search(query, undefined, [], { filters })
        assert.equal(total, results.length)
        return results.map(({ plugin }) => plugin)
      }
      assert.deepEqual(await found({ kind: 'service' }), ['driver'])
      assert.deepEqual(await found({ category: 'secret' }), ['native'])
      assert.deepEqual(await found({ platform: 'linux_amd64' }), ['native', 'script'])
      assert.deepEqual(await found({ platform: 'linux_amd64' }, 'scr'), ['script'])
      assert.deepEqual(await found({ contract: 'nagios' }), ['script'])
      assert.deepEqual(await found({ contract: 'ocm', platform: 'linux_amd64' }), [])
      assert.deepEqual(await found({ signer: aKey('a').id }), ['driver', 'native', 'script'])
      assert.deepEqual(await found({ signer: aKey('b').id }), [])
      const { counts } = await store.catalog.search('', undefined)
      assert.deepEqual([counts.contract, counts.repo], [{ 'exit-code': 1, nagios: 1, ocm: 1 }, { core: 3 }])
      await seal(store, { plugin: 'script', version: '2.0.0', platforms: ['darwin_arm64'] })
      assert.deepEqual(await found({ platform: 'linux_amd64' }), ['native'], 'of the newest release')
    })

    test('counts of a search show nothing of what whoever asks may not read', async (t) => {
      const store = await withRepo(await openStore(t))
      await addRepo(store, 'hidden', [], 'private')
      await seal(store, { plugin: 'open' })
      const ask = (readable: readonly Name[], query: string) => store.catalog.search(query, undefined, readable)
      const before = [await ask([], ''), await ask([], 'o')]
      await seal(store, { plugin: 'own', repo: 'hidden', manifest: { kind: 'service', category: 'other' } })
      assert.deepEqual([await ask([], ''), await ask([], 'o')], before)
      const { counts, total } = await ask(names(['hidden']), 'o')
      assert.deepEqual([total, counts.repo, counts.kind], [2, { core: 1, hidden: 1 }, { service: 1, tool: 1 }])
    })

    test('what is new is what was published or changed last, of the repos that whoever asks may read', async (t) => {
      const store = await withRepo(await openStore(t))
      for (const [repo, visibility] of [
        ['other', 'public'],
        ['hidden', 'private'],
      ] as const)
        await addRepo(store, repo, [], visibility)
      await seal(store, { version: '1.0.0' })
      await seal(store, { version: '2.0.0' })
      await seal(store, { plugin: 'mine', repo: 'hidden' })
      await seal(store, { plugin: 'theirs', repo: 'other' })
      const { catalog } = store
      const news = async (of: Partial<Parameters<typeof catalog.news>[0]> = {}, readable?: readonly Name[]) =>
        (await catalog.news({ limit: 10, ...of }, readable)).map(
          ({ repo, plugin, version }) => `${repo}/${plugin}@${version}`,
        )
      assert.deepEqual(await news(), ['other/theirs@1.0.0', 'core/hello@2.0.0', 'core/hello@1.0.0'])
      assert.deepEqual(await news({}, names(['hidden'])), [
        ...['other/theirs@1.0.0', 'hidden/mine@1.0.0', 'core/hello@2.0.0', 'core/hello@1.0.0'],
      ])
      assert.deepEqual(await news({ limit: 1, offset: 1 }), ['core/hello@2.0.0'])
      assert.deepEqual(await news({ repo: CORE }), ['core/hello@2.0.0', 'core/hello@1.0.0'])
      assert.deepEqual(await news({ repo: CORE, plugin: 'theirs' as Name }), [])
      assert.deepEqual(await news({ repo: 'hidden' as Name }), [])
      assert.deepEqual(await news({ repo: 'hidden' as Name }, names(['hidden'])), ['hidden/mine@1.0.0'])
      const plugin = { ...describedBy('2.0.0' as Version, 3), at: NOW + 5 }
      await change(
        store,
        { yanked: 'loses files' },
        { decide: (_found, wanted) => ({ ...wanted, plugin }) as StateChange },
      )
      const [first] = await catalog.news({ limit: 1 })
      assert.deepEqual(first, {
        ...{ repo: 'core', plugin: 'hello', version: '1.0.0', publishedAt: NOW, changedAt: NOW + 5, state: 'yanked' },
        ...{ signer: aKey('a').id, yanked: 'loses files', quarantined: null, deprecated: null },
        ...{ kind: 'tool', category: 'health', description: 'Checks that a TCP port answers' },
      })
      assert.match(await catalog.secret(), /^[0-9a-f]{64}$/)
      assert.equal(await catalog.secret(), await catalog.secret())
    })
  })
