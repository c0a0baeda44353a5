import assert from 'node:assert/strict'
import { chmod, copyFile, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Tree } from '../../../registry/tree/tree.ts'
import { filesBelow } from '../../support/machine/temp-folder.ts'
import { TreeRegistry } from '../../support/registry/tree-registry.ts'

async function filled(): Promise<{ registry: TreeRegistry; tree: Tree }> {
  const registry = await TreeRegistry.create()
  registry.addRepo()
  await registry.publish('check-tcp', { platforms: ['linux_amd64'] })
  await registry.publish('other', { platforms: ['linux_amd64'] })
  return { registry, tree: await registry.openTree() }
}

async function snapshot(root: string): Promise<Map<string, string>> {
  const paths = filesBelow(root).filter((path) => !/\.(gz|br)$/.test(path))
  return new Map(
    await Promise.all(paths.map(async (path) => [path, await readFile(join(root, path), 'latin1')] as const)),
  )
}

const FOLDER = 'repos/core/check-tcp/1.0.0'
const FILE = `${FOLDER}/check-tcp_1.0.0_linux_amd64`

const damages: Record<string, (root: string) => Promise<unknown>> = {
  'a missing document': (root) => rm(join(root, 'repos/core/check-tcp.json')),
  'a missing variant': (root) => rm(join(root, 'repos/core/check-tcp.yaml.br')),
  'a variant that says something else': async (root) =>
    copyFile(join(root, 'repos/core/other.json.gz'), join(root, 'repos/core/check-tcp.json.gz')),
  'a changed document': (root) => writeFile(join(root, 'repos/core/check-tcp.json'), '{}'),
  'an emptied repo document': (root) => writeFile(join(root, 'repos/core.yaml'), ''),
  'a missing release': (root) => rm(join(root, FOLDER), { recursive: true }),
  'a missing artifact': (root) => rm(join(root, FILE)),
  'an artifact with other bytes': (root) => replaceFile(join(root, FILE), 'evil'),
  'a checksum of something else': (root) => replaceFile(join(root, `${FILE}.sha256`), 'evil'),
  'an artifact that is a link': async (root) => {
    await rm(join(root, FILE))
    await symlink('/etc/passwd', join(root, FILE))
  },
  'a file nobody published': (root) => writeFile(join(root, FOLDER, 'more'), 'x'),
  'a version nobody published': async (root) => {
    await mkdir(join(root, 'repos/core/check-tcp/9.9.9'))
    await writeFile(join(root, 'repos/core/check-tcp/9.9.9/x'), 'x')
  },
  'a plugin nobody published': (root) => writeFile(join(root, 'repos/core/evil.json'), '{}'),
  'a repo nobody created': (root) => mkdir(join(root, 'repos/evil')),
  'a blob nobody published': (root) => writeFile(join(root, 'blobs/sha256', 'a'.repeat(64)), 'x'),
  'a folder nobody knows': (root) => mkdir(join(root, 'more')),
  'no tree at all': async (root) => {
    await rm(root, { recursive: true })
    await mkdir(root)
  },
}

async function replaceFile(path: string, text: string): Promise<void> {
  await rm(path)
  await writeFile(path, text)
}

for (const [name, damage] of Object.entries(damages))
  test(`finds ${name}, changes nothing when only asked, and repairs it when told to`, async () => {
    const { registry, tree } = await filled()
    await using _registry = registry
    const before = await snapshot(registry.root)
    assert.equal((await tree.reconcile({ depth: 'deep', repair: false })).problems, 0)
    await damage(registry.root)
    const damaged = await snapshot(registry.root)
    const report = await tree.reconcile({ depth: 'deep', repair: false })
    assert.ok(report.problems > 0)
    assert.equal(report.repaired, false)
    assert.deepEqual(await snapshot(registry.root), damaged)
    assert.equal((await tree.reconcile({ depth: 'deep', repair: true })).repaired, true)
    assert.deepEqual(await snapshot(registry.root), before)
    assert.equal((await tree.reconcile({ depth: 'deep', repair: false })).problems, 0)
    await tree.close()
  })

test('a start finds by a shallow look what a restored database no longer knows, and what is gone', async () => {
  const { registry, tree } = await filled()
  await using _registry = registry
  await tree.check()
  const before = await snapshot(registry.root)
  await mkdir(join(registry.root, 'repos/core/check-tcp/9.9.9'))
  await rm(join(registry.root, 'repos/core/other.json'))
  await tree.check()
  assert.deepEqual(await snapshot(registry.root), before)
  await tree.close()
})

test('blobs on another file system are copied, and the copies are checked by their bytes', async () => {
  const { registry, tree } = await filled()
  await using _registry = registry
  const path = join(registry.root, FILE)
  await copyFile(path, `${path}.copy`)
  await rename(`${path}.copy`, path)
  assert.equal((await tree.reconcile({ depth: 'deep', repair: false })).problems, 0)
  await chmod(path, 0o644)
  await writeFile(path, (await readFile(path, 'utf8')).replace('echo', 'evil'))
  assert.ok((await tree.reconcile({ depth: 'deep', repair: false })).different > 0)
  await tree.close()
})
