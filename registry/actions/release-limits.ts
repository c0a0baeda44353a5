// What a release may be, judged from its announcement alone.
import type { OpenSessionRequest } from '../../schemas/api.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { MAX_BUNDLE_BYTES } from '../../schemas/release-statement.ts'
import { BUNDLE_FILE } from '../../schemas/static-tree/paths.ts'
import type { RegistryConfig } from '../config.ts'
import type { PromisedBlob } from '../db/sessions.ts'

/** Every blob of the release once, though platforms may share one. */
export function promisedBlobs({ bundle, artifacts }: OpenSessionRequest): PromisedBlob[] {
  const blobs = [bundle, ...artifacts].map(({ digest, size }) => ({ digest, size }))
  return [...new Map(blobs.map((blob) => [blob.digest, blob])).values()]
}

/** Throws LIMIT_EXCEEDED, or FORMAT_INVALID for an announcement that contradicts itself. */
export function requireLimits(request: OpenSessionRequest, limits: RegistryConfig['limits']): void {
  requireUnique(request, 'platform')
  requireUnique(request, 'file')
  const reserved = request.artifacts.find(({ file }) => isTaken(file))
  if (reserved) throw contradiction(`file name ${quote(reserved.file)} is taken by the registry`)
  const sizes = new Map(promisedBlobs(request).map(({ digest, size }) => [digest, size]))
  const torn = [request.bundle, ...request.artifacts].find(({ digest, size }) => sizes.get(digest) !== size)
  if (torn) throw contradiction(`\`${torn.digest}\` is announced with two sizes`)
  if (request.bundle.size > MAX_BUNDLE_BYTES) throw tooLarge('the bundle', request.bundle.size, MAX_BUNDLE_BYTES)
  for (const { file, size } of request.artifacts)
    if (size > limits.artifactBytes) throw tooLarge(`artifact ${quote(file)}`, size, limits.artifactBytes)
  const total = promisedBlobs(request).reduce((sum, { size }) => sum + size, 0)
  if (total > limits.releaseBytes) throw tooLarge('the release', total, limits.releaseBytes)
}

/** Names beside the artifacts in a release folder: the bundle with its precompressed twins, and checksums. */
function isTaken(file: string): boolean {
  return file.toLowerCase().startsWith(BUNDLE_FILE) || file.toLowerCase().endsWith('.sha256')
}

function requireUnique(request: OpenSessionRequest, key: 'platform' | 'file'): void {
  const seen = new Set<string>()
  for (const artifact of request.artifacts) {
    const value = artifact[key].toLowerCase()
    if (seen.has(value)) throw contradiction(`${key} ${quote(artifact[key])} appears twice`)
    seen.add(value)
  }
}

function contradiction(message: string): Error {
  return coded('FORMAT_INVALID', { message })
}

function tooLarge(what: string, size: number, maxBytes: number): Error {
  return coded('LIMIT_EXCEEDED', {
    message: `${what} is too large, expected at most ${maxBytes} bytes, found ${size}`,
    details: { expected: maxBytes, found: size },
  })
}
