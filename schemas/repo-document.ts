// A whole repo in one document: the newest stable version of each plugin. JSON for our search; the same in YAML is what
// octoctl reads. Large repos list shards instead, so that no publish rewrites everything.

import { z } from 'zod'
import { parseJson } from './json.ts'
import { LIMITS } from './limits.ts'
import { parseShape } from './shape.ts'
import { lineShape, nameShape, platformShape, versionShape } from './shapes.ts'

export const REPO_DOCUMENT_FORMAT = 'octo.repo/v1'
/** Above this many plugins a repo is served in 256 shards. */
export const INLINE_PLUGINS = 256

const entryShape = z.object({
  plugin: nameShape,
  kind: z.enum(['tool', 'operator', 'service']),
  category: z.string().max(32).optional(),
  description: lineShape,
  /** Newest stable active version; absent when there is none. */
  version: versionShape.optional(),
  deprecated: lineShape.optional(),
  platforms: z.array(platformShape),
})

export const repoDocumentShape = z.object({
  format: z.literal(REPO_DOCUMENT_FORMAT),
  repo: nameShape,
  plugins: z.array(entryShape).optional(),
  /** Relative locations of documents of the same format, each with `plugins`. */
  shards: z
    .array(z.string().regex(/^_\/[0-9a-f]{2}\.json$/))
    .max(256)
    .optional(),
})

export type RepoDocument = z.output<typeof repoDocumentShape>
export type RepoEntry = z.output<typeof entryShape>

export function parseRepoDocument(text: string, name: string): RepoDocument {
  return parseShape(repoDocumentShape, parseJson(text, name, LIMITS.repoDocumentBytes), { name })
}
