// What the repos of the config are asked about one plugin, what each of them offers, and what was chosen.
import type { RepoConfig } from '../../config/model/config.ts'
import type { Name } from '../../schemas/name.ts'
import type { DocumentVersion, PluginDocument } from '../../schemas/plugin-document.ts'
import type { Http } from '../../system/http/open-http.ts'

export type Question = {
  readonly plugin: Name
  /** Name of the repo in the config; undefined when none is pinned. */
  readonly repo: Name | undefined
  /** All have to be satisfied; sorted, without repeats. */
  readonly ranges: readonly string[]
  readonly prerelease: boolean
}

/** What one repo of the config says about one plugin. */
export type Offer = {
  readonly repo: RepoConfig
  readonly document: PluginDocument
  /** Highest serial of this document that this machine or the lockfile has seen. */
  readonly seenSerial: number
}

/** Where the bytes of an artifact come from, over a connection that may read them. */
export type ArtifactSource = { readonly http: Http; readonly url: URL }

export type Choice = {
  readonly repo: RepoConfig
  readonly document: PluginDocument
  readonly version: DocumentVersion
  readonly question: Question
  readonly reason: string
  readonly warnings: readonly string[]
}
