// Whoever sweeps the tree waits for its turn at every folder, and what the registry shows meanwhile is nothing to sweep away.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { removeExtraFiles } from '../../../registry/tree/extra-files.ts'
import type { TreePlaces } from '../../../registry/tree/show.ts'
import { shardOf } from '../../../static-tree/paths.ts'
import type { TreeStore } from '../../../static-tree/write/store.ts'
import { aName } from '../../support/builders/names.ts'
import { rounds } from '../../support/machine/full-form.ts'
import { openMemoryTree } from '../../support/registry/memory-tree.ts'

/** Of the tree, its repos, and a repo; those behind them are one for each plugin, of which some are tried. */
const FIRST_TURNS = 16
const LATER_TURNS = rounds({ short: 16, full: 1000 })
const FULL = Array.from({ length: 256 }, (_, index) => `plugin-${index}`)

type Growing = { readonly repos: Map<string, readonly string[]>; readonly store: TreeStore }

const growths: Readonly<Record<string, (world: Growing) => Promise<void>>> = {
  'a repo with its first plugin': (world) => show(world, 'late', ['first']),
  'the plugin with which a repo outgrows one document': (world) => show(world, 'core', [...FULL, 'one-more']),
}

for (const [what, grow] of Object.entries(growths))
  test(`${what}, shown while the tree is swept, stays in it`, async () => {
    let turns = 1
    for (let turn = 0; turn < turns; turn += turn < FIRST_TURNS ? 1 : Math.ceil(turns / LATER_TURNS)) {
      const world: Growing = { repos: new Map(), store: openMemoryTree() }
      await show(world, 'core', FULL.slice(0, what.includes('outgrows') ? 256 : 1))
      await world.store.put('repos/evil.json', Buffer.from('{}'))
      let at = 0
      await removeExtraFiles(placesOf(world), {
        withBlobs: true,
        async exclusively(act) {
          if (at++ === turn) await grow(world)
          return act()
        },
      })
      turns = Math.max(turns, at)
      const missing = await Promise.all([...filesOf(world)].map((path) => world.store.stat(path)))
      assert.ok(missing.every(Boolean), `shown in turn ${turn}: ${[...filesOf(world)][missing.indexOf(undefined)]}`)
      assert.equal(await world.store.stat('repos/evil.json'), undefined)
    }
    assert.ok(turns > 5)
  })

/** As a round of the tree does it: the catalog knows of it, and its files are there. */
async function show(world: Growing, repo: string, plugins: readonly string[]): Promise<void> {
  world.repos.set(repo, plugins)
  for (const path of filesOf(world)) await world.store.put(path, Buffer.from('{}'))
}

function* filesOf({ repos }: Growing): Generator<string> {
  for (const [repo, plugins] of repos) {
    yield `repos/${repo}.json`
    for (const plugin of plugins) {
      yield `repos/${repo}/${plugin}.json`
      if (plugins.length > FULL.length) yield `repos/${repo}/_/${shardOf(aName(plugin))}.json`
    }
    yield `repos/${repo}/${plugins.at(-1)}/1.0.0/release.sigstore.json`
  }
}

function placesOf({ repos, store }: Growing): TreePlaces {
  const shards = async (repo: string) => Map.groupBy(repos.get(repo) ?? [], (plugin) => shardOf(aName(plugin)))
  return {
    store,
    visibility: 'public',
    catalog: { shards },
    metadata: {
      repos: { list: async () => [...repos.keys()] },
      catalog: { servedVersions: async () => ['1.0.0'], isServed: async () => true },
    },
    changed: () => undefined,
  } as unknown as TreePlaces
}
