// What a publisher signs: one in-toto Statement v1 per release whose subjects are all artifacts and whose predicate says
// which plugin, version and platforms they are and how they are run.

import { z } from 'zod'
import type { Digest } from './digest.ts'
import { hexOf } from './digest.ts'
import { parseJson } from './json.ts'
import { LIMITS } from './limits.ts'
import { releasedManifestShape, runtimeShape } from './manifest.ts'
import { parseShape } from './shape.ts'
import {
  argv0Shape,
  digestShape,
  fileNameShape,
  nameShape,
  platformShape,
  relativePathShape,
  sizeShape,
  versionShape,
} from './shapes.ts'

const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1'
export const PAYLOAD_TYPE = 'application/vnd.in-toto+json'
const PREDICATE_TYPE = 'https://octocompose.github.io/octo/release/v1'
export const BUNDLE_MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json'

export const ARTIFACT_FORMATS = ['raw', 'tar.gz'] as const

// allow(dead-export): the test asks for the limits of one field
export const releaseArtifactShape = z.strictObject({
  /** File name in the static tree; unique per name, version and platform. */
  file: fileNameShape,
  digest: digestShape,
  size: sizeShape,
  format: z.enum(ARTIFACT_FORMATS),
  /** Path of what is executed: inside the archive, or the file's own name for `raw`. */
  executable: relativePathShape,
  runtime: runtimeShape.optional(),
  /** The program's own name, where it is not the base name of `executable` (`tar.gz`) or the plugin's name (`raw`). */
  argv0: argv0Shape.optional(),
  /** Digest of the uncompressed tar: rebuilds compare it where gzip implementations differ. */
  contentDigest: digestShape.optional(),
})

export const releasePredicateShape = z.strictObject({
  repo: nameShape,
  plugin: nameShape,
  version: versionShape,
  manifest: releasedManifestShape,
  platforms: z.record(platformShape, releaseArtifactShape),
})

const subjectShape = z.strictObject({
  name: fileNameShape,
  digest: z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
})

export const releaseStatementShape = z.strictObject({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.array(subjectShape).min(1).max(LIMITS.platformsPerVersion),
  predicateType: z.literal(PREDICATE_TYPE),
  predicate: releasePredicateShape,
})

export type ReleaseArtifact = z.output<typeof releaseArtifactShape>
export type ReleasePredicate = z.output<typeof releasePredicateShape>
export type ReleaseStatement = z.output<typeof releaseStatementShape>

/** The statement that a publisher signs for this release. */
export function renderReleaseStatement(predicate: ReleasePredicate): ReleaseStatement {
  const subject = Object.values(predicate.platforms).map(({ file, digest }) => ({
    name: file,
    digest: { sha256: hexOf(digest) },
  }))
  return {
    _type: STATEMENT_TYPE,
    subject: subject.sort((a, b) => (a.name < b.name ? -1 : 1)),
    predicateType: PREDICATE_TYPE,
    predicate,
  }
}

/** Reads a statement's bytes. Shape only: that it is proven, and about what, is decided by trust/. */
export function parseReleaseStatement(text: string, name: string): ReleaseStatement {
  return parseShape(releaseStatementShape, parseJson(text, name, LIMITS.bundleBytes), { name })
}

/** Digests of the subjects, for comparison with the predicate's platforms. */
export function subjectDigests(statement: ReleaseStatement): ReadonlyMap<string, Digest> {
  return new Map(statement.subject.map(({ name, digest }) => [name, `sha256:${digest.sha256}` as Digest]))
}
