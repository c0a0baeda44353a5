// Blobs on a real disk: what is there, what is gone, and what stands in the way are three different answers.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { openBlobStore } from '../../../registry/blobs/disk.ts'
import { blobsPath, trashPath } from '../../../registry/settings.ts'
import type { Digest } from '../../../schemas/digest.ts'
import { digestOf, hexOf } from '../../../schemas/digest.ts'
import { expectCode } from '../../support/expect-code.ts'
import { filesBelow, tempFolder } from '../../support/temp-folder.ts'

const MiB = 1024 * 1024

async function aStore(t: TestContext) {
  const dataDir = tempFolder(t)
  const blobs = await openBlobStore(dataDir)
  /** A blob as an upload leaves it. */
  const keep = async (bytes: Buffer): Promise<Digest> => {
    const part = join(dataDir, 'part')
    writeFileSync(part, bytes)
    const digest = digestOf(bytes)
    await blobs.adopt(part, digest)
    return digest
  }
  const trashed = (digest: Digest) => join(trashPath(dataDir), hexOf(digest))
  return { dataDir, blobs, keep, trashed }
}

/** Shorter than one read, exactly one, and longer than two. */
for (const size of [0, 1, MiB - 1, MiB, MiB + 1, 2 * MiB + 7])
  test(`a blob of ${size} bytes is read whole, and its chunks stay what they were`, async (t) => {
    const { blobs, keep } = await aStore(t)
    const bytes = Buffer.alloc(size, 'octo plugin ')
    const digest = await keep(bytes)
    const chunks: Buffer[] = []
    for await (const chunk of blobs.read(digest)) {
      assert.ok(chunk.length > 0)
      chunks.push(chunk)
    }
    assert.ok(Buffer.concat(chunks).equals(bytes))
    assert.equal(await blobs.sizeOf(digest), size)
    assert.ok((await blobs.head(digest, 5)).equals(bytes.subarray(0, 5)))
  })

test('an adopted file is gone from where it was, and nobody may write into it', async (t) => {
  const { dataDir, blobs, keep } = await aStore(t)
  const digest = await keep(Buffer.from('kept'))
  assert.deepEqual(filesBelow(dataDir), [`blobs/sha256/${hexOf(digest)}`])
  assert.equal(statSync(blobs.pathOf(digest)).mode & 0o222, 0)
})

test('a discarded blob lies in the trash, and a second time there is nothing to discard', async (t) => {
  const { blobs, keep, trashed } = await aStore(t)
  const digest = await keep(Buffer.from('unused'))
  assert.equal(blobs.discard(digest), true)
  assert.equal(await blobs.sizeOf(digest), undefined)
  assert.equal(readFileSync(trashed(digest), 'utf8'), 'unused')
  assert.equal(blobs.discard(digest), false)
  assert.equal(readFileSync(trashed(digest), 'utf8'), 'unused')
})

test('a blob that cannot be moved to the trash stays where it is, and the failure is not taken for its absence', async (t) => {
  const { blobs, keep, trashed } = await aStore(t)
  const digest = await keep(Buffer.from('unused'))
  mkdirSync(trashed(digest))
  const refused = expectCode('IO_FAILED', () => blobs.discard(digest))
  assert.equal((refused.cause as NodeJS.ErrnoException).code, 'EISDIR')
  assert.equal(await blobs.sizeOf(digest), 6)
})

test('a disk that cannot say whether a blob is there does not say that it is absent', async (t) => {
  const { dataDir, blobs } = await aStore(t)
  assert.equal(await blobs.sizeOf(digestOf('nothing')), undefined)
  rmSync(blobsPath(dataDir), { recursive: true })
  writeFileSync(blobsPath(dataDir), 'no folder')
  await assert.rejects(blobs.sizeOf(digestOf('nothing')), { code: 'ENOTDIR' })
})

test('names that are no digests are listed as strays', async (t) => {
  const { dataDir, blobs, keep } = await aStore(t)
  const digest = await keep(Buffer.from('kept'))
  for (const stray of ['notes.txt', hexOf(digest).toUpperCase(), `${hexOf(digest)}0`])
    writeFileSync(join(blobsPath(dataDir), stray), 'x')
  const listed = await Array.fromAsync(blobs.list())
  assert.deepEqual(
    listed.filter((entry) => typeof entry === 'string'),
    [digest],
  )
  assert.equal(listed.length, 4)
})
