// Types of the client's public face.
import type { OctoConfig, PluginRequest } from '../config/model/config.ts'
import type { Digest } from '../schemas/digest.ts'
import type { CodedError } from '../schemas/errors.ts'
import type { LockedPlugin, Lockfile } from '../schemas/lockfile.ts'
import type { ReleasedManifest } from '../schemas/manifest.ts'
import type { Name } from '../schemas/name.ts'
import type { Platform } from '../schemas/platform.ts'
import type { Version } from '../schemas/version.ts'
import type { Settled } from '../system/async/limit.ts'
import type { WatchedPlaces } from '../system/files/watched-places.ts'
import type { ProvenProgram, WantedProgram } from './proven-program.ts'
import type { RepoService } from './repo-service.ts'
import type { Report } from './report.ts'
import type { VerifiedExecutable } from './verified-executable.ts'

export type ClientOptions = {
  readonly config: OctoConfig
  /** Absolute; `octo.lock` beside the config unless told otherwise. */
  readonly lockPath: string
  /** Absolute; see storeRootOf. */
  readonly storeRoot: string
  /** A store that all users of this machine read, looked into for what the own one lacks; see sharedRootOf. */
  readonly sharedRoot?: string | undefined
  readonly platform: Platform
  /** The lockfile must cover everything and is never written. */
  readonly frozen?: boolean
  /** No socket is opened. */
  readonly offline?: boolean
  readonly report?: Report
  readonly accept?: Acceptance
  /** Milliseconds since 1970, for the windows of keys. */
  readonly now?: () => number
  /** The environment, for proxies, authorities and credentials; without it there are none of its own. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** What a person said yes to, for this one command. */
export type Acceptance = {
  /** A document that is older than the one last seen. */
  readonly serial?: boolean
  /** An unsigned plugin in place of a signed one. */
  readonly unsigned?: boolean
}

/** What became of one plugin that was asked for. */
export type PluginOutcome = Settled<VerifiedExecutable>

export type InstallReport = {
  readonly executables: readonly VerifiedExecutable[]
  /** Blobs that came over the network now; the rest was in the store. */
  readonly downloaded: readonly { readonly file: string; readonly digest: Digest; readonly size: number }[]
  /** Plugins that could not be installed, each with its reason. The others are. */
  readonly failed: readonly FailedPlugin[]
  /** Of services whose program comes from an address, an image or source, by their names. */
  readonly programs: readonly { readonly service: string; readonly outcome: Settled<ProvenProgram> }[]
}

export type FailedPlugin = {
  readonly plugin: Name
  readonly error: CodedError
  /** Its pin says `optional: true`, and this platform has no artifact. */
  readonly isOptional: boolean
}

export type LockOptions = {
  /** Look for newer versions of these names, or of all. */
  readonly update?: readonly string[] | 'all'
  /** Resolve and prove as usual, and write nothing into the lockfile. */
  readonly dryRun?: boolean
  /** Told what would change before anything is written; throws where somebody does not want it. */
  readonly agree?: (changes: readonly LockChange[]) => Promise<void>
  /** Told, for each plugin that is asked about anew, of a newer version that its ranges keep out. */
  readonly keptOut?: (plugin: Name, newest: Version) => void
}

/**
 * Why a locked version is left: its registry withdrew it or offers it no more, the config asks for others, or it needs a newer octo.
 */
export type WhyLeft = 'yanked' | 'quarantined' | 'not offered' | 'range' | 'octo'

export type LockChange = {
  /** `repo/plugin`. */
  readonly name: string
  readonly before?: LockedPlugin
  readonly after?: LockedPlugin
  /** Why it is this version, and why it is no longer the one before. */
  readonly reason?: string
  /** Absent where a newer version is all there is to it. */
  readonly left?: WhyLeft
}

export type Client = AsyncDisposable & {
  /**
   * Resolves the config's requests (pins and check items) and writes the lockfile; nothing is installed.
   * Throws LOCK_OUT_OF_DATE when frozen.
   */
  lock(options?: LockOptions): Promise<readonly LockChange[]>
  /**
   * Locks what is missing, then brings everything that the config asks for into the store. What cannot be installed does
   * not keep the rest out; it is in `failed`.
   */
  install(): Promise<InstallReport>
  /**
   * Like install, for these requests only: at once for what is locked and stored. A plugin that is not locked is added to
   * the lockfile, unless frozen (LOCK_OUT_OF_DATE); a range that the locked version does not satisfy is served beside it.
   * Answers in the order of the requests, each with its executable or its own error.
   */
  provide(requests: readonly PluginRequest[]): Promise<readonly PluginOutcome[]>
  /** The same where all are needed: throws the first error, after the others were installed. */
  ensure(requests: readonly PluginRequest[]): Promise<readonly VerifiedExecutable[]>
  /**
   * What the releases say of themselves that these requests mean, once they are proven, without their files. What is not locked is
   * added to the lockfile, as by `provide`. In the order of the requests.
   */
  manifests(requests: readonly PluginRequest[]): Promise<readonly Settled<ReleasedManifest>[]>
  /** The program of a service that is no plugin: from an address, an image or source. Throws why it cannot be had, or run. */
  provideProgram(wanted: WantedProgram): Promise<ProvenProgram>
  /** Re-checks the files right before they are executed, in microseconds; throws STORE_CORRUPT or PROGRAM_UNSAFE. */
  locate(executable: VerifiedExecutable): VerifiedExecutable
  /** Lets `readWarmRun` answer from now on, as long as config, lockfile and files stay as they are. */
  recordWarmRun(key: { readonly configPath: string; readonly request: string }, executable: VerifiedExecutable): void
  /**
   * Everything on this machine that the proof of such a run rests on, from before it was proven, and on disk: while all of it
   * is as it is now, the run needs no new proof. Throws LINK_REFUSED where each run has to be proven in full.
   */
  grounds(
    key: { readonly configPath: string; readonly request: string },
    executable: VerifiedExecutable,
  ): Promise<WatchedPlaces>
  /** A path to the program that ends in its `argv0`, for callers that cannot say what a program finds as its name. */
  nameProgram(executable: VerifiedExecutable): string
  /**
   * Copies the program and its files into a folder that needs no octo, and gives the path by which it is started there. Throws
   * PLUGIN_NOT_ALONE, ALREADY_EXISTS, STORE_CORRUPT, NO_SPACE or IO_FAILED.
   */
  placeAlone(executable: VerifiedExecutable, folder: string): Promise<string>
  /** Copies all files of the plugin into this empty folder, as they were proven. Throws STORE_CORRUPT, NO_SPACE or IO_FAILED. */
  placeWhole(executable: VerifiedExecutable, folder: string): Promise<void>
  /** Why it cannot be placed so, in words that follow its name; undefined where it can. */
  otherNeedOf(executable: VerifiedExecutable): Promise<string | undefined>
  /** The images that the repos of the config name for these services; see sources/plain/repo-images.ts. */
  repoImages(services: readonly string[]): Promise<Readonly<Record<string, RepoService>>>
  /** The lockfile as it is now. */
  lockfile(): Lockfile
}
