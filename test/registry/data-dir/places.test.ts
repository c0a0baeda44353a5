// A disk goes away under a registry that is running, or is made read-only: it says so, acknowledges nothing, and goes on when it is back.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { test } from 'node:test'
import { openDiskBlobs } from '../../../registry/blobs/disk.ts'
import { blobsPath, databasePath, privateTreePath, trashPath } from '../../../registry/data-dir/paths.ts'
import { openSqliteStore } from '../../../registry/db/sqlite/store.ts'
import { fatalIoError } from '../../../registry/fatal.ts'
import { diskTrees } from '../../../registry/tree/disk.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aRelease } from '../../support/builders/test-authority.ts'
import { whyNoDisk } from '../../support/machine/mounted-disk.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'
import { publishRelease } from '../../support/publisher/publish-release.ts'
import { expectCleanFsck } from '../../support/registry/fsck.ts'
import type { TestRegistry } from '../../support/registry/test-registry.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const PLACES = ['blobs/sha256', 'trash', 'uploads', 'staging', 'tree', 'private-staging', 'private-tree']

type Problem = { readonly status: number; readonly code?: string; readonly detail?: string }

async function askReady({ url }: TestRegistry): Promise<Problem> {
  const answer = await fetch(`${url}/readyz`)
  return { ...((await answer.json()) as object), status: answer.status }
}

async function expectUnready(registry: TestRegistry, place: string, problem: RegExp): Promise<void> {
  const { status, code, detail = '' } = await askReady(registry)
  assert.deepEqual([status, code], [500, 'IO_FAILED'], place)
  assert.match(detail, problem, place)
  assert.ok(detail.includes(`\`${place}\``) && !detail.includes(registry.dataDir), detail)
}

test('a registry is not ready while one of its folders is away or another one, and is again when it is back', async (t) => {
  const registry = await startTestRegistry(t)
  for (const place of PLACES) {
    const path = join(registry.dataDir, place)
    renameSync(path, `${path}.away`)
    await expectUnready(registry, place, /is not there any more/)
    mkdirSync(path)
    await expectUnready(registry, place, /is another one than when the registry was started/)
    rmSync(path, { recursive: true })
    for (const [to, problem] of [
      [`${path}.away`, /is reached by a symbolic link/],
      [path, /cannot be looked at: ELOOP/],
    ] as const) {
      symlinkSync(to, path)
      await expectUnready(registry, place, problem)
      rmSync(path)
    }
    renameSync(`${path}.away`, path)
    assert.equal((await askReady(registry)).status, 200, place)
  }
})

test('a link on the way to a folder is one in its place', async (t) => {
  const registry = await startTestRegistry(t)
  const blobs = join(registry.dataDir, 'blobs')
  renameSync(blobs, `${blobs}.away`)
  symlinkSync(`${blobs}.away`, blobs)
  await expectUnready(registry, 'blobs/sha256', /is reached by a symbolic link/)
})

test('a store says which of its own places is away, whoever opened it', async (t) => {
  const dataDir = tempFolder(t)
  const trees = diskTrees({ dataDir })
  await trees.requireInPlace()
  await trees.open()
  const blobs = await openDiskBlobs({ dataDir })
  const metadata = openSqliteStore(databasePath(dataDir))
  t.after(() => metadata.close())
  for (const [store, path] of [
    [metadata.upkeep, databasePath(dataDir)],
    [blobs, blobsPath(dataDir)],
    [trees, privateTreePath(dataDir)],
  ] as const) {
    await store.requireInPlace()
    renameSync(path, `${path}.away`)
    const { message, details } = await expectCodeAsync('IO_FAILED', () => store.requireInPlace())
    assert.match(message, /of the data directory is not there any more/)
    assert.equal(details.place, relative(dataDir, path))
    renameSync(`${path}.away`, path)
    await store.requireInPlace()
  }
})

/** Of a folder onto itself: the same files of the same disk, reached in another way. Gives what undoes it. */
function mountOver(path: string): () => void {
  execFileSync('mount', ['--bind', path, path])
  return () => execFileSync('umount', ['-l', path])
}

/** Modes say nothing to root, a mount does. */
function makeReadOnly(path: string): () => void {
  if (process.getuid?.() !== 0) {
    chmodSync(path, 0o500)
    return () => chmodSync(path, 0o700)
  }
  const undo = mountOver(path)
  execFileSync('mount', ['-o', 'remount,bind,ro', path])
  return undo
}

const isRoot = process.getuid?.() === 0

test('a registry is not ready while one of its folders cannot be written to', {
  skip: isRoot && whyNoDisk(),
}, async (t) => {
  const registry = await startTestRegistry(t)
  for (const place of PLACES) {
    const undo = makeReadOnly(join(registry.dataDir, place))
    try {
      await expectUnready(registry, place, /is on a disk that is mounted read-only|cannot be written to/)
    } finally {
      undo()
    }
    assert.equal((await askReady(registry)).status, 200, place)
  }
})

for (const [place, from, to] of [
  ['blobs', 'uploads', 'blobs/sha256'],
  ['blobs/sha256', 'uploads', 'blobs/sha256'],
  ['uploads', 'uploads', 'blobs/sha256'],
  ['trash', 'trash', 'blobs/sha256'],
  ['tree', 'staging', 'tree'],
  ['private-tree', 'private-staging', 'private-tree'],
] as const)
  test(`a registry does not start with \`${place}\` on a mount of its own, and loses nothing`, {
    skip: whyNoDisk() ?? false,
  }, async (t) => {
    // Otherwise the next start has another port, and renders the tree for that.
    const registry = await startTestRegistry(t, { baseUrl: 'https://plugins.example.com' })
    await publishRelease(registry, await aRelease(registry.key))
    await registry.stop()
    const undo = mountOver(join(registry.dataDir, place))
    try {
      const { message, hint } = await expectCodeAsync('IO_FAILED', () => registry.restart())
      assert.equal(
        message,
        `no file can be renamed from \`${from}\` into \`${to}\` of the data directory: one of them is on another mount`,
      )
      assert.match(hint ?? '', /on one file system/)
    } finally {
      undo()
    }
    const again = await registry.restart()
    assert.equal((await askReady(again)).status, 200)
    await again.stop()
    assert.equal((await expectCleanFsck(registry.dataDir)).versions, 1)
  })

test('what is uploaded into a folder that came in the place of its own counts only once it is in the right one', async (t) => {
  const registry = await startTestRegistry(t)
  const release = await aRelease(registry.key)
  const blobs = join(registry.dataDir, 'blobs')
  renameSync(blobs, `${blobs}.away`)
  mkdirSync(join(blobs, 'sha256'), { recursive: true })
  await assert.rejects(publishRelease(registry, release), /upload answered 500 .*IO_FAILED/)
  rmSync(blobs, { recursive: true })
  writeFileSync(blobs, '')
  await assert.rejects(
    publishRelease(registry, release),
    /upload answered 500 .*`blobs\/sha256`.* is not there any more/,
  )
  const { code, stderr } = await typeOcto(['registry', 'fsck', '--data', registry.dataDir])
  assert.equal(code, 74, stderr)
  rmSync(blobs)
  renameSync(`${blobs}.away`, blobs)
  assert.equal((await publishRelease(registry, release)).status, 201)
  await registry.stop()
  assert.equal((await expectCleanFsck(registry.dataDir)).versions, 1)
})

test('a disk that cannot be trusted ends a registry also while one of its folders is away', async (t) => {
  const registry = await startTestRegistry(t)
  const { services } = registry.serving.registry
  const put = () => Promise.reject(fatalIoError('the disk does not keep what is written', new Error('EIO')))
  Object.assign(services.blobs, { put })
  renameSync(trashPath(registry.dataDir), `${trashPath(registry.dataDir)}.away`)
  await assert.rejects(publishRelease(registry, await aRelease(registry.key)), /upload answered/)
  await until(() => services.refusal() !== undefined)
})
