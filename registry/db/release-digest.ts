// The digest that a store keeps with each release, so that a scrub finds one that was changed. The same for every database.
import type { Digest } from '../../schemas/digest.ts'
import { digestOf } from '../../schemas/digest.ts'
import { stableJson } from '../../schemas/json.ts'
import type { Artifact, Release } from './records.ts'

/** Of everything that a release says, its flags and artifacts included. */
export function releaseDigest(release: Omit<Release, 'state'>, files: readonly Artifact[]): Digest {
  const { repo, plugin, version, publishedAt, publishedBy, serial, yanked, quarantined, deprecated } = release
  const { bundleDigest, bundleSize, signer, predicate } = release
  const artifacts = files
    .map(({ platform, file, digest, size }) => ({ platform, file, digest, size }))
    .sort((left, right) => (left.platform < right.platform ? -1 : 1))
  return digestOf(
    stableJson({
      repo,
      plugin,
      version,
      publishedAt,
      publishedBy,
      serial,
      bundleDigest,
      bundleSize,
      signer,
      predicate,
      yanked,
      quarantined,
      deprecated,
      artifacts,
    }),
  )
}
