// However a file is read, its digest is that of all its bytes.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { digestOf } from '../../../schemas/digest.ts'
import { digestOfChunks, digestOfFile, digestOfFileSync } from '../../../system/files/hash-file.ts'
import { readPieces } from '../../../system/files/read-pieces.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const PIECE = 1024 * 1024

test('a file has the digest of its bytes, whichever way it is read, also around the size of a piece', async (t) => {
  const path = join(tempFolder(t), 'file')
  for (const size of [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE + 7]) {
    const bytes = Buffer.alloc(size, `${size} bytes `)
    writeFileSync(path, bytes)
    const expected = digestOf(bytes)
    assert.equal(digestOfFileSync(path), expected, `${size}`)
    assert.equal(await digestOfFile(path), expected, `${size}`)
    assert.equal(await digestOfChunks(readPieces(path)), expected, `${size}`)
  }
})

test('a file that is missing has no digest, and what cannot be read is said where that matters', async (t) => {
  const folder = tempFolder(t)
  writeFileSync(join(folder, 'file'), '')
  mkdirSync(join(folder, 'folder'))
  for (const missing of ['none', 'none/file', 'file/below']) {
    assert.equal(digestOfFileSync(join(folder, missing)), undefined, missing)
    assert.equal(await digestOfFile(join(folder, missing)), undefined, missing)
  }
  expectCode('IO_FAILED', () => digestOfFileSync(join(folder, 'folder')))
  assert.equal(await digestOfFile(join(folder, 'folder')), undefined)
  await assert.rejects(digestOfChunks(readPieces(join(folder, 'none'))), { code: 'ENOENT' })
})
