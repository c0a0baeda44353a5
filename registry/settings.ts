// The settings of one registry process, with their defaults. The only file that knows them.
import { resolve } from 'node:path'
import { DAY_MS, HOUR_MS } from '../schemas/duration.ts'
import { LIMITS } from '../schemas/limits.ts'
import { domainOf } from './component-name.ts'

export type RegistrySettings = {
  readonly dataDir: string
  /** Where people reach the registry, without a trailing `/`; absolute links are built from it and never from a request. */
  readonly baseUrl: string
  /** What names of components begin with on the OCI face. */
  readonly componentDomain: string
  readonly limits: {
    readonly artifactBytes: number
    readonly releaseBytes: number
    readonly versionsPerPlugin: number
    readonly pluginsPerRepo: number
    /** From how many bytes on the oldest versions of a plugin document move to pages. */
    readonly documentBytes: number
    /** Sessions that one token may have open. */
    readonly openSessions: number
    /** Versions that one token may publish; each is rows and files for ever. */
    readonly releasesPerHour: number
    /** Plugins that one token may bring into the world. */
    readonly newPluginsPerHour: number
    /** Yanks, deprecations and the like that one token may make. */
    readonly stateChangesPerHour: number
    /** How long the registry checks archives for one token. */
    readonly proofMsPerHour: number
    /** How often one address may come without a token that counts before it is told to wait. */
    readonly refusedTriesPerHour: number
  }
  readonly times: {
    /** A session that nobody uses ends after this. */
    readonly leaseMs: number
    /** Bytes per second that an upload must reach on average in each watch window. */
    readonly uploadMinRate: number
    readonly uploadWatchMs: number
    /** How long SIGTERM waits for requests in flight. */
    readonly drainMs: number
    /** How long a blob that nothing refers to is kept. */
    readonly gcGraceMs: number
    /** How often a running registry collects such blobs. */
    readonly gcEveryMs: number
  }
}

export type SettingsInput = {
  readonly dataDir: string
  readonly baseUrl: string
  /** The host of the base URL when absent, where it can be. */
  readonly componentDomain?: string | undefined
  readonly limits?: Partial<RegistrySettings['limits']>
  readonly times?: Partial<RegistrySettings['times']>
}

export function registrySettings({
  dataDir,
  baseUrl,
  componentDomain,
  limits,
  times,
}: SettingsInput): RegistrySettings {
  return Object.freeze({
    dataDir: resolve(dataDir),
    baseUrl: baseUrl.replace(/\/+$/, ''),
    componentDomain: componentDomain ?? domainOf(baseUrl),
    limits: {
      artifactBytes: LIMITS.artifactBytes,
      releaseBytes: LIMITS.releaseBytes,
      versionsPerPlugin: LIMITS.versionsPerPlugin,
      pluginsPerRepo: LIMITS.pluginsPerRepo,
      documentBytes: LIMITS.pluginDocumentBudget,
      openSessions: 256,
      // A pipeline that publishes each of a thousand plugins for each of six merges in an hour stays below it; a loop does not.
      releasesPerHour: 6000,
      // The first publish of a monorepo, or a move from another registry; names are never given back.
      newPluginsPerHour: 2000,
      stateChangesPerHour: 2000,
      proofMsPerHour: 600_000,
      // One a second, from all machines behind one address together.
      refusedTriesPerHour: 3600,
      ...limits,
    },
    times: {
      leaseMs: HOUR_MS,
      uploadMinRate: 1024,
      uploadWatchMs: 30_000,
      drainMs: 30_000,
      gcGraceMs: DAY_MS,
      gcEveryMs: HOUR_MS,
      ...times,
    },
  })
}
