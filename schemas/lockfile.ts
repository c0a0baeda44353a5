// octo.lock: what was resolved, for all platforms at once, so that an install elsewhere or later is the same and offline.

import { z } from 'zod'
import { MAX_DESCRIPTOR_BYTES } from './component/descriptor.ts'
import { parseJson, stableJson } from './json.ts'
import { LIMITS } from './limits.ts'
import { ARTIFACT_FORMATS } from './release-statement.ts'
import { parseShape } from './shape.ts'
import {
  digestShape,
  fileNameShape,
  nameShape,
  platformShape,
  relativePathShape,
  sizeShape,
  versionShape,
} from './shapes.ts'

export const LOCK_FORMAT = 'octo.lock/v1'

const lockedPluginShape = z.strictObject({
  /** Name of the repo in the config. */
  repo: nameShape,
  /** URL that the config gave the repo; another URL makes the entry out of date. */
  url: z.string().max(2048),
  /** Name of the repo in statements; differs from `repo` where the config uses an alias. */
  registryRepo: nameShape,
  plugin: nameShape,
  version: versionShape,
  /** Ranges that this entry answers. */
  ranges: z.array(z.string().max(256)).max(256),
  /** Highest believable serial of the plugin document that was resolved from; 0 for unsigned plain YAML. */
  serial: z.int().min(0),
  /**
   * Key id of the publisher, `sha256:…` of its SPKI; `unsigned` only where the config said so, `pinned` where a digest in the config
   * is the proof.
   */
  signer: z.union([digestShape, z.literal('unsigned'), z.literal('pinned')]),
  /** What carries the proof: the signed statement of a release, or the descriptor of a component version. */
  bundle: z.strictObject({ digest: digestShape, size: sizeShape.max(LIMITS.bundleBytes) }).optional(),
  /** Only for registries of OCM: which component version it is, and the list that called it by this name. */
  component: z
    .strictObject({
      name: z.string().max(255),
      /** As OCM writes it. */
      version: z.string().max(LIMITS.versionLength),
      list: z.strictObject({
        version: z.string().max(LIMITS.versionLength),
        digest: digestShape,
        size: sizeShape.max(MAX_DESCRIPTOR_BYTES),
      }),
    })
    .optional(),
  platforms: z.record(
    platformShape,
    z.strictObject({
      file: fileNameShape,
      digest: digestShape,
      size: sizeShape,
      format: z.enum(ARTIFACT_FORMATS),
      /** Only for unsigned sources: where the bytes were, as there is no tree to derive it from. */
      url: z.string().max(2048).optional(),
      /** Only for unsigned sources: what is executed, as there is no statement that says so. */
      executable: relativePathShape.optional(),
    }),
  ),
})

export const lockfileShape = z.strictObject({
  format: z.literal(LOCK_FORMAT),
  /** Keyed by `repo/plugin` with the config's repo name. */
  plugins: z.record(z.string().regex(/^[a-z0-9-]{1,64}\/[a-z0-9-]{1,64}$/), lockedPluginShape),
})

export type Lockfile = z.output<typeof lockfileShape>
export type LockedPlugin = z.output<typeof lockedPluginShape>

export function parseLockfile(text: string, name: string): Lockfile {
  return parseShape(lockfileShape, parseJson(text, name, LIMITS.lockfileBytes), { name })
}

/** One text for one lock: sorted keys, two spaces, a line end; so that diffs are small and merges are possible. */
export function renderLockfile(lockfile: Lockfile): string {
  return `${JSON.stringify(JSON.parse(stableJson(lockfile)), null, 2)}\n`
}
