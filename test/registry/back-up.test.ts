// A backup holds all that a registry needs, for this user alone; one that is not whole passes for none.
import assert from 'node:assert/strict'
import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { backUp } from '../../registry/back-up.ts'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'
import { aRelease } from '../support/builders/test-authority.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { typeOcto } from '../support/octo/in-process-octo.ts'
import { publishRelease } from '../support/publisher/publish-release.ts'
import { openMemoryMetadata } from '../support/registry/memory-metadata/metadata.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

async function aScene(t: TestContext) {
  const registry = await startTestRegistry(t)
  assert.equal((await publishRelease(registry, await aRelease(registry.key))).status, 201)
  const folder = join(tempFolder(t), 'backups', 'today')
  const back = (...words: string[]) => typeOcto(['registry', 'backup', folder, '--data', registry.dataDir, ...words])
  return { registry, folder, back }
}

test('a backup beside a running registry is whole, closed to others, and serves under the address that was told', async (t) => {
  const { registry, folder, back } = await aScene(t)
  writeFileSync(join(registry.dataDir, 'base-url'), 'https://plugins.example.com/octo\n')
  writeFileSync(join(registry.dataDir, 'component-domain'), 'plugins.example.com\n')
  const { code, stdout, stderr } = await back('--json')
  assert.equal(code, 0, stderr)
  const { versions, problems } = JSON.parse(stdout)
  assert.deepEqual([versions, problems], [1, []])
  for (const name of ['base-url', 'component-domain'])
    assert.equal(readFileSync(join(folder, name), 'utf8'), readFileSync(join(registry.dataDir, name), 'utf8'))
  assert.equal(statSync(folder).mode & 0o777, 0o700)
  for (const name of ['octo.db', 'audit-head.json']) assert.equal(statSync(join(folder, name)).mode & 0o077, 0, name)
  assert.equal((await typeOcto(['registry', 'fsck', '--data', folder])).code, 0)
})

test('a folder that holds something is no place for a backup, and stays as it is', async (t) => {
  const { folder, back } = await aScene(t)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'notes'), 'mine')
  const { code, stderr } = await back()
  assert.equal(code, 73)
  assert.match(stderr, /is not empty, it holds `notes`/)
  assert.deepEqual(readdirSync(folder), ['notes'])
})

test('a folder that octo clears by itself is no place for a backup, by whatever way it is named', async (t) => {
  const { registry } = await aScene(t)
  const link = join(tempFolder(t), 'data')
  symlinkSync(registry.dataDir, link)
  for (const place of ['uploads', 'trash', 'tree', 'private-tree', 'staging', 'blobs'])
    for (const folder of [join(registry.dataDir, place, 'today'), join(link, place, 'today')]) {
      const { code, stderr } = await typeOcto(['registry', 'backup', folder, '--data', registry.dataDir])
      assert.equal(code, 64, folder)
      assert.match(stderr, /where octo keeps only what it has made itself/)
      assert.equal(existsSync(folder), false)
    }
})

const HARMS = {
  missing: (path: string) => rmSync(path),
  damaged: (path: string) => {
    chmodSync(path, 0o600)
    writeFileSync(path, 'other bytes')
  },
  unreadable: (path: string) => {
    rmSync(path)
    mkdirSync(path)
  },
}

for (const [name, harm] of Object.entries(HARMS))
  test(`a backup of a registry with ${name} bytes is said to be no whole one`, async (t) => {
    const { registry, folder, back } = await aScene(t)
    const [blob = ''] = globSync('blobs/sha256/*', { cwd: registry.dataDir })
    harm(join(registry.dataDir, blob))
    const { code, stdout, stderr } = await back()
    assert.equal(code, 1)
    assert.match(stdout, /PROBLEM blob-missing sha256:/)
    assert.match(stderr, /is no whole backup/)
    assert.equal(globSync('blobs/sha256/*', { cwd: folder }).length, 1)
  })

test('a backup that broke off holds no registry', async (t) => {
  const { registry, folder, back } = await aScene(t)
  const { services } = registry.serving.registry
  const blobs = { ...services.blobs, open: () => broken() }
  await assert.rejects(backUp({ ...services, blobs }, folder), /the disk is full/)
  assert.equal(existsSync(join(folder, 'octo.db')), false)
  assert.equal((await typeOcto(['registry', 'repo', 'list', '--data', folder])).code, 66)
  assert.equal((await back()).code, 73)
})

// biome-ignore lint/correctness/useYield: it ends before its first bytes
async function* broken(): AsyncGenerator<Buffer> {
  throw new Error('the disk is full')
}

test('a registry whose rows lie in no file is told that it gets no backup so, and nothing is made', async (t) => {
  const registry = await startTestRegistry(t, { metadata: openMemoryMetadata() })
  const folder = join(tempFolder(t), 'backups')
  const refusal = await expectCodeAsync('USAGE', () => backUp(registry.serving.registry.services, folder))
  assert.match(refusal.message, /lies in no file/)
  assert.equal(existsSync(folder), false)
})
