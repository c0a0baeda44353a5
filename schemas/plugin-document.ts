// One plugin's document, the clients' hot path: all versions, platforms, digests, sizes and states. JSON, and the same in YAML.

import { z } from 'zod'
import { parseJson } from './json.ts'
import { LIMITS } from './limits.ts'
import type { ReleasedManifest } from './manifest.ts'
import { ARTIFACT_FORMATS } from './release-statement.ts'
import { parseShape } from './shape.ts'
import {
  digestShape,
  fileNameShape,
  lineShape,
  nameShape,
  platformShape,
  sizeShape,
  timeShape,
  versionShape,
  webUrlShape,
} from './shapes.ts'

const PLUGIN_DOCUMENT_FORMAT = 'octo.plugin/v1'

/** `yanked`: not chosen for new resolutions, kept for lockfiles. `quarantined`: not served and not chosen. */
export const VERSION_STATES = ['active', 'yanked', 'quarantined'] as const

const documentArtifactShape = z.object({
  file: fileNameShape,
  digest: digestShape,
  size: sizeShape,
  format: z.enum(ARTIFACT_FORMATS),
})

export const documentVersionShape = z.object({
  version: versionShape,
  publishedAt: timeShape,
  state: z.enum(VERSION_STATES),
  /** Why it is yanked or quarantined. */
  reason: lineShape.optional(),
  /** A warning to everyone who uses this version. */
  deprecated: lineShape.optional(),
  minimumOperator: versionShape.optional(),
  /** release.sigstore.json, beside the artifacts. */
  bundle: z.object({ digest: digestShape, size: sizeShape.max(LIMITS.bundleBytes) }),
  platforms: z.record(platformShape, documentArtifactShape),
})

/** Older versions, in a document of their own beside the artifacts: `PLUGIN/_/NUMBER.json`. */
const documentPageShape = z.object({
  /** 1 lists the oldest versions. */
  page: z.int().min(1).max(LIMITS.pagesPerPlugin),
  digest: digestShape,
  size: sizeShape.max(LIMITS.pluginPageBytes),
  /** How many it lists: all from `oldest` to `newest`. */
  versions: z.int().min(1).max(LIMITS.versionsPerPlugin),
  newest: versionShape,
  oldest: versionShape,
})

export const pluginDocumentShape = z.object({
  format: z.literal(PLUGIN_DOCUMENT_FORMAT),
  repo: nameShape,
  plugin: nameShape,
  /** Grows with every change of this document; a client refuses to go back. */
  serial: z.int().min(1),
  kind: z.enum(['tool', 'operator', 'service']),
  category: z.string().max(32).optional(),
  description: lineShape,
  license: lineShape.optional(),
  homepage: webUrlShape.optional(),
  source: webUrlShape.optional(),
  /** Newest first; absent where `versions` are all there are. */
  pages: z.array(documentPageShape).max(LIMITS.pagesPerPlugin).optional(),
  /** Newest first, by semantic version precedence. */
  versions: z.array(documentVersionShape).max(LIMITS.versionsPerPlugin),
})

export type PluginDocument = z.output<typeof pluginDocumentShape>
export type DocumentVersion = z.output<typeof documentVersionShape>
export type DocumentPage = z.output<typeof documentPageShape>
export type VersionState = (typeof VERSION_STATES)[number]

type Whose = Pick<PluginDocument, 'repo' | 'plugin' | 'serial'>

/** What stands in it before the versions: whose it is, and what its newest release says of the plugin. */
export function pluginDocumentHead({ repo, plugin, serial }: Whose, manifest: ReleasedManifest) {
  const { kind, category, description, license, homepage, source } = manifest
  return {
    format: PLUGIN_DOCUMENT_FORMAT,
    repo,
    plugin,
    serial,
    kind,
    category,
    description,
    license,
    homepage,
    source,
  } satisfies Omit<PluginDocument, 'pages' | 'versions'>
}

/** Reads a plugin document; unknown keys are dropped, so that newer registries can add some. */
export function parsePluginDocument(text: string, name: string): PluginDocument {
  return parseShape(pluginDocumentShape, parseJson(text, name, LIMITS.pluginDocumentBytes), { name })
}
