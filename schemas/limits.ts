// Bounds that whoever writes a document or a release shares with whoever reads it. A writer that took more would publish what
// no reader can open again, so publisher, registry, `octo repo build` and client all take the figures from here.
const KiB = 1024
const MiB = 1024 * KiB
const GiB = 1024 * MiB

export const LIMITS = {
  /** Bytes of a plugin document, as every client reads it. */
  pluginDocumentBytes: 16 * MiB,
  /** Bytes of a plugin document from which on its oldest versions move to pages. */
  pluginDocumentBudget: 4 * MiB,
  /** Bytes of one page. */
  pluginPageBytes: 4 * MiB,
  /** Pages of one plugin: those of its versions, were each as large as can be. */
  pagesPerPlugin: 3_000,
  /** Pages that a client reads to find the newest version in a range; a registry makes as many of tens of thousands of versions. */
  pagesPerRange: 128,
  /** Versions of one plugin, for ever, as a version is never taken away again. */
  versionsPerPlugin: 100_000,
  /** Platforms of one version: artifacts of a session, subjects of a statement. */
  platformsPerVersion: 64,
  /** Bytes of release.sigstore.json, base64 of the statement included. */
  bundleBytes: 1 * MiB,
  /** Bytes of one artifact, where a registry is not told otherwise. */
  artifactBytes: 2 * GiB,
  /** Bytes of all artifacts and the bundle of one version, where a registry is not told otherwise. */
  releaseBytes: 16 * GiB,
  /** Bytes of a repo document or one of its shards. */
  repoDocumentBytes: 8 * MiB,
  /** Plugins of one repo: so many entries of the largest kind fill a shard. */
  pluginsPerRepo: 200_000,
  /** Bytes of the discovery document. */
  discoveryBytes: 1 * MiB,
  /** Repos of one registry: so many entries of the largest kind fill the discovery document. */
  reposPerRegistry: 2_000,
  /** Characters of the path of a base URL, which stands before every address of the discovery document. */
  basePathLength: 190,
  /** Bytes of octo.lock. */
  lockfileBytes: 32 * MiB,
  /** Bytes of a JSON request. */
  requestBytes: 256 * KiB,
  /** Characters of an exact version. */
  versionLength: 100,
  /** Characters of a line: descriptions, reasons, warnings. */
  lineLength: 500,
  /** Characters of a text of several lines. */
  textLength: 64 * KiB,
  /** Characters that a changelog says about one version. */
  changelogLength: 16 * KiB,
  /** Characters of a web address. */
  urlLength: 2048,
  /** Characters of a path in an archive or a project. */
  pathLength: 512,
} as const

export type ArchiveLimits = {
  readonly maxEntries: number
  /** Uncompressed bytes of all files together. */
  readonly maxBytes: number
  readonly maxPathLength: number
  readonly maxDepth: number
  /** Uncompressed to compressed bytes, once more than `ratioFloorBytes` came out. */
  readonly maxRatio: number
  readonly ratioFloorBytes: number
}

/** What an archive may hold, packed and unpacked. */
export const ARCHIVE_LIMITS: ArchiveLimits = {
  maxEntries: 10_000,
  maxBytes: 4 * GiB,
  maxPathLength: LIMITS.pathLength,
  maxDepth: 16,
  maxRatio: 50,
  ratioFloorBytes: 64 * MiB,
}
