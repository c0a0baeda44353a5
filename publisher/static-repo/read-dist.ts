// A signed dist as a release of the tree: the bundle is proven and every artifact inspected, as a registry does at ingest.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { coded, isCoded } from '../../schemas/errors.ts'
import { LIMITS } from '../../schemas/limits.ts'
import type { Platform } from '../../schemas/platform.ts'
import { quote } from '../../schemas/quote.ts'
import type { ReleaseArtifact } from '../../schemas/release-statement.ts'
import { parseReleaseStatement } from '../../schemas/release-statement.ts'
import { decodeText } from '../../schemas/text.ts'
import type { TrustKey } from '../../schemas/trust-key.ts'
import { BUNDLE_FILE } from '../../static-tree/paths.ts'
import { announcementOf, requireLimits } from '../../static-tree/release-limits.ts'
import { readFileChunks } from '../../system/files/read-chunks.ts'
import { readPlainFile } from '../../system/files/read-plain-file.ts'
import { inspectArtifact } from '../../trust/artifact/inspect-artifact.ts'
import { parseBundle } from '../../trust/release/bundle.ts'
import type { VerifiedRelease } from '../../trust/release/verify-release.ts'
import { verifyRelease } from '../../trust/release/verify-release.ts'
import { changedWhileRead } from '../dist-folder/changed-while-read.ts'

export type SignedDist = { readonly dir: string; readonly bundle: string; readonly release: VerifiedRelease }

/** Throws BUNDLE_MISSING, LIMIT_EXCEEDED, FORMAT_INVALID, or what verifyRelease and inspectArtifact throw. */
export async function readSignedDist(dir: string, keyring: readonly TrustKey[]): Promise<SignedDist> {
  const source = join(dir, BUNDLE_FILE)
  const bytes = readSigned(dir, source)
  const bundle = decodeText(bytes, source)
  // A dist says itself which release it is; whether that is signed is asked at once.
  const payload = Buffer.from(parseBundle(bundle, source).dsseEnvelope.payload, 'base64')
  const expected = parseReleaseStatement(decodeText(payload, source), source).predicate
  const release = verifyRelease({ bundle, keyring, expected, at: Date.now(), source })
  requireLimits(announcementOf(release.predicate, { digest: release.bundleDigest, size: bytes.length }))
  const artifacts = Object.entries(release.predicate.platforms) as [Platform, ReleaseArtifact][]
  for (const [platform, artifact] of artifacts) await inspectFile(join(dir, artifact.file), artifact, platform)
  return { dir, bundle, release }
}

function readSigned(dir: string, source: string): Buffer {
  try {
    return readPlainFile(source, LIMITS.bundleBytes)
  } catch (error) {
    if (isCoded(error)) throw error
    throw coded('BUNDLE_MISSING', {
      message: `${quote(dir)} holds no signed release`,
      hint: '`octo build` makes it, `octo sign --key FILE` signs it',
      cause: error,
    })
  }
}

async function inspectFile(path: string, artifact: ReleaseArtifact, platform: Platform): Promise<void> {
  const { size } = await stat(path).catch((error) => {
    throw coded('FILE_NOT_FOUND', {
      message: `artifact ${quote(path)} is missing`,
      hint: '`octo build` makes it again',
      cause: error,
    })
  })
  await inspectArtifact({ chunks: readFileChunks(path, size, changedWhileRead), artifact, platform })
}
