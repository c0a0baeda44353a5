// Streams bytes into a file of the output folder: hashed on the way, under its name only when whole.
import { createHash } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import type { Digest } from '../../schemas/digest.ts'
import { digestFromHex } from '../../schemas/digest.ts'
import { partialFile } from './partial-file.ts'

type Written = { readonly digest: Digest; readonly size: number }

/** Replaces `path` in one step; what was begun is removed when the chunks break off. */
export async function writeArtifact(path: string, chunks: AsyncIterable<Uint8Array>, mode: number): Promise<Written> {
  using unfinished = partialFile(path)
  const partial = unfinished.path
  try {
    const written = await writeAndHash(partial, chunks, mode)
    await rename(partial, path)
    return written
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}

async function writeAndHash(path: string, chunks: AsyncIterable<Uint8Array>, mode: number): Promise<Written> {
  const hash = createHash('sha256')
  let size = 0
  await using file = await open(path, 'wx')
  // The mode of `open` would be cut by the umask.
  await file.chmod(mode)
  for await (const chunk of chunks) {
    hash.update(chunk)
    size += chunk.length
    for (let written = 0; written < chunk.length; )
      written += (await file.write(chunk, written, chunk.length - written)).bytesWritten
  }
  return { digest: digestFromHex(hash.digest('hex')), size }
}
