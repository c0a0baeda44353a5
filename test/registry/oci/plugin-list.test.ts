import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MetadataStore } from '../../../registry/db/store.ts'
import { PluginLists } from '../../../registry/oci/plugin-list.ts'
import type { Name } from '../../../schemas/name.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { openMemoryMetadata } from '../../support/registry/memory-metadata/metadata.ts'
import { aReleaseKey, CORE, change, seal, withRepo } from '../../support/registry/metadata-scene.ts'

const OCM = { manifest: { protocol: 'ocm' as const } }

async function listed(lists: PluginLists, repo: Name = CORE) {
  const { version, rendered } = await lists.render(repo)
  const { component } = JSON.parse(rendered.descriptor.bytes.toString())
  type Reference = { name: string; version: string; componentName: string; labels: { name: string; value: unknown }[] }
  const references = component.componentReferences as Reference[]
  return { version, references, names: references.map((each) => `${each.name} ${each.version}`) }
}

const listsOf = ({ catalog }: MetadataStore, maxReferences?: number) =>
  new PluginLists(catalog, { domain: 'acme.org', ...(maxReferences === undefined ? {} : { maxReferences }) })

test('a list names each version that `ocm` may choose, with what it shows, and counts its changes', async () => {
  const store = await withRepo(openMemoryMetadata())
  const lists = listsOf(store)
  assert.deepEqual(await listed(lists), { version: '1.0.0', references: [], names: [] })
  for (const version of ['1.0.0', '1.10.0', '1.9.0']) await seal(store, { ...OCM, version })
  await seal(store, { ...OCM, plugin: 'a' })
  await seal(store, { plugin: 'no-ocm-plugin' })
  const { version, references, names } = await listed(lists)
  assert.equal(version, '1.0.5')
  assert.deepEqual(names, ['n_a 1.0.0', 'hello 1.10.0', 'hello 1.9.0', 'hello 1.0.0'])
  assert.deepEqual(references[1], {
    name: 'hello',
    componentName: 'acme.org/core/hello',
    version: '1.10.0',
    labels: [
      {
        name: 'ocm.software/pluginInfo',
        value: { description: 'Checks that a TCP port answers', platforms: ['darwin/arm64', 'linux/amd64'] },
      },
    ],
  })
  await change(store, { yanked: 'old' }, { release: aReleaseKey('hello', '1.9.0') })
  await change(store, { deprecated: 'use 1.10' })
  await change(store, { quarantined: 'bad' }, { release: aReleaseKey('a') })
  const after = await listed(lists)
  assert.deepEqual([after.version, after.names], ['1.0.8', ['hello 1.10.0', 'hello 1.0.0']])
  const [shown] = (after.references[1]?.labels ?? []).map(({ value }) => value as { description: string })
  assert.equal(shown?.description, 'Checks that a TCP port answers (deprecated: use 1.10)')
  assert.deepEqual(await listed(listsOf(store)), after)
})

test('a list shows one moment: what is published while it is read is in it or is not, and its version says which', async () => {
  const store = await withRepo(openMemoryMetadata())
  for (const plugin of ['alpha', 'beta']) await seal(store, { ...OCM, plugin })
  let publishes = 0
  const offered: MetadataStore['catalog']['offered'] = async (repo, plugins) => {
    const found = await store.catalog.offered(repo, plugins)
    publishes++
    if (publishes <= 2) await seal(store, { ...OCM, plugin: 'alpha', version: `2.0.${publishes}` })
    return found
  }
  const { version, names } = await listed(new PluginLists({ ...store.catalog, offered }, { domain: 'acme.org' }))
  assert.deepEqual([version, names], ['1.0.4', ['alpha 2.0.2', 'alpha 2.0.1', 'alpha 1.0.0', 'beta 1.0.0']])
  const restless: typeof offered = async (repo, plugins) => {
    publishes++
    await seal(store, { ...OCM, plugin: 'alpha', version: `3.0.${publishes}` })
    return store.catalog.offered(repo, plugins).then((found) => found.map((each) => ({ ...each, serial: 0 })))
  }
  const lists = new PluginLists({ ...store.catalog, offered: restless }, { domain: 'acme.org' })
  await expectCodeAsync('STORE_BUSY', () => lists.render(CORE))
})

test('a list is made once for all who ask while nothing changes, whatever tag or digest they guess', async () => {
  const store = await withRepo(openMemoryMetadata())
  await seal(store, OCM)
  const lists = listsOf(store)
  const first = await lists.render(CORE)
  assert.equal((await lists.render(CORE)).rendered, first.rendered)
  await change(store, { deprecated: 'old' })
  const changed = await lists.render(CORE)
  assert.notEqual(changed.rendered, first.rendered)
  assert.equal(changed.version, '1.0.2')
  assert.equal((await lists.render(CORE)).rendered, changed.rendered)
})

test('a list that would be too long names the newest version of each plugin, or is refused', async () => {
  const store = await withRepo(openMemoryMetadata())
  for (const plugin of ['alpha', 'beta'])
    for (const version of ['1.0.0', '2.0.0', '3.0.0-rc.1']) await seal(store, { ...OCM, plugin, version })
  await seal(store, { ...OCM, plugin: 'gamma', version: '1.0.0-rc.1' })
  assert.equal((await listed(listsOf(store, 7))).names.length, 7)
  assert.deepEqual((await listed(listsOf(store, 6))).names, ['alpha 2.0.0', 'beta 2.0.0', 'gamma 1.0.0-rc.1'])
  await expectCodeAsync('LIMIT_EXCEEDED', () => listsOf(store, 2).render(CORE))
})
