// Which files an unpacked artifact has: written when it was unpacked from proven bytes, compared at every check.
import type { Digest } from '../../schemas/digest.ts'
import { isDigest } from '../../schemas/digest.ts'
import { parseJson } from '../../schemas/json.ts'
import { readIfThere, writeWhole } from './files.ts'
import type { Layout, StoredArtifact } from './layout.ts'

export type StoredFile = { readonly path: string; readonly size: number; readonly digest: Digest }

/** 10 000 files with paths of 512 characters at most. */
const MAX_CONTENTS_BYTES = 32 * 1024 * 1024

/** Undefined when the artifact was never unpacked, or when the record is damaged and unpacking again is the cure. */
export function readContents(layout: Layout, artifact: StoredArtifact): readonly StoredFile[] | undefined {
  if (artifact.format === 'raw') return [{ path: artifact.executable, size: artifact.size, digest: artifact.digest }]
  try {
    const files = parseJson(readIfThere(layout.content(artifact.digest)) ?? 'null', artifact.digest, MAX_CONTENTS_BYTES)
    return Array.isArray(files) && files.length > 0 && files.every(isStoredFile) ? files : undefined
  } catch {
    return undefined
  }
}

export function writeContents(layout: Layout, digest: Digest, files: readonly StoredFile[]): void {
  writeWhole(layout.content(digest), JSON.stringify(files), { staging: layout.staging })
}

function isStoredFile(value: unknown): value is StoredFile {
  const { path, size, digest } = (value ?? {}) as Record<string, unknown>
  return typeof path === 'string' && Number.isSafeInteger(size) && isDigest(digest)
}
