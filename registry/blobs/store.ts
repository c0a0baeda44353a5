// The port behind which the bytes of a registry are kept, by their digest. Whether a blob counts is decided by its row, never by
// its bytes being here, and the two change one after the other: bytes are durable before a row names them, and go after their
// row went. So a crash in between leaves bytes without a row, which garbage collection finds in the list.
import type { Digest } from '../../schemas/digest.ts'
import type { BlobSource, ByteSpan } from '../../static-tree/write/store.ts'
import type { FreeSpace } from '../data-dir/free-space.ts'

export type BlobStat = {
  readonly size: number
  /** When its bytes were written. */
  readonly writtenAtMs: number
  /** Another one after each put, also of the same bytes. */
  readonly generation: string
}

/** Milliseconds since 1970. */
export type DeletedAt = {
  readonly beforeMs: number
  /** What went later than that went while the clock was ahead, and counts from now on as what goes now. */
  readonly latestMs: number
}

export type BlobStore = {
  /**
   * Stores bytes, durable when it returns, in the place of the blob that is there. Throws SIZE_MISMATCH or DIGEST_MISMATCH for
   * other bytes than promised, NO_SPACE, STORE_BUSY or IO_FAILED, and what reading the source throws; then nothing has changed.
   */
  put(source: BlobSource): Promise<void>
  /**
   * The bytes, also when the blob is deleted or put meanwhile. Throws DATA_DIR_CORRUPT at the first of them when there is no blob,
   * STORE_BUSY, or IO_FAILED for bytes that cannot be read.
   */
  open(digest: Digest, range?: ByteSpan): AsyncIterable<Buffer>
  /** Undefined when there is no blob. Throws STORE_BUSY, or IO_FAILED where the disk does not say. */
  stat(digest: Digest): Promise<BlobStat | undefined>
  /**
   * Takes a blob away, unless it was put again since `stat` said the generation: whoever put it counts on it. False when nothing
   * was taken away. Throws IO_FAILED.
   */
  delete(digest: Digest, generation: string): Promise<boolean>
  /**
   * A store may keep what was deleted for a while; this forgets what went before that time, and gives how many. A blob that
   * `counts` and is not in its place was left so by a delete that broke off, and goes back.
   */
  purge(deleted: DeletedAt, counts: (digest: Digest) => Promise<boolean>): Promise<number>
  /** All blobs, read page by page in any order, and the names of what lies among them and is none. */
  list(): AsyncIterable<Digest | { readonly stray: string }>
  /** What it can still be filled with; undefined where there is no end. */
  freeSpace(): Promise<FreeSpace | undefined>
  /** Throws IO_FAILED where what it keeps is away, is another one than when it was opened, or can no longer be written to. */
  requireInPlace(): Promise<void>
}
