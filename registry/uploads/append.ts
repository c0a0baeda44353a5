// Appends a request's bytes to one part, hashing while the disk writes.
import { constants } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { mkdir, open, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Digest } from '../../schemas/digest.ts'
import { digestFromHex } from '../../schemas/digest.ts'
import { coded, isCoded } from '../../schemas/errors.ts'
import { syncFile } from '../../system/files/sync.ts'
import { syncError, writeError } from '../disk-errors.ts'
import type { PrefixHashes } from './prefix-hashes.ts'

export type Promised = { readonly digest: Digest; readonly size: number }

type Append = {
  readonly path: string
  readonly promised: Promised
  readonly offset: number
  readonly chunks: AsyncIterable<Buffer>
  readonly hashes: PrefixHashes
}

/** True once the file holds exactly the promised bytes, synced. A part that cannot become them is removed. */
export async function appendToPart(append: Append): Promise<boolean> {
  const { path, promised, offset } = append
  await using file = await openPart(path)
  const { size: found } = await file.stat()
  if (found !== offset) throw wrongOffset(found, offset)
  try {
    const digest = await appendChunks(file, append)
    if (digest === undefined) return false
    if (digest !== promised.digest) throw otherBytes(promised, digest)
  } catch (error) {
    if (isCoded(error, 'SIZE_MISMATCH') || isCoded(error, 'DIGEST_MISMATCH')) await unlink(path)
    throw error
  }
  await syncFile(file, syncError)
  return true
}

/** Gives the digest of all bytes once they are as many as promised. */
async function appendChunks(file: FileHandle, append: Append): Promise<Digest | undefined> {
  const { path, promised, chunks, hashes } = append
  const hash = await hashes.take(path, file, append.offset)
  let at = append.offset
  try {
    for await (const chunk of chunks) {
      if (at + chunk.length > promised.size) throw tooLong(promised)
      const writing = writeAt(file, chunk, at)
      hash.update(chunk)
      at += chunk.length
      await writing
    }
  } finally {
    if (at < promised.size) hashes.keep(path, hash, at)
  }
  return at === promised.size ? digestFromHex(hash.digest('hex')) : undefined
}

async function openPart(path: string): Promise<FileHandle> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    return await onlyName(path, await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600))
  } catch (error) {
    throw writeError(error)
  }
}

/** Writing into a file that has a second name would change what stands there: such a part is begun anew. */
async function onlyName(path: string, file: FileHandle): Promise<FileHandle> {
  const { nlink } = await file.stat()
  if (nlink === 1) return file
  await file.close()
  await unlink(path)
  return open(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600)
}

async function writeAt(file: FileHandle, chunk: Buffer, position: number): Promise<void> {
  try {
    for (let done = 0; done < chunk.length; ) {
      const { bytesWritten } = await file.write(chunk, done, chunk.length - done, position + done)
      done += bytesWritten
    }
  } catch (error) {
    throw writeError(error)
  }
}

function wrongOffset(expected: number, found: number): Error {
  return coded('UPLOAD_OFFSET_MISMATCH', {
    message: `the upload continues at another offset, expected ${expected}, found ${found}`,
    details: { expected, found },
    hint: 'ask for the offset with HEAD and continue from there',
  })
}

function tooLong({ digest, size }: Promised): Error {
  return coded('SIZE_MISMATCH', {
    message: `upload of \`${digest}\` is longer than promised, expected ${size} bytes`,
    details: { expected: size, digest },
  })
}

function otherBytes({ digest }: Promised, found: Digest): Error {
  return coded('DIGEST_MISMATCH', {
    message: `uploaded bytes are not the promised ones, expected \`${digest}\`, found \`${found}\``,
    details: { expected: digest, found },
  })
}
