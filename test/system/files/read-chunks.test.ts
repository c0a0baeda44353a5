// Chunks of a file are of one size and make up the whole file, or nobody takes them for it.
import assert from 'node:assert/strict'
import { appendFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { coded } from '../../../schemas/errors.ts'
import { readFileChunks, readRange } from '../../../system/files/read-chunks.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const CHUNK = 1024 * 1024
const changed = (path: string) => coded('STATE_CONFLICT', { message: path })

test('every chunk but the last is full, and together they are the file', async (t) => {
  const path = join(tempFolder(t), 'file')
  for (const size of [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK]) {
    const bytes = Buffer.alloc(size, `${size} bytes `)
    writeFileSync(path, bytes)
    const chunks = await Array.fromAsync(readFileChunks(path, size, changed))
    assert.ok(chunks.slice(0, -1).every(({ length }) => length === CHUNK))
    assert.ok(Buffer.concat(chunks).equals(bytes), `${size}`)
  }
})

for (const size of [1, CHUNK, CHUNK + 1])
  test(`a file of ${size} bytes that lost or won one is not taken for what it was`, async (t) => {
    const path = join(tempFolder(t), 'file')
    writeFileSync(path, Buffer.alloc(size))
    truncateSync(path, size - 1)
    const shorter = await expectCodeAsync('STATE_CONFLICT', () => Array.fromAsync(readFileChunks(path, size, changed)))
    assert.equal(shorter.message, path)
    appendFileSync(path, 'xy')
    await expectCodeAsync('STATE_CONFLICT', () => Array.fromAsync(readFileChunks(path, size, changed)))
  })

test('a range is exactly these bytes, or an error where the file has fewer', async (t) => {
  const path = join(tempFolder(t), 'file')
  writeFileSync(path, '0123456789')
  const read = async (size: number, offset: number) =>
    Buffer.concat(await Array.fromAsync(readRange(path, { size, offset }, changed))).toString()
  assert.equal(await read(3, 4), '456')
  assert.equal(await read(0, 10), '')
  assert.equal(await read(10, 0), '0123456789')
  for (const [size, offset] of [
    [11, 0],
    [3, 8],
    [1, 10],
  ] as const)
    await expectCodeAsync('STATE_CONFLICT', () => read(size, offset))
})

test('a link in place of the file is not followed', async (t) => {
  const folder = tempFolder(t)
  writeFileSync(join(folder, 'elsewhere'), 'x')
  symlinkSync('elsewhere', join(folder, 'file'))
  await assert.rejects(Array.fromAsync(readFileChunks(join(folder, 'file'), 1, changed)), { code: 'ELOOP' })
  await assert.rejects(Array.fromAsync(readRange(join(folder, 'file'), { size: 1, offset: 0 }, changed)), {
    code: 'ELOOP',
  })
})
