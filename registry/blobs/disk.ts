// Durable bytes on disk, named by their digest: DIR/blobs/sha256/<hex>. Private: what the public may read is linked into the
// tree. Whether a blob counts is decided by its row, never by the file.

import { renameSync } from 'node:fs'
import { chmod, mkdir, open, readdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Digest } from '../../schemas/digest.ts'
import { digestFromHex, hexOf } from '../../schemas/digest.ts'
import { coded } from '../../schemas/errors.ts'
import { ignoring, isErrno } from '../../system/files/errors.ts'
import { syncFolder } from '../../system/files/sync.ts'
import { syncError } from '../disk-errors.ts'
import { blobsPath, trashPath } from '../settings.ts'

const READ_CHUNK_BYTES = 1024 * 1024

export type BlobStore = {
  /** Where the bytes lie, to link or serve them. */
  pathOf(digest: Digest): string
  /** Size on disk, or undefined when there is no file. */
  sizeOf(digest: Digest): Promise<number | undefined>
  /** Takes over a file on the same file system whose bytes are synced and have this digest; durable when it returns. */
  adopt(path: string, digest: Digest): Promise<void>
  /** At most `maxBytes` from the start. */
  head(digest: Digest, maxBytes: number): Promise<Buffer>
  read(digest: Digest): AsyncIterable<Buffer>
  /** Moves the file to the trash; synchronous, because it happens inside a transaction. False when there is none. */
  discard(digest: Digest): boolean
  /** Digests of all files, and names of files that are no blobs. */
  list(): AsyncIterable<Digest | { readonly stray: string }>
}

export async function openBlobStore(dataDir: string): Promise<BlobStore> {
  const folder = blobsPath(dataDir)
  const trash = trashPath(dataDir)
  for (const path of [folder, trash]) await mkdir(path, { recursive: true, mode: 0o700 })
  await syncFolder(join(folder, '..'), syncError)
  await syncFolder(dataDir, syncError)
  const pathOf = (digest: Digest) => join(folder, hexOf(digest))

  return {
    pathOf,
    sizeOf: (digest) => stat(pathOf(digest)).then(({ size }) => size, ignoring('ENOENT')),
    async adopt(path, digest) {
      await chmod(path, 0o444)
      await rename(path, pathOf(digest))
      await syncFolder(folder, syncError)
    },
    async head(digest, maxBytes) {
      await using file = await open(pathOf(digest))
      const { bytesRead, buffer } = await file.read(Buffer.alloc(maxBytes), 0, maxBytes, 0)
      return buffer.subarray(0, bytesRead)
    },
    read: (digest) => readChunks(pathOf(digest)),
    discard: (digest) => moveAside(pathOf(digest), join(trash, hexOf(digest))),
    list: () => listFolder(folder),
  }
}

async function* readChunks(path: string): AsyncGenerator<Buffer> {
  await using file = await open(path)
  const buffer = Buffer.allocUnsafe(READ_CHUNK_BYTES)
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length)
    if (bytesRead === 0) return
    // The consumer may keep a chunk beyond the next read.
    yield Buffer.from(buffer.subarray(0, bytesRead))
  }
}

function moveAside(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false
    throw coded('IO_FAILED', { message: 'a blob cannot be moved to the trash', cause: error })
  }
}

async function* listFolder(folder: string): AsyncGenerator<Digest | { readonly stray: string }> {
  for (const name of await readdir(folder)) {
    yield /^[0-9a-f]{64}$/.test(name) ? digestFromHex(name) : { stray: name }
  }
}
