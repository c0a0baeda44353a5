// What every database behind the metadata port promises to those who look, and to the tree that shows what changed.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { MAX_SEARCH_RESULTS } from '../../../registry/db/search-words.ts'
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
  makeRepo,
  NOW,
  seal,
  withRepo,
} from '../../support/registry/metadata-scene.ts'

const names = (texts: readonly string[]) => texts as readonly Name[]

for (const [name, openStore] of Object.entries(METADATA_STORES))
  suite(name, () => {
    test('the plugins of a repo are paged by name', async (t) => {
      const store = await withRepo(await openStore(t))
      await addRepo(store, 'other')
      for (const plugin of ['b', 'd', 'a', 'c']) await seal(store, { plugin })
      await seal(store, { plugin: 'z', repo: 'other' })
      const { catalog } = store
      assert.deepEqual(await catalog.plugins(CORE), ['a', 'b', 'c', 'd'])
      assert.deepEqual(await catalog.plugins(CORE, { limit: 2 }), ['a', 'b'])
      assert.deepEqual(await catalog.plugins(CORE, { after: 'b' as Name, limit: 1 }), ['c'])
      assert.deepEqual(await catalog.plugins(CORE, { after: 'd' as Name }), [])
      assert.deepEqual(await catalog.plugins('nobody' as Name), [])
      assert.deepEqual(await catalog.repoSummaries(10), [
        { name: 'core', visibility: 'public', plugins: 4 },
        { name: 'other', visibility: 'public', plugins: 1 },
      ])
      assert.deepEqual(await catalog.repoSummaries(1), [{ name: 'core', visibility: 'public', plugins: 4 }])
    })

    test('a record holds all releases in the order in which they were published, with their states', async (t) => {
      const store = await withRepo(await openStore(t))
      for (const version of ['2.0.0', '1.0.0', '10.0.0']) await seal(store, { version })
      await change(store, { yanked: 'old', deprecated: 'use 10' })
      const record = await store.catalog.record(CORE, HELLO)
      assert.equal(record?.serial, 4)
      assert.deepEqual(
        record?.releases.map(({ version, state, reason, deprecated }) => [version, state, reason, deprecated]),
        [
          ['2.0.0', 'active', undefined, undefined],
          ['1.0.0', 'yanked', 'old', 'use 10'],
          ['10.0.0', 'active', undefined, undefined],
        ],
      )
      const { bundle, predicate } = aRelease({ plugin: 'hello', version: '2.0.0' })
      const publishedAt = new Date(NOW).toISOString()
      assert.deepEqual(record?.releases[0], { version: '2.0.0', publishedAt, state: 'active', bundle, predicate })
      assert.equal(await store.catalog.record(CORE, 'nothing' as Name), undefined)
      assert.equal(await store.catalog.plugin(CORE, 'nothing' as Name), undefined)
      assert.equal(await store.catalog.release(aReleaseKey('hello', '3.0.0')), undefined)
    })

    test('what is quarantined is not served, and its bytes only as far as others need them', async (t) => {
      const store = await withRepo(await openStore(t))
      const shared = { content: () => 'the same bytes' }
      await seal(store, { version: '1.0.0', ...shared })
      await seal(store, { version: '2.0.0', ...shared })
      const { bundle, predicate } = aRelease({ plugin: 'hello', ...shared })
      const artifact = Object.values(predicate.platforms)[0] ?? bundle
      const served = async () => [
        (await store.catalog.servedVersions(CORE, HELLO)).sort(),
        await store.catalog.isServed(bundle.digest, 'public'),
        await store.catalog.isServed(artifact.digest, 'public'),
      ]
      assert.deepEqual(await served(), [['1.0.0', '2.0.0'], true, true])
      await change(store, { quarantined: 'bad' })
      assert.deepEqual(await served(), [['2.0.0'], false, true])
      await change(store, { quarantined: 'bad' }, { release: aReleaseKey('hello', '2.0.0') })
      assert.deepEqual(await served(), [[], false, false])
      await change(store, { quarantined: null, yanked: 'old' })
      assert.deepEqual(await served(), [['1.0.0'], true, true])
      const states = await store.catalog.versions(CORE, HELLO)
      assert.deepEqual(
        states.sort((a, b) => (a.version < b.version ? -1 : 1)),
        [
          { version: '1.0.0', state: 'yanked' },
          { version: '2.0.0', state: 'quarantined' },
        ],
      )
    })

    test('of the versions that are asked for those are shown that there are, with their artifacts', async (t) => {
      const store = await withRepo(await openStore(t))
      for (const version of ['1.0.0', '2.0.0', '3.0.0']) await seal(store, { version })
      const wanted = ['3.0.0', '9.9.9', '1.0.0'] as Version[]
      const shown = await store.catalog.shownVersions(CORE, HELLO, wanted)
      assert.deepEqual(shown.map(({ version }) => version).sort(), ['1.0.0', '3.0.0'])
      const [first] = shown.filter(({ version }) => version === '1.0.0')
      const { artifacts, ...rest } = first ?? { artifacts: [] }
      assert.deepEqual(Object.keys(rest).sort(), [
        ...['deprecated', 'publishedAt', 'quarantined', 'signer', 'state', 'version', 'yanked'],
      ])
      assert.deepEqual(
        artifacts.map(({ platform }) => platform),
        ['darwin_arm64', 'linux_amd64'],
      )
      assert.deepEqual(await store.catalog.shownVersions(CORE, HELLO, []), [])
    })

    test('a plugin is listed by its newest stable release, or by the best there is', async (t) => {
      const store = await withRepo(await openStore(t))
      for (const version of ['1.0.0', '2.0.0']) await seal(store, { plugin: 'stable', version })
      const preview = { serial: 1, newest: null, describedBy: '1.0.0-rc.1' as Version, at: NOW }
      await seal(store, { plugin: 'preview', version: '1.0.0-rc.1', change: { plugin: preview } })
      const listings = await store.catalog.listings(CORE, names(['preview', 'nothing', 'stable']))
      assert.deepEqual(listings.map(({ plugin, release, stable }) => [plugin, release.version, stable]).sort(), [
        ['preview', '1.0.0-rc.1', false],
        ['stable', '2.0.0', true],
      ])
      assert.deepEqual(await store.catalog.listings(CORE, []), [])
    })

    test('each word of a search begins a word; names come first, and nothing is a command', async (t) => {
      const store = await withRepo(await openStore(t))
      await addRepo(store, 'other')
      const publish = (plugin: string, description: string, repo = 'core') =>
        seal(store, { plugin, repo, manifest: { description } })
      await publish('check-port', 'Looks at a socket')
      await publish('watch-disk', 'Looks whether the port of the disk is free')
      await publish('check-mail', 'Größe der Mailbox')
      await publish('check-port', 'Another one', 'other')
      const search = async (query: string, repo?: Name) =>
        (await store.catalog.search(query, repo)).results.map((found) => `${found.repo}/${found.plugin}`)
      const [found] = (await store.catalog.search('mail', undefined)).results
      assert.deepEqual(found, {
        ...{ repo: 'core', plugin: 'check-mail', kind: 'tool', category: 'health', version: '1.0.0' },
        description: 'Größe der Mailbox',
      })
      assert.deepEqual((await search('por')).sort(), ['core/check-port', 'core/watch-disk', 'other/check-port'])
      assert.equal((await search('port')).at(-1), 'core/watch-disk')
      assert.deepEqual(await search('port', CORE), ['core/check-port', 'core/watch-disk'])
      assert.deepEqual(await search('PORT looks', CORE), ['core/check-port', 'core/watch-disk'])
      assert.deepEqual(await search('port socket'), ['core/check-port'])
      assert.deepEqual(await search('größe'), ['core/check-mail'])
      assert.deepEqual(await search('ort'), [])
      for (const query of ['"', 'port OR mail', 'port*', 'NOT port', 'plugin:check', '(', "'; DROP TABLE plugins"])
        assert.ok(Array.isArray(await search(query)), query)
      assert.deepEqual(await search('port OR mail'), [])
      assert.deepEqual(await search(''), ['core/check-mail', 'core/check-port', 'other/check-port', 'core/watch-disk'])
      await seal(store, { plugin: 'check-mail', version: '2.0.0', manifest: { description: 'Anew' } })
      assert.deepEqual([await search('größe'), await search('anew')], [[], ['core/check-mail']])
    })

    test('of private repos those are searched and summed up that whoever asks may read', async (t) => {
      const store = await withRepo(await openStore(t))
      const [open, hidden, other] = names(['core', 'hidden', 'vault'])
      for (const repo of ['hidden', 'vault']) await addRepo(store, repo, [], 'private')
      const publish = (plugin: string, repo: string, description: string) =>
        seal(store, { plugin, repo, manifest: { description } })
      for (const repo of ['core', 'hidden', 'vault']) await publish('check-port', repo, `for ${repo}`)
      await publish('watch-port', 'hidden', 'for hidden')
      const search = async (query: string, readable: readonly Name[], repo?: Name) =>
        (await store.catalog.search(query, repo, readable)).results.map((found) => `${found.repo}/${found.plugin}`)
      for (const query of ['', 'port', 'for']) {
        assert.deepEqual(await search(query, []), ['core/check-port'], query)
        assert.deepEqual((await store.catalog.search(query, undefined)).results.length, 1)
        for (const repo of [hidden, other]) assert.deepEqual(await search(query, [], repo), [])
        assert.deepEqual(await search(query, names(['vault', 'nobody']), hidden), [])
      }
      const own = ['hidden/check-port', 'hidden/watch-port']
      assert.deepEqual(await search('port', names(['hidden'])), [...own, 'core/check-port'])
      assert.deepEqual(await search('', names(['hidden'])), ['core/check-port', ...own])
      assert.deepEqual(await search('port', names(['hidden']), hidden), own)
      assert.deepEqual(await search('port', names(['hidden']), open), ['core/check-port'])
      const summed = async (readable?: readonly Name[]) =>
        (await store.catalog.repoSummaries(10, readable)).map(({ name: of, visibility }) => `${of} ${visibility}`)
      assert.deepEqual([await summed(), await summed([])], [['core public'], ['core public']])
      assert.deepEqual(await summed(names(['vault'])), ['core public', 'vault private'])
    })

    test('how public plugins are ranked does not show what private ones are about', async (t) => {
      const store = await withRepo(await openStore(t))
      const publish = (plugin: string, description: string, repo = 'core') =>
        seal(store, { plugin, repo, manifest: { description } })
      // The rarer of two words weighs more: here `alpha`, and with the private plugins in the same index `beta`.
      await publish('one', 'alpha beta beta beta')
      await publish('two', 'alpha alpha alpha beta')
      await publish('three', 'beta gamma delta delta')
      for (let index = 0; index < 9; index++) await publish(`other${index}`, 'gamma gamma delta delta')
      const ranked = async () => JSON.stringify(await store.catalog.search('alpha beta', undefined))
      const before = await ranked()
      await addRepo(store, 'hidden', [], 'private')
      for (let index = 0; index < 30; index++) await publish(`p${index}`, 'alpha gamma delta delta', 'hidden')
      assert.equal(await ranked(), before)
    })

    test('a repo that becomes private or public takes its words and bytes along', async (t) => {
      const store = await withRepo(await openStore(t))
      await addRepo(store, 'other')
      const shared = { content: () => 'the same bytes' }
      await seal(store, shared)
      await seal(store, { repo: 'other', ...shared })
      const { predicate, bundle } = aRelease({ plugin: 'hello', ...shared })
      const artifact = Object.values(predicate.platforms)[0] ?? bundle
      const seen = async () => [
        (await store.catalog.search('hello', undefined)).results.map(({ repo }) => repo).sort(),
        await store.catalog.isServed(artifact.digest, 'public'),
        await store.catalog.isServed(artifact.digest, 'private'),
      ]
      assert.deepEqual(await seen(), [['core', 'other'], true, false])
      await makeRepo(store, 'core', 'private')
      assert.deepEqual(await seen(), [['other'], true, true])
      await makeRepo(store, 'other', 'private')
      assert.deepEqual(await seen(), [[], false, true])
      await seal(store, { version: '2.0.0', manifest: { description: 'hello anew' } })
      assert.deepEqual((await seen())[0], [])
      for (const repo of ['core', 'other']) await makeRepo(store, repo, 'public')
      assert.deepEqual(await seen(), [['core', 'other'], true, false])
      assert.deepEqual((await store.catalog.search('anew', undefined)).results.length, 1)
    })

    test('a search gives no more than its limit, and says so', async (t) => {
      const store = await withRepo(await openStore(t))
      const publish = (index: number) => seal(store, { plugin: `p${index}`, platforms: ['linux_amd64'] })
      for (let index = 0; index < MAX_SEARCH_RESULTS; index++) await publish(index)
      const found = async (query: string) => {
        const { results, truncated } = await store.catalog.search(query, undefined)
        return [results.length, truncated]
      }
      assert.deepEqual(
        [await found(''), await found('checks')],
        [
          [MAX_SEARCH_RESULTS, false],
          [MAX_SEARCH_RESULTS, false],
        ],
      )
      await publish(MAX_SEARCH_RESULTS)
      assert.deepEqual(
        [await found(''), await found('checks')],
        [
          [MAX_SEARCH_RESULTS, true],
          [MAX_SEARCH_RESULTS, true],
        ],
      )
    })

    test('rows for the tree come oldest first, stay until they are finished, and go without the others', async (t) => {
      const store = await withRepo(await openStore(t))
      for (const plugin of ['a', 'b', 'c']) await seal(store, { plugin })
      const { outbox } = store
      const rows = await outbox.take(100)
      assert.deepEqual(
        rows.map(({ kind, plugin }) => [kind, plugin]),
        [
          ['repo', null],
          ['plugin', 'a'],
          ['plugin', 'b'],
          ['plugin', 'c'],
        ],
      )
      const ids = rows.map(({ id }) => id)
      assert.deepEqual(
        ids,
        [...ids].sort((a, b) => a - b),
      )
      assert.deepEqual(await outbox.take(2), rows.slice(0, 2))
      assert.deepEqual(await outbox.take(2), rows.slice(0, 2))
      await outbox.finish([ids[0] ?? 0, ids[2] ?? 0])
      await outbox.finish([ids[0] ?? 0])
      await outbox.finish([])
      assert.deepEqual(await outbox.take(100), [rows[1], rows[3]])
      await seal(store, { plugin: 'd' })
      assert.ok(((await outbox.take(100)).at(-1)?.id ?? 0) > (ids[3] ?? 0), 'no number is given twice')
    })
  })
