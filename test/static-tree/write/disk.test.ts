// What a static tree on the disk promises beyond the contract of all stores: links, no traces, and errors that say enough.
import assert from 'node:assert/strict'
import {
  existsSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { digestOf, hexOf } from '../../../schemas/digest.ts'
import { blobPath } from '../../../static-tree/paths.ts'
import type { DiskTree } from '../../../static-tree/write/disk.ts'
import { openDiskTree, readDiskTree } from '../../../static-tree/write/disk.ts'
import { putDocument } from '../../../static-tree/write/document.ts'
import { filesBelow, tempFolder } from '../../support/machine/temp-folder.ts'

const blob = { digest: digestOf('bytes'), size: 5, read: () => [] as never }

function aScene(t: TestContext) {
  const folder = tempFolder(t)
  const blobs = join(folder, 'blobs')
  mkdirSync(blobs)
  writeFileSync(join(blobs, hexOf(blob.digest)), 'bytes')
  const [root, staging] = [join(folder, 'tree'), join(folder, 'staging')]
  const blobFile: DiskTree['blobFile'] = (digest) => join(blobs, hexOf(digest))
  const open = (more: Partial<DiskTree> = {}) => openDiskTree({ root, staging, blobFile, ...more })
  return { folder, root, staging, truth: join(blobs, hexOf(blob.digest)), open }
}

test('bytes are stored once: their file, their digest and the names in folders are one inode', async (t) => {
  const { root, truth, open } = aScene(t)
  const store = await open()
  await store.putBlob(blob)
  await store.putFolder('release', new Map([['file', { digest: blob.digest }]]))
  for (const path of [blobPath(blob.digest), 'release/file'])
    assert.equal(statSync(join(root, path)).ino, statSync(truth).ino, path)
})

test('a link to bytes counts without being read, but not when the bytes themselves are gone', async (t) => {
  const { truth, open } = aScene(t)
  const store = await open()
  await store.putBlob(blob)
  const other = { digest: blob.digest, size: 99 }
  assert.equal(await store.holds(blobPath(blob.digest), other), true)
  rmSync(truth)
  assert.equal(await store.holds(blobPath(blob.digest), blob), false)
  await assert.rejects(store.putBlob(blob), { code: 'ENOENT' })
})

test('putting a file never writes through a link or a second name that stands in its place', async (t) => {
  const { folder, root, truth, open } = aScene(t)
  const store = await open()
  await store.putBlob(blob)
  await store.put(blobPath(blob.digest), Buffer.from('other'))
  assert.equal(readFileSync(truth, 'utf8'), 'bytes')
  writeFileSync(join(folder, 'outside'), 'mine')
  symlinkSync(join(folder, 'outside'), join(root, 'a.json'))
  assert.equal((await store.stat('a.json'))?.kind, 'other')
  await store.put('a.json', Buffer.from('{}'))
  assert.equal(readFileSync(join(folder, 'outside'), 'utf8'), 'mine')
  assert.equal((await store.stat('a.json'))?.kind, 'file')
})

test('a link is neither followed when bytes are compared nor when a folder goes', async (t) => {
  const { folder, root, open } = aScene(t)
  const store = await open()
  await store.put('repos/x.json', Buffer.from('{}'))
  mkdirSync(join(folder, 'outside'))
  writeFileSync(join(folder, 'outside/file'), 'bytes')
  symlinkSync(join(folder, 'outside/file'), join(root, 'repos/file'))
  symlinkSync(join(folder, 'outside'), join(root, 'repos/folder'))
  const asLongAsItsName = join(folder, 'outside/file').length
  assert.equal(await store.holds('repos/file', { ...blob, size: asLongAsItsName }), false)
  await store.delete('repos')
  assert.equal(readFileSync(join(folder, 'outside/file'), 'utf8'), 'bytes')
})

test('what is unfinished lies outside the tree, private, and goes with the next start', async (t) => {
  const { root, staging, open } = aScene(t)
  const store = await open()
  assert.equal(statSync(staging).mode & 0o777, 0o700)
  const missing = new Map([['file', { digest: digestOf('nowhere') }]])
  await assert.rejects(store.putFolder('release', missing), { code: 'ENOENT' })
  assert.equal(existsSync(join(root, 'release')), false)
  writeFileSync(join(staging, 'left by a crash'), 'x')
  const next = await open()
  assert.deepEqual(filesBelow(staging), [])
  await next[Symbol.asyncDispose]()
  assert.equal(existsSync(staging), false)
})

test('bytes that are not those of their digest leave nothing half written', async (t) => {
  const { folder, staging } = aScene(t)
  const store = await openDiskTree({ root: join(folder, 'tree'), staging })
  const other = { ...blob, read: () => Readable.from([Buffer.from('other')]) }
  await assert.rejects(store.putBlob(other), { code: 'DIGEST_MISMATCH' })
  assert.deepEqual(filesBelow(staging), [])
})

test('a document with a link in the place of a variant is written anew', async (t) => {
  const { folder, root, open } = aScene(t)
  const store = await open()
  const document = { path: 'a.json', bytes: '{}' }
  await putDocument(store, document)
  const variant = join(root, 'a.json.gz')
  const { atime, mtime } = statSync(variant)
  renameSync(variant, join(folder, 'outside'))
  symlinkSync(join(folder, 'outside'), variant)
  lutimesSync(variant, atime, mtime)
  assert.equal(await putDocument(store, document), true)
  assert.equal((await store.stat('a.json.gz'))?.kind, 'file')
})

test('looking at a tree makes neither it nor anything beside it', async (t) => {
  const { folder, root } = aScene(t)
  const reader = readDiskTree(root)
  assert.deepEqual(await reader.list(''), [])
  assert.equal(await reader.stat('repos'), undefined)
  assert.equal(reader.nameOf('repos/core.json'), join(root, 'repos/core.json'))
  assert.deepEqual(filesBelow(folder), [`blobs/${hexOf(blob.digest)}`])
  assert.equal(existsSync(root), false)
})

test('every failed write is explained by the owner of the tree', async (t) => {
  const { root, staging, truth, open } = aScene(t)
  const explained = new Error('the disk of the registry data')
  const store = await open({ explain: () => explained })
  mkdirSync(root)
  writeFileSync(join(root, 'file'), 'in the way')
  const expected = (error: unknown) => error === explained
  await assert.rejects(store.put('file/x.json', Buffer.from('{}')), expected)
  await assert.rejects(store.putFolder('file/x', new Map()), expected)
  await assert.rejects(store.delete('file/x'), expected)
  rmSync(truth)
  await assert.rejects(store.putBlob(blob), expected)
  rmSync(staging, { recursive: true })
  await assert.rejects(store.put('x.json', Buffer.from('{}')), expected)
  await assert.rejects(store.putFolder('x', new Map()), expected)
})

test('only what is missing counts as nothing: what cannot be looked at is an error, as its owner explains it', async (t) => {
  const { root, open } = aScene(t)
  const explained = new Error('explained')
  const store = await open({ explain: () => explained })
  mkdirSync(root, { recursive: true })
  writeFileSync(join(root, 'file'), '')
  for (const missing of ['none', 'none/deeper', 'file/deeper'])
    assert.deepEqual([await store.stat(missing), await store.list(missing)], [undefined, []], missing)
  symlinkSync('circle', join(root, 'circle'))
  for (const look of [() => store.list('circle'), () => store.stat('circle/file'), () => store.list('x'.repeat(300))])
    await assert.rejects(look, explained)
  await assert.rejects(readDiskTree(root).list('circle'), { code: 'ELOOP' })
})
