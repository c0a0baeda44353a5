// The port behind which a static tree is kept. Paths are those of static-tree/paths.ts: relative, with `/`, below the root.
// Whoever reads the tree meanwhile sees each file, and each folder of a release, whole as it was or whole as it is.
import type { Digest } from '../../schemas/digest.ts'

/** Bytes that never change, under the digest that they have. */
export type BlobSource = {
  readonly digest: Digest
  readonly size: number
  /** Not asked where the store gets the bytes more cheaply, as by a link. */
  read(): AsyncIterable<Uint8Array>
}

/** A file of a folder: the digest of a blob that is stored already, or a text. */
export type Part = { readonly digest: Digest } | { readonly text: string }

export type TreeEntry = {
  readonly name: string
  /** A link is `other`, wherever it leads. */
  readonly kind: 'file' | 'folder' | 'other'
}

export type TreeStat = Pick<TreeEntry, 'kind'> & {
  readonly size: number
  readonly changedAtMs: number
  /** Of a file: another one once a file with other bytes has taken the path. */
  readonly generation: string
}

/** Offsets of bytes, without that of the end; what lies beyond the last byte is left out. */
export type ByteSpan = { readonly start: number; readonly end: number }

/** One generation of a plain file: its bytes, or an error where a store no longer has them, and never those of the next one. */
export type OpenedFile = Omit<TreeStat, 'kind'> &
  AsyncDisposable & {
    /** No more bytes than `size`, in pieces that the caller may keep. Fewer where the file was cut meanwhile. */
    read(span?: ByteSpan): AsyncIterable<Uint8Array>
    /** Only of a store that can do without a piece of its own: reads into the caller's memory, and gives how much, 0 at the end. */
    readInto?(target: Uint8Array, position: number): Promise<number>
  }

export type TreeReader = {
  /** How people find the file or folder, for messages. */
  nameOf(path: string): string
  /** Throws when there is no file, or none that can be read. */
  read(path: string): Promise<Buffer>
  /** Undefined when no plain file is there: what is served is never reached through a link. */
  open(path: string): Promise<OpenedFile | undefined>
  /** Undefined when nothing is there. */
  stat(path: string): Promise<TreeStat | undefined>
  /** What lies in a folder, in any order; nothing when there is no such folder. */
  list(folder: string): Promise<readonly TreeEntry[]>
}

export type TreeStore = TreeReader & {
  /** Whether a plain file is there with just these bytes; a store that linked them need not read them. */
  holds(path: string, blob: Pick<BlobSource, 'digest' | 'size'>): Promise<boolean>
  /** Puts a file in one step, over one that is there. */
  put(path: string, bytes: Uint8Array, changedAt?: Date): Promise<void>
  /** Stores bytes under their digest, unless it holds them; throws DIGEST_MISMATCH for others. */
  putBlob(blob: BlobSource): Promise<void>
  /** Makes a folder appear whole, in the place of one that is there; throws, and leaves that, when a blob is missing. */
  putFolder(path: string, parts: ReadonlyMap<string, Part>): Promise<void>
  /** Takes a file, or a folder with all that is in it, away in one step; does nothing when none is there. */
  delete(path: string): Promise<void>
  /** Makes everything that was put or deleted so far survive a power cut. */
  sync(): Promise<void>
}
