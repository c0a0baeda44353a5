// What a release may be, judged from its announcement alone: asked when a session opens, and of every dist that goes into a
// static tree.
import type { OpenSessionRequest } from '../schemas/api.ts'
import type { Digest } from '../schemas/digest.ts'
import { coded } from '../schemas/errors.ts'
import { LIMITS } from '../schemas/limits.ts'
import { quote } from '../schemas/quote.ts'
import type { ReleasePredicate } from '../schemas/release-statement.ts'
import { BUNDLE_FILE } from './paths.ts'

/** A release before its bytes are looked at. */
type Announcement = Pick<OpenSessionRequest, 'bundle' | 'artifacts'>
type AnnouncedBlob = { readonly digest: Digest; readonly size: number }
type ReleaseLimits = { readonly artifactBytes: number; readonly releaseBytes: number }

/** Every blob of the release once, though platforms may share one. */
export function announcedBlobs({ bundle, artifacts }: Announcement): AnnouncedBlob[] {
  const blobs = [bundle, ...artifacts].map(({ digest, size }) => ({ digest, size }))
  return [...new Map(blobs.map((blob) => [blob.digest, blob])).values()]
}

/** What a signed release would announce. */
export function announcementOf({ platforms }: ReleasePredicate, bundle: AnnouncedBlob): Announcement {
  const artifacts = Object.entries(platforms).map(([platform, { file, digest, size }]) => ({
    platform: platform as Announcement['artifacts'][number]['platform'],
    file,
    digest,
    size,
  }))
  return { bundle, artifacts }
}

/** Throws LIMIT_EXCEEDED, or FORMAT_INVALID for an announcement that contradicts itself. */
export function requireLimits(announced: Announcement, limits: ReleaseLimits = LIMITS): void {
  requireUnique(announced, 'platform')
  requireUnique(announced, 'file')
  const reserved = announced.artifacts.find(({ file }) => isTaken(file))
  if (reserved) throw contradiction(`file name ${quote(reserved.file)} is taken by the registry`)
  const blobs = announcedBlobs(announced)
  const sizes = new Map(blobs.map(({ digest, size }) => [digest, size]))
  const torn = [announced.bundle, ...announced.artifacts].find(({ digest, size }) => sizes.get(digest) !== size)
  if (torn) throw contradiction(`\`${torn.digest}\` is announced with two sizes`)
  requireSize('the bundle', announced.bundle.size, LIMITS.bundleBytes)
  for (const { file, size } of announced.artifacts) requireSize(`artifact ${quote(file)}`, size, limits.artifactBytes)
  const total = blobs.reduce((sum, { size }) => sum + size, 0)
  requireSize('the release', total, limits.releaseBytes)
}

/** Names beside the artifacts in a release folder: the bundle with its precompressed variants, and checksums. */
function isTaken(file: string): boolean {
  return file.toLowerCase().startsWith(BUNDLE_FILE) || file.toLowerCase().endsWith('.sha256')
}

function requireUnique(announced: Announcement, key: 'platform' | 'file'): void {
  const seen = new Set<string>()
  for (const artifact of announced.artifacts) {
    const value = artifact[key].toLowerCase()
    if (seen.has(value)) throw contradiction(`${key} ${quote(artifact[key])} appears twice`)
    seen.add(value)
  }
}

function contradiction(message: string): Error {
  return coded('FORMAT_INVALID', { message })
}

function requireSize(what: string, size: number, maxBytes: number): void {
  if (size <= maxBytes) return
  throw coded('LIMIT_EXCEEDED', {
    message: `${what} is too large, expected at most ${maxBytes} bytes, found ${size}`,
    details: { expected: maxBytes, found: size },
  })
}
