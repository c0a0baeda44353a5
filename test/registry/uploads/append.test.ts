// A part is a plain file with one name; whatever else stands in its place is neither followed nor written into.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { linkSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { uploadsPath } from '../../../registry/data-dir/paths.ts'
import { appendToPart } from '../../../registry/uploads/append.ts'
import { openPrefixHashes } from '../../../registry/uploads/prefix-hashes.ts'
import type { UploadPart } from '../../../registry/uploads/upload-area.ts'
import { openUploadArea } from '../../../registry/uploads/upload-area.ts'
import { digestOf, hexOf } from '../../../schemas/digest.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const BYTES = Buffer.from('promised bytes')
const PART: UploadPart = { session: 's1', digest: digestOf(BYTES), size: BYTES.length }

async function* chunksOf(...chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks
}

function aPlace(t: TestContext) {
  const dataDir = tempFolder(t)
  const path = join(uploadsPath(dataDir), PART.session, `${hexOf(PART.digest)}.part`)
  mkdirSync(dirname(path), { recursive: true })
  const append = (chunks: AsyncIterable<Buffer>, offset = 0) =>
    appendToPart({ path, promised: PART, offset, chunks, hashes: openPrefixHashes() })
  return { dataDir, path, append }
}

test('a part is complete with its last promised byte', async (t) => {
  const { path, append } = aPlace(t)
  assert.equal(await append(chunksOf(BYTES.subarray(0, 4))), false)
  assert.equal(await append(chunksOf(BYTES.subarray(4)), 4), true)
  assert.ok(readFileSync(path).equals(BYTES))
})

test('a link in the place of a part is not followed', async (t) => {
  const { dataDir, path, append } = aPlace(t)
  const target = join(dataDir, 'target')
  writeFileSync(target, '')
  symlinkSync(target, path)
  await assert.rejects(append(chunksOf(BYTES)), { code: 'ELOOP' })
  assert.equal(readFileSync(target, 'utf8'), '')
})

test('a file with a second name is left as it is, and the part begins anew', async (t) => {
  const { dataDir, path, append } = aPlace(t)
  const published = join(dataDir, 'published')
  writeFileSync(published, 'sealed bytes')
  linkSync(published, path)
  await expectCodeAsync('UPLOAD_OFFSET_MISMATCH', () => append(chunksOf(BYTES), 12))
  rmSync(path)
  linkSync(published, path)
  assert.equal(await append(chunksOf(BYTES)), true)
  assert.equal(readFileSync(published, 'utf8'), 'sealed bytes')
  assert.ok(readFileSync(path).equals(BYTES))
})

test('a place where no part can be made fails with the reason of the system', async (t) => {
  const { path, append } = aPlace(t)
  mkdirSync(path)
  await assert.rejects(append(chunksOf(BYTES)), { code: 'EISDIR' })
})

test('a disk that cannot say how much of a part is here does not say that nothing is', async (t) => {
  const dataDir = tempFolder(t)
  const area = await openUploadArea(dataDir)
  assert.equal(await area.peek(PART), 0)
  writeFileSync(join(uploadsPath(dataDir), PART.session), 'no folder')
  for (const look of [area.peek, area.offsetOf]) await assert.rejects(look(PART), { code: 'ENOTDIR' })
})

test('bytes that the disk does not take are not counted as here', async (t) => {
  const { path, append } = aPlace(t)
  // The device `full` of Linux under the name of the part: opening works, and every write fails.
  if (spawnSync('mknod', [path, 'c', '1', '7']).status !== 0) return t.skip('needs the right to make a device')
  await expectCodeAsync('NO_SPACE', () => append(chunksOf(BYTES)))
  await expectCodeAsync('NO_SPACE', () => append(chunksOf(BYTES.subarray(0, 4))))
})
