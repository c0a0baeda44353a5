// Hashes of what has been uploaded so far, kept between the requests of one upload. They are only a shortcut: after a restart
// the bytes on disk are hashed again.
import type { Hash } from 'node:crypto'
import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'

const MAX_KEPT = 1024
const READ_BYTES = 1024 * 1024

type Kept = { readonly hash: Hash; readonly bytes: number }

export type PrefixHashes = {
  /** Hash of the first `bytes` of the file; the caller owns it. */
  take(path: string, file: FileHandle, bytes: number): Promise<Hash>
  /** Gives back a hash of `bytes` bytes, for the next request. */
  keep(path: string, hash: Hash, bytes: number): void
  /** Drops all hashes at or below the path. */
  forget(path: string): void
}

export function openPrefixHashes(): PrefixHashes {
  const kept = new Map<string, Kept>()
  return {
    async take(path, file, bytes) {
      const found = kept.get(path)
      kept.delete(path)
      return found?.bytes === bytes ? found.hash : hashPrefix(file, bytes)
    },
    keep(path, hash, bytes) {
      kept.set(path, { hash, bytes })
      const [oldest] = kept.keys()
      if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest)
    },
    forget(path) {
      for (const key of kept.keys()) if (key === path || key.startsWith(`${path}/`)) kept.delete(key)
    },
  }
}

async function hashPrefix(file: FileHandle, bytes: number): Promise<Hash> {
  const hash = createHash('sha256')
  const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, bytes))
  for (let at = 0; at < bytes; ) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, bytes - at), at)
    if (bytesRead === 0) break
    hash.update(buffer.subarray(0, bytesRead))
    at += bytesRead
  }
  return hash
}
