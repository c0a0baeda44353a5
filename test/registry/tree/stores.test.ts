// The tree of a registry needs nothing of its store but what the port promises: in memory it becomes what it is on the disk,
// and is looked over and repaired there in the same way.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTree } from '../../../registry/tree/tree.ts'
import { readDiskTree } from '../../../static-tree/write/disk.ts'
import type { TreeReader, TreeStore } from '../../../static-tree/write/store.ts'
import { openMemoryTree } from '../../support/registry/memory-tree.ts'
import { TreeRegistry } from '../../support/registry/tree-registry.ts'

const BASE = 'https://plugins.example.com'
const LIMITS = { documentBytes: 3000 }

async function filled(): Promise<TreeRegistry> {
  const registry = await TreeRegistry.create()
  registry.addRepo()
  for (let at = 0; at < 12; at++) await registry.publish('check-tcp', { version: `1.${at}.0`, platforms: ['any'] })
  await registry.publish('other', { platforms: ['linux_amd64'] })
  await registry.publish('bad', { platforms: ['linux_amd64'] })
  registry.setState('bad', '1.0.0', 'quarantined', 'malware')
  registry.setState('check-tcp', '1.0.0', 'yanked', 'old')
  return registry
}

/** Every file by path. */
async function contentOf(tree: TreeReader, folder = ''): Promise<Record<string, string>> {
  const content: Record<string, string> = {}
  for (const { name, kind } of await tree.list(folder)) {
    const path = folder === '' ? name : `${folder}/${name}`
    if (kind === 'folder') Object.assign(content, await contentOf(tree, path))
    else content[path] = (await tree.read(path)).toString('latin1')
  }
  return Object.fromEntries(Object.entries(content).sort(([one], [two]) => (one < two ? -1 : 1)))
}

test('a tree in memory holds, byte for byte, what a tree on the disk holds', async () => {
  await using registry = await filled()
  const store = openMemoryTree()
  const inMemory = await openTree({ ...(await registry.treeDeps(BASE, LIMITS)), store })
  const onDisk = await registry.openTree(BASE, LIMITS)
  await onDisk.reconcile({ depth: 'quick', repair: true })
  const content = await contentOf(store)
  assert.deepEqual(content, await contentOf(readDiskTree(registry.root)))
  assert.ok('repos/core/check-tcp/_/1.json' in content && !Object.keys(content).some((path) => path.includes('/bad/')))
  assert.equal((await inMemory.reconcile({ depth: 'deep', repair: false })).problems, 0)
  await inMemory.close()
  await onDisk.close()
})

const FILE = 'repos/core/other/1.0.0/other_1.0.0_linux_amd64'
const DAMAGES: Readonly<Record<string, (store: TreeStore) => Promise<void>>> = {
  'a missing document': (store) => store.delete('repos/core/other.json'),
  'a missing variant': (store) => store.delete('repos/core.yaml.br'),
  'a missing page': (store) => store.delete('repos/core/check-tcp/_/1.json'),
  'a changed document': (store) => store.put('repos/core.json', Buffer.from('{}')),
  'a missing release': (store) => store.delete('repos/core/other/1.0.0'),
  'an artifact with other bytes': (store) => store.put(FILE, Buffer.from('evil')),
  'a missing checksum': (store) => store.delete(`${FILE}.sha256`),
  'a file nobody published': (store) => store.put('repos/core/other/1.0.0/more', Buffer.from('x')),
  'a plugin nobody published': (store) => store.put('repos/core/evil.json', Buffer.from('{}')),
  'a blob nobody published': (store) => store.put(`blobs/sha256/${'a'.repeat(64)}`, Buffer.from('x')),
  'no tree at all': async (store) => {
    for (const { name } of await store.list('')) await store.delete(name)
  },
}

for (const [what, damage] of Object.entries(DAMAGES))
  test(`in memory, ${what} is found, left alone when only asked, and repaired when told to`, async () => {
    await using registry = await filled()
    const store = openMemoryTree()
    const tree = await openTree({ ...(await registry.treeDeps(BASE, LIMITS)), store })
    const before = await contentOf(store)
    await damage(store)
    const damaged = await contentOf(store)
    assert.ok((await tree.reconcile({ depth: 'deep', repair: false })).problems > 0)
    assert.deepEqual(await contentOf(store), damaged)
    assert.equal((await tree.reconcile({ depth: 'deep', repair: true })).repaired, true)
    assert.deepEqual(await contentOf(store), before)
    await tree.close()
  })
