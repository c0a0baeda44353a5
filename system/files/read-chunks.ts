// Reads a file in chunks of one exact size: memory stays flat for files of any size, and what is made of the chunks
// (compression, progress) is the same on every run.
import { constants } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { open } from 'node:fs/promises'

const CHUNK_BYTES = 1024 * 1024

/** Makes the error for a file that is not the same any more. */
type Changed = (path: string) => Error

type Range = { readonly size: number; readonly offset: number }

/** Yields the whole file, all chunks but the last full; throws what `changed` makes when it is not of this size any more. */
export async function* readFileChunks(path: string, size: number, changed: Changed): AsyncGenerator<Uint8Array> {
  await using file = await open(path, READ_NO_LINK)
  yield* chunksOf(file, { size, offset: 0 }, () => changed(path))
  if (await readExactly(file, 1, size)) throw changed(path)
}

/** Yields exactly `size` bytes from `offset` on; throws what `changed` makes when there are fewer. */
export async function* readRange(path: string, range: Range, changed: Changed): AsyncGenerator<Uint8Array> {
  await using file = await open(path, READ_NO_LINK)
  yield* chunksOf(file, range, () => changed(path))
}

const READ_NO_LINK = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)

async function* chunksOf(file: FileHandle, { size, offset }: Range, changed: () => Error): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < size; ) {
    const chunk = await readExactly(file, Math.min(CHUNK_BYTES, size - done), offset + done)
    if (!chunk) throw changed()
    done += chunk.length
    yield chunk
  }
}

/** A read may give fewer bytes than asked for long before the end of a file. */
async function readExactly(file: FileHandle, length: number, position: number): Promise<Uint8Array | undefined> {
  const chunk = Buffer.allocUnsafe(length)
  for (let filled = 0; filled < length; ) {
    const { bytesRead } = await file.read(chunk, filled, length - filled, position + filled)
    if (bytesRead === 0) return undefined
    filled += bytesRead
  }
  return chunk
}
