// The one form that the three formats of OctoCompose configs are read into: v1 below `operator`, v2 below `octoctl` and
// `services.NAME.octocompose`, and v3, which octoctl reads, with its repos below `repos.include`.

import type { Typed } from '../../schemas/contract/ocm/type-name.ts'
import type { Digest } from '../../schemas/digest.ts'
import type { CodedError } from '../../schemas/errors.ts'
import type { Name } from '../../schemas/name.ts'
import type { ComponentKey, TrustKey } from '../../schemas/trust-key.ts'
import type { Place } from '../document/node.ts'
import type { ConfigWarning } from '../document/warnings.ts'
import type { CheckArguments, PluginRequest } from './asked-plugin.ts'
import type { NotifierConfig } from './notifier-config.ts'
import type { McpMark } from './read-mcp.ts'
import type { MetricsListen } from './read-metrics.ts'
import type { ProbesConfig } from './read-probes.ts'
import type { Dependency, ServiceSpec } from './service-spec.ts'

export type { CheckArguments, PluginRequest } from './asked-plugin.ts'

/** Who may sign what a repo offers. There is no other way and no default. */
export type RepoTrust =
  | { readonly kind: 'keys'; readonly keys: readonly TrustKey[] }
  | { readonly kind: 'unsigned' }
  /** A plugin registry of OCM: keys of its own signatures, and digests of normalised descriptors. */
  | { readonly kind: 'component'; readonly keys: readonly ComponentKey[]; readonly digests: readonly Digest[] }

export type RepoConfig = {
  /** The config's own name for the repo. */
  readonly name: Name
  /** `…/repos/<repo>.yaml` as the config gives it, absolute; or `ocm://HOST/PATH//COMPONENT`. */
  readonly url: string
  /** Where the same repo is served too: asked in this order when it does not answer at `url`. Absent where there are none. */
  readonly mirrors?: readonly string[]
  readonly trust: RepoTrust
}

/** `operator.plugins`: which repo and range a name is bound to. */
export type PluginPin = {
  readonly plugin: Name
  readonly repo?: Name
  readonly range?: string
  readonly prerelease?: boolean
  /** A platform without an artifact of it is no failure of an install. */
  readonly optional?: boolean
  /** What it is configured with, where it is a service plugin. */
  readonly configurations?: readonly Typed[]
  /** `octo mcp` offers it. */
  readonly mcp?: McpMark
}

/** A folder with plugins that speak OCM's protocol, and which of them may run. */
export type PluginDirectory = {
  /** Absolute, or begins with `~/`. */
  readonly path: string
  /** Whatever lies there may run. */
  readonly isTrusted: boolean
  /** Of the files that may run. */
  readonly digests: readonly Digest[]
  /** What its plugins are configured with. */
  readonly configurations?: readonly Typed[]
}

export const PHASES = ['preflight', 'health', 'init'] as const
export type Phase = (typeof PHASES)[number]

export type CheckItem = {
  readonly request: PluginRequest
  readonly arguments: CheckArguments
  /** Why it has no arguments and cannot run; known only to who reads the config for checks that do not need each other. */
  readonly problem?: CodedError
  readonly enabled: boolean
  readonly intervalMs: number
  /** Between checks of what is healthy, where the config says no interval. */
  readonly calmIntervalMs?: number
  readonly timeoutMs?: number
  readonly successThreshold: number
  readonly failureThreshold: number
  /** Operators that run this item; all when absent. */
  readonly operators?: readonly string[]
  /** Where it was written. */
  readonly place: { readonly file: string; readonly line?: number }
}

export type ServiceConfig = {
  readonly name: string
  /** Where it was written first; absent of one that was made without a document. */
  readonly place?: Place
  readonly enabled: boolean
  readonly checks: Readonly<Record<Phase, readonly CheckItem[]>>
  /** Something says what program it runs, if perhaps wrongly. */
  readonly hasProgram: boolean
  /** How it is run here, or why it cannot be: that is an error of `octo start` alone. */
  readonly spec: ServiceSpec | CodedError
  /** All that keeps it from being run here; `spec` is the first of them. */
  readonly problems?: readonly CodedError[]
  /** What the config says, also of a service that is run elsewhere; undefined where it says nothing. */
  readonly startPeriodMs?: number | CodedError | undefined
  /** The same of what it waits for, without what its secrets need. */
  readonly dependsOn?: readonly Dependency[] | CodedError
}

/** What runs the services: octo itself, or a plugin by the name that the config gives it. */
export type OperatorChoice =
  | { readonly kind: 'built in'; readonly name: string }
  | { readonly kind: 'plugin'; readonly name: string; readonly request: PluginRequest }

export type OctoConfig = {
  /** Absolute paths and URLs that were read, the given one first. */
  readonly files: readonly string[]
  /** Local documents and key files by absolute path, as they were read: another text may mean that others are trusted. */
  readonly inputs?: ReadonlyMap<string, string>
  readonly name?: string
  readonly repos: readonly RepoConfig[]
  readonly pins: readonly PluginPin[]
  /** Absent where the config says nothing. */
  readonly operator?: OperatorChoice
  readonly services: readonly ServiceConfig[]
  /** Who is told of what happens; nobody when absent. */
  readonly notifiers?: readonly NotifierConfig[]
  /** None when absent. */
  readonly pluginDirectories?: readonly PluginDirectory[]
  /** Documents of OCM that configure service plugins: absolute, beginning with `~/`, or `$OCM_CONFIG`. */
  readonly ocmConfigs?: readonly string[]
  /** Asked for the credentials of calls to service plugins, in their order; nobody is when absent. */
  readonly credentialRepositories?: readonly Typed[]
  /** Where measures can be asked for; nowhere when absent. */
  readonly metrics?: MetricsListen
  /** By which operators of containers make probes of checks; they make none of plugins when absent. */
  readonly probes?: ProbesConfig
  readonly warnings: readonly ConfigWarning[]
}
