// What the static tree is rendered from: one plugin with all its sealed releases. A registry reads it from rows, a build
// without a server from files; the rendering is the same.
import type { Digest } from '../schemas/digest.ts'
import type { Name } from '../schemas/name.ts'
import type { VersionState } from '../schemas/plugin-document.ts'
import type { ReleasePredicate } from '../schemas/release-statement.ts'
import type { Version } from '../schemas/version.ts'

export type ReleaseRecord = {
  readonly version: Version
  /** ISO 8601 in UTC. */
  readonly publishedAt: string
  readonly state: VersionState
  readonly reason?: string
  readonly deprecated?: string
  readonly bundle: { readonly digest: Digest; readonly size: number }
  /** The proven predicate of the release's statement. */
  readonly predicate: ReleasePredicate
}

export type PluginRecord = {
  readonly repo: Name
  readonly plugin: Name
  readonly serial: number
  /** In any order. */
  readonly releases: readonly ReleaseRecord[]
}

/** One finished file of the tree. */
export type TreeFile = {
  /** Path under the tree root, `/`-separated, no leading slash. */
  readonly path: string
  readonly bytes: string
}
