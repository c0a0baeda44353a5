// Digests of files, read in pieces.
import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import type { Digest } from '../../schemas/digest.ts'
import { digestFromHex } from '../../schemas/digest.ts'
import { isMissing, onDisk } from './errors.ts'
import { readPieces } from './read-pieces.ts'

/** Undefined when the file cannot be read. */
export async function digestOfFile(path: string): Promise<Digest | undefined> {
  try {
    return await digestOfChunks(readPieces(path))
  } catch {
    return undefined
  }
}

/** Throws what reading them throws. */
export async function digestOfChunks(chunks: AsyncIterable<Uint8Array>): Promise<Digest> {
  const hash = createHash('sha256')
  for await (const chunk of chunks) hash.update(chunk)
  return digestFromHex(hash.digest('hex'))
}

const buffer = Buffer.alloc(128 * 1024)

/** Undefined when there is no file; throws IO_FAILED when there is one that cannot be read. */
export function digestOfFileSync(path: string): Digest | undefined {
  const hash = createHash('sha256')
  try {
    const file = openSync(path, 'r')
    try {
      for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer))
        hash.update(buffer.subarray(0, read))
    } finally {
      closeSync(file)
    }
  } catch (error) {
    if (isMissing(error)) return undefined
    return onDisk(path, () => {
      throw error
    })
  }
  return digestFromHex(hash.digest('hex'))
}
