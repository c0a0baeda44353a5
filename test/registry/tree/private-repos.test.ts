import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { changeVisibility, createRepo } from '../../../registry/admin/repos.ts'
import { openTree } from '../../../registry/tree/tree.ts'
import { hexOf } from '../../../schemas/digest.ts'
import type { Name } from '../../../schemas/name.ts'
import type { ReleaseRecord } from '../../../static-tree/record.ts'
import type { TreeStore } from '../../../static-tree/write/store.ts'
import { TreeRegistry } from '../../support/registry/tree-registry.ts'

const CORE = 'core' as Name
const HIDDEN = 'hidden' as Name
const SHARED = { content: () => 'the same bytes' }

async function aScene(t: TestContext) {
  const registry = await TreeRegistry.create()
  t.after(() => registry[Symbol.asyncDispose]())
  registry.addRepo('core')
  registry.addRepo('hidden', 'private')
  const there = (tree: 'tree' | 'private-tree', path: string) => existsSync(join(registry.dataDir, tree, path))
  const set = (repo: Name, visibility: 'public' | 'private') =>
    changeVisibility({ metadata: registry.metadata, clock: () => 1 }, repo, visibility)
  return { registry, there, set }
}

const blobOf = ({ predicate }: ReleaseRecord) => {
  const [artifact] = Object.values(predicate.platforms)
  return `blobs/sha256/${hexOf(artifact?.digest ?? assert.fail())}`
}

test('each repo stands in the tree of those who may read it, and bytes that two hold in both', async (t) => {
  const { registry, there, set } = await aScene(t)
  const open = await registry.publish('hello', SHARED)
  await registry.publish('hello', { repo: 'hidden', ...SHARED })
  const own = await registry.publish('other', { repo: 'hidden', content: () => 'hidden bytes' })
  const tree = await registry.openTree()
  const seen = () => [
    there('tree', 'repos/core/hello.json'),
    there('tree', 'repos/hidden.json') || there('tree', 'repos/hidden') || there('tree', blobOf(own)),
    there('tree', blobOf(open)),
    there('private-tree', 'repos/hidden/hello.json') && there('private-tree', blobOf(own)),
    there('private-tree', blobOf(open)),
    there('private-tree', '.well-known') || there('private-tree', 'repos/core'),
  ]
  assert.deepEqual(seen(), [true, false, true, true, true, false])
  await set(CORE, 'private')
  await set(HIDDEN, 'public')
  await tree.drain()
  assert.deepEqual(
    ['repos/core.json', 'repos/core', 'repos/hidden/other.json', blobOf(own), blobOf(open)].map((path) => [
      there('tree', path),
      there('private-tree', path),
    ]),
    [
      [false, true],
      [false, true],
      [true, false],
      [true, false],
      [true, true],
    ],
  )
  assert.deepEqual((await tree.reconcile({ depth: 'deep', repair: false })).findings, [])
  await tree.close()
})

test('what a stop in the middle left of a repo that became private is gone before the next start answers', async (t) => {
  const { registry, there, set } = await aScene(t)
  const release = await registry.publish('hello')
  const before = await registry.openTree()
  await before.close()
  await set(CORE, 'private')
  assert.ok(there('tree', 'repos/core/hello.json'))
  const tree = await registry.openTree()
  for (const path of ['repos/core.json', 'repos/core.json.gz', 'repos/core', blobOf(release)])
    assert.ok(!there('tree', path), path)
  assert.ok(there('private-tree', 'repos/core/hello.json'))
  await tree.close()
})

test('a look over the tree that began before a repo became private does not show it to everybody again', async (t) => {
  const { registry, there, set } = await aScene(t)
  await registry.publish('hello')
  const deps = await registry.treeDeps()
  const { repos } = registry.metadata
  // The list as it was read before.
  const stale: typeof repos = { ...repos, list: async (visibility) => (visibility === 'public' ? [CORE] : [HIDDEN]) }
  const tree = await openTree({ ...deps, metadata: { ...registry.metadata, repos: stale } })
  await set(CORE, 'private')
  await tree.drain()
  assert.ok(!there('tree', 'repos/core'))
  for (const depth of ['shallow', 'quick', 'deep'] as const) await tree.reconcile({ depth, repair: true })
  assert.ok(!there('tree', 'repos/core') && !there('tree', 'repos/core.json'))
  await tree.close()
})

test('a repo that is private from the beginning never stood in the tree for everybody', async (t) => {
  const { registry, there } = await aScene(t)
  const tree = await registry.openTree()
  const name = 'later' as Name
  await createRepo({ metadata: registry.metadata, clock: () => 1 }, name, { keys: [], visibility: 'private' })
  await registry.publish('hello', { repo: 'later' })
  const changes: string[] = []
  tree.onChange((path, visibility) => void (visibility === 'public' && changes.push(path)))
  await tree.drain()
  assert.deepEqual(changes, [])
  assert.ok(there('private-tree', 'repos/later/hello.json'))
  await tree.close()
})

type Refusal = 'before it is gone' | 'behind it'

/** A disk that refuses to take away one path, or says so once it has. */
function refusing(store: TreeStore, path: () => string | undefined, when: Refusal): TreeStore {
  return {
    ...store,
    async delete(asked) {
      if (asked !== path()) return store.delete(asked)
      if (when === 'behind it') await store.delete(asked)
      throw new Error(`refused: ${asked}`)
    },
  }
}

const REFUSED: readonly (readonly [path: string, when: Refusal])[] = [
  ['repos/core', 'before it is gone'],
  ['repos/core', 'behind it'],
  ['repos/core.json', 'before it is gone'],
  ['repos/core.yaml', 'behind it'],
]

test(`what the disk does not let go of keeps nothing else in sight, is answered from no memory, and is told until it is gone (${REFUSED.length})`, async (t) => {
  for (const [path, when] of REFUSED) {
    const { registry, there, set } = await aScene(t)
    const release = await registry.publish('hello')
    const deps = await registry.treeDeps()
    let refused: string | undefined
    const tree = await openTree({ ...deps, store: refusing(deps.store, () => refused, when) })
    const forgotten = new Set<string>()
    tree.onChange((changed, visibility) => void (visibility === 'public' && forgotten.add(changed)))
    assert.equal(tree.showsTooMuch(), false)
    refused = path
    await set(CORE, 'private')
    await assert.rejects(tree.drain(), /refused: /)
    assert.equal(tree.showsTooMuch(), true, path)
    for (const other of ['repos/core', 'repos/core.json', 'repos/core.yaml', blobOf(release)])
      assert.equal(there('tree', other), other === path && when === 'before it is gone', other)
    assert.ok(forgotten.has(path) || forgotten.has(`${path}/`), path)
    refused = undefined
    await tree.drain()
    assert.deepEqual([there('tree', path), tree.showsTooMuch()], [false, false])
    await tree.close()
  }
})

test('a quarantined release that the disk does not let go of is told, and answered from no memory', async (t) => {
  const { registry } = await aScene(t)
  await registry.publish('hello')
  const deps = await registry.treeDeps()
  let refused: string | undefined
  const tree = await openTree({ ...deps, store: refusing(deps.store, () => refused, 'behind it') })
  const forgotten = new Set<string>()
  tree.onChange((changed) => void forgotten.add(changed))
  refused = 'repos/core/hello/1.0.0'
  registry.setState('hello', '1.0.0', 'quarantined', 'malware')
  await assert.rejects(tree.drain(), /refused: /)
  assert.deepEqual([tree.showsTooMuch(), forgotten.has(`${refused}/`)], [true, true])
  refused = undefined
  await tree.drain()
  assert.equal(tree.showsTooMuch(), false)
  await tree.close()
})

test('what cannot be shown is no release that is shown too long', async (t) => {
  const { registry } = await aScene(t)
  const deps = await registry.treeDeps()
  let isFull = false
  const put: TreeStore['put'] = async (...given) => {
    if (isFull) throw new Error('full')
    await deps.store.put(...given)
  }
  const tree = await openTree({ ...deps, store: { ...deps.store, put } })
  isFull = true
  await registry.publish('hello')
  await assert.rejects(tree.drain(), /full/)
  assert.equal(tree.showsTooMuch(), false)
  isFull = false
  await tree.drain()
  await tree.close()
})

test('a folder that cannot be looked into is not taken for an empty one', async (t) => {
  const { registry, there, set } = await aScene(t)
  await registry.publish('hello')
  const deps = await registry.treeDeps()
  let isShort = false
  const list: TreeStore['list'] = async (path) => {
    if (isShort) throw new Error('EMFILE')
    return deps.store.list(path)
  }
  const tree = await openTree({ ...deps, store: { ...deps.store, list } })
  isShort = true
  await set(CORE, 'private')
  await assert.rejects(tree.drain(), /EMFILE/)
  assert.equal(tree.showsTooMuch(), true)
  isShort = false
  await tree.drain()
  assert.ok(!there('tree', 'repos/core'))
  await tree.close()
})
