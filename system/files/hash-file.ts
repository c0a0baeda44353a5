// The digest of a file, read in pieces.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { Digest } from '../../schemas/digest.ts'
import { digestFromHex } from '../../schemas/digest.ts'

/** Undefined when the file cannot be read. */
export async function digestOfFile(path: string): Promise<Digest | undefined> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash)
  } catch {
    return undefined
  }
  return digestFromHex(hash.digest('hex'))
}
