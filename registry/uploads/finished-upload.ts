// An upload whose bytes are all here, synced and compared with their digest. Whoever stores it reads it as a stream; only a
// store on the same disk is told which file it is, so that it can take the file in place of a copy.
import type { BlobSource } from '../../static-tree/write/store.ts'
import { readPieces } from '../../system/files/read-pieces.ts'
import type { Promised } from './append.ts'

const files = new WeakMap<BlobSource, string>()

export function finishedUpload(path: string, { digest, size }: Promised): BlobSource {
  const upload: BlobSource = { digest, size, read: () => readPieces(path) }
  files.set(upload, path)
  return upload
}

/** Undefined for bytes that come from elsewhere. */
export function uploadedFile(source: BlobSource): string | undefined {
  return files.get(source)
}
