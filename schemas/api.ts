// The write API's request and answer shapes; OpenAPI is generated from them.
import { z } from 'zod'
import { LIMITS } from './limits.ts'
import { VERSION_STATES } from './plugin-document.ts'
import {
  digestShape,
  fileNameShape,
  lineShape,
  nameShape,
  platformShape,
  sizeShape,
  timeShape,
  versionShape,
} from './shapes.ts'

export const PROBLEM_TYPE = 'application/problem+json'

/** RFC 9457, with our code, details and hint. */
export const problemShape = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  details: z.record(z.string(), z.unknown()).default({}),
  hint: z.string().optional(),
  requestId: z.string().optional(),
})

/** Every blob of a release is announced before it is uploaded; the bundle is one of them. */
export const openSessionRequest = z.strictObject({
  version: versionShape,
  bundle: z.strictObject({ digest: digestShape, size: sizeShape }),
  artifacts: z
    .array(z.strictObject({ platform: platformShape, file: fileNameShape, digest: digestShape, size: sizeShape }))
    .min(1)
    .max(LIMITS.platformsPerVersion),
})

export const sessionAnswer = z.object({
  id: z.string(),
  repo: nameShape,
  plugin: nameShape,
  version: versionShape,
  expiresAt: timeShape,
  /** `published` when the same release is sealed already: nothing is left to upload. */
  state: z.enum(['open', 'published']),
  uploads: z.array(z.object({ digest: digestShape, size: sizeShape, offset: sizeShape })),
})

export const publishedAnswer = z.object({
  repo: nameShape,
  plugin: nameShape,
  version: versionShape,
  publishedAt: timeShape,
  /** Serial of the plugin document that first shows the version. */
  serial: z.int(),
  /** Location of the plugin document, relative to the registry. */
  document: z.string(),
})

const VERSION_ACTIONS = ['yank', 'unyank', 'deprecate', 'undeprecate', 'quarantine', 'unquarantine'] as const

/** A letter, digit or sign; Hangul and Braille have blank ones. */
const SEEN = /(?![\u115f\u1160\u2800\u3164\uffa0])[\p{L}\p{N}\p{P}\p{S}]/u

export const changeStateRequest = z.strictObject({
  action: z.enum(VERSION_ACTIONS),
  /** Needed to yank, deprecate and quarantine. */
  reason: lineShape.regex(SEEN, 'expected a reason that people can see').optional(),
})

export const versionStateAnswer = z.object({
  repo: nameShape,
  plugin: nameShape,
  version: versionShape,
  state: z.enum(VERSION_STATES),
  reason: lineShape.optional(),
  deprecated: lineShape.optional(),
  serial: z.int(),
})

/** What a token allows. `*` as plugin means every plugin of the repo; as repo, every repo. */
export const TOKEN_ACTIONS = ['read', 'publish', 'yank', 'quarantine', 'admin'] as const
export const whoamiAnswer = z.object({
  token: z.object({ id: z.string(), name: z.string() }),
  scopes: z.array(z.object({ repo: z.string(), plugin: z.string(), actions: z.array(z.enum(TOKEN_ACTIONS)) })),
  expiresAt: timeShape,
})

export const searchAnswer = z.object({
  results: z.array(
    z.object({
      repo: nameShape,
      plugin: nameShape,
      kind: z.string(),
      category: z.string().optional(),
      description: z.string(),
      version: versionShape.optional(),
    }),
  ),
  /** True when more matched than are shown, on this page and those before it. */
  truncated: z.boolean(),
  /** How many matched, on all pages. Registries before filters do not say it, nor the counts. */
  total: z.int().optional(),
  /** How many there are with each value of a filter, were it set to that: the most frequent values. */
  counts: z.record(z.string(), z.record(z.string(), z.int())).optional(),
})

export type Problem = z.output<typeof problemShape>
export type OpenSessionRequest = z.output<typeof openSessionRequest>
export type SessionAnswer = z.output<typeof sessionAnswer>
export type PublishedAnswer = z.output<typeof publishedAnswer>
export type ChangeStateRequest = z.output<typeof changeStateRequest>
export type VersionAction = (typeof VERSION_ACTIONS)[number]
export type TokenAction = (typeof TOKEN_ACTIONS)[number]
export type VersionStateAnswer = z.output<typeof versionStateAnswer>
export type WhoamiAnswer = z.output<typeof whoamiAnswer>
export type SearchAnswer = z.output<typeof searchAnswer>
