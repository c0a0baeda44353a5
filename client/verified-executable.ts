// The one type that stands between the proof and the execution.
import type { Digest } from '../schemas/digest.ts'
import type { ReleasedManifest, Runtime } from '../schemas/manifest.ts'
import type { Name } from '../schemas/name.ts'
import type { Platform } from '../schemas/platform.ts'
import type { Version } from '../schemas/version.ts'

declare const executableBrand: unique symbol

/** What may be run, and nothing else may: its release, its bytes and its place in the store were proven. */
export type VerifiedExecutable = {
  /** Name of the repo in the config. */
  readonly repo: Name
  readonly plugin: Name
  readonly version: Version
  /** Key of the artifact that was chosen: the machine's own, the same without a libc, or `any`. */
  readonly platform: Platform
  /** Absolute path of what is executed, or of what `runtime` is given. Read-only, in the store. */
  readonly path: string
  /** Absolute folder that holds the artifact's files; `path` lies in it. */
  readonly root: string
  readonly runtime?: Runtime
  /** The name that the program finds as its own. */
  readonly argv0: string
  /** From the signed statement; made up only for `unsigned` repos. */
  readonly manifest: ReleasedManifest
  /** Of the artifact. */
  readonly digest: Digest
  /** Id of the publisher's key; `pinned` where a digest in the config is the proof. */
  readonly signer: Digest | 'unsigned' | 'pinned'
  readonly [executableBrand]: true
}
