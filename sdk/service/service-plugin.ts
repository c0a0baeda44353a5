// What a service plugin is: what its author states of it, what is made of that, and what serves it.
import type { IncomingHttpHeaders } from 'node:http'
import type { PluginConfig } from '../../schemas/contract/ocm/plugin-config.ts'
import type { OwnCapabilities } from './capabilities.ts'
import type { CleanUp } from './clean-up.ts'
import type { ConfigType } from './config.ts'
import type { CallContext, Served } from './definition.ts'
import type { Candidate } from './endpoints.ts'
import type { Log } from './log.ts'

export type ServiceDefinition = {
  readonly name: string
  readonly version: string
  /** What it does: `packs blobs with gzip`. */
  readonly summary: string
  /** Made with `blobTransformer`, `signingHandler` and their kin: any number, of any capabilities. */
  readonly serves: readonly Served[]
  /** Made with `configType`: what of the user's configuration it wants. */
  readonly config?: readonly ConfigType[]
  /** Runs at the end, when no call is under way any more. */
  readonly cleanup?: CleanUp | readonly CleanUp[]
  /** Paths of its own, beside those of its capabilities. */
  readonly handlers?: Readonly<Record<`/${string}`, OwnHandler>>
  readonly limits?: {
    /** Of one request; 64 MiB when absent. */
    readonly bodyBytes?: number
    /** Of one file that `files.write` makes; 16 GiB when absent. */
    readonly blobBytes?: number
    /** How long calls may take at the end; 5 s when absent. */
    readonly drainMs?: number
    /** How long the clean-up may take; 3 s when absent. */
    readonly cleanUpMs?: number
  }
}

/** Answers with JSON, or with nothing. */
export type OwnHandler = (
  request: {
    readonly method: string
    readonly query: URLSearchParams
    readonly headers: IncomingHttpHeaders
    readonly body: Buffer
  },
  context: Omit<CallContext, 'credentials'>,
) => unknown

export type ServicePlugin = {
  readonly name: string
  readonly version: string
  readonly summary: string
  /** What `capabilities` says. */
  capabilities(): OwnCapabilities
  /** Runs it in this process, as a host's `--config` asks. */
  serve(config: PluginConfig, log: Log): Promise<Serving>
  /** Runs it as a program: `capabilities`, or `--config JSON`. */
  main(): Promise<void>
}

export type Serving = {
  /** The line by which the host finds the plugin. */
  readonly announcement: string
  /** Settles when nothing is left of it. */
  readonly ended: Promise<void>
  /** Lets calls finish, and ends. False when that has begun already. */
  stop(reason: string): boolean
  /** While it stops: waits for no call any more. */
  hurry(): void
}

/** A definition as it is served. */
export type ServiceProgram = Pick<ServiceDefinition, 'config' | 'cleanup' | 'handlers' | 'limits'> & {
  readonly endpoints: ReadonlyMap<string, readonly Candidate[]>
}
