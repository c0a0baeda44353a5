// A version is published once. Publishing the same again is a repetition, publishing something else under its name a conflict.
import type { OpenSessionRequest } from '../../schemas/api.ts'
import type { Difference } from '../../schemas/compare-release.ts'
import { differingPlatforms } from '../../schemas/compare-release.ts'
import { coded } from '../../schemas/errors.ts'
import { stableJson } from '../../schemas/json.ts'
import { quote } from '../../schemas/quote.ts'
import type { ReleaseArtifact, ReleasePredicate } from '../../schemas/release-statement.ts'
import type { FoundForPublishing } from '../db/publishing-store.ts'
import type { Artifact, Release, ReleaseKey } from '../db/records.ts'

/** A version whose row was lost is nobody's to publish anew: machines have its bytes, and locks its digests. Throws DATA_DIR_CORRUPT. */
export function requireNotLost(
  { sealed, wasPublished }: Pick<FoundForPublishing, 'sealed' | 'wasPublished'>,
  { repo, plugin, version }: ReleaseKey,
): void {
  if (sealed || !wasPublished) return
  throw coded('DATA_DIR_CORRUPT', {
    message: `\`${repo}/${plugin}@${version}\` was published, and its row is not there any more`,
    details: { repo, plugin, version },
    hint: (data) =>
      `publish under a new version; the registry’s owner finds what is lost: \`octo registry fsck --data ${data}\``,
  })
}

/**
 * True when the version is sealed with exactly these bytes. A release with the same artifacts and a new signature is neither:
 * its statement decides when it is published. Throws VERSION_EXISTS when an artifact differs, or VERSION_QUARANTINED.
 */
export function isSealed({ sealed }: Pick<FoundForPublishing, 'sealed'>, request: OpenSessionRequest): boolean {
  if (!sealed) return false
  const differing = differingPlatforms(byPlatform(sealed.artifacts), byPlatform(request.artifacts))
  if (differing.length > 0) throw versionExists(sealed, differing)
  requireNotBlocked(sealed)
  return sealed.bundleDigest === request.bundle.digest
}

/** Throws VERSION_EXISTS unless the proven statement is the sealed one, or VERSION_QUARANTINED. */
export function requireSameStatement(sealed: Release, predicate: ReleasePredicate): void {
  if (stableJson(sealed.predicate) === stableJson(predicate)) {
    requireNotBlocked(sealed)
    return
  }
  const saysTheSame = (left: ReleaseArtifact, right: ReleaseArtifact) => stableJson(left) === stableJson(right)
  throw versionExists(sealed, differingPlatforms(sealed.predicate.platforms, predicate.platforms, saysTheSame))
}

/** "Published" would be a lie about what nobody can get. */
function requireNotBlocked({ repo, plugin, version, quarantined }: Release): void {
  if (quarantined === null) return
  throw coded('VERSION_QUARANTINED', {
    message: `\`${repo}/${plugin}@${version}\` is published already and quarantined: ${quote(quarantined)}`,
    details: { repo, plugin, version },
  })
}

/** A request that names a platform twice was refused before. */
function byPlatform(artifacts: readonly Artifact[]): Readonly<Record<string, Artifact>> {
  return Object.fromEntries(artifacts.map((artifact) => [artifact.platform, artifact]))
}

function versionExists({ repo, plugin, version, publishedAt }: Release, differences: readonly Difference[]): Error {
  const differing = differences.map(({ platform }) => platform)
  const what =
    differing.length > 0 ? `other bytes for ${differing.map((key) => `\`${key}\``).join(', ')}` : 'another manifest'
  return coded('VERSION_EXISTS', {
    message: `\`${repo}/${plugin}@${version}\` is published already, with ${what}`,
    details: { repo, plugin, version, publishedAt: new Date(publishedAt).toISOString(), differing },
    hint: 'versions never change: publish under a new version',
  })
}
