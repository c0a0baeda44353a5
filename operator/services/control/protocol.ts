// What is said over the control socket: one request and one answer, each a line of JSON.
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import type { NotifierStatus } from '../../notifications/notifications.ts'
import type { ProgramOrigin } from '../journal/journal.ts'
import type { End } from '../life/end.ts'
import type { Health, State } from '../life/lifecycle.ts'
import type { LimitStatus } from '../limits/in-force.ts'
import type { EndpointStatus } from '../metrics/endpoint.ts'
import type { ProjectMetrics } from '../metrics/snapshot.ts'
import type { SecretsStatus } from '../secrets/entry.ts'
import type { ConfigCall } from '../specs/config-call.ts'

export type Request =
  /** `started` is answered when all is up, or will not come up, that the supervisor itself was started for. */
  | { readonly v: 1; readonly do: 'status' | 'started' | 'metrics' }
  | { readonly v: 1; readonly do: 'stop'; readonly services: readonly string[] }
  /** Answered with where and with which variables a service runs. */
  | { readonly v: 1; readonly do: 'surroundings'; readonly service: string }
  | BeginRequest

/** No services means all. */
export type BeginRequest = {
  readonly v: 1
  readonly services: readonly string[]
  /** How the config is to be read; as whoever supervises was started when absent. */
  readonly call?: ConfigCall
} & (
  | /** Answered when they are up, or will not come up. */ {
      readonly do: 'start' | 'restart'
      /** A unit starts it, as after a restart of the machine, and nobody typed a command. */
      readonly isBoot?: true
    }
  /** Answered when what differs from the config is stopped, and what is started for it is up, or will not come up. */
  | {
      readonly do: 'apply'
      /** Digest of the changes that somebody has seen: others are not made. */
      readonly shown: string
    }
)

export type Answer =
  | { readonly v: 1; readonly state: 'done'; readonly status: ProjectStatus }
  | { readonly v: 1; readonly state: 'surroundings'; readonly surroundings: Surroundings }
  | { readonly v: 1; readonly state: 'metrics'; readonly metrics: ProjectMetrics }
  | { readonly v: 1; readonly state: 'failed'; readonly error: { code: ErrorCode; message: string; hint?: string } }

/** Secrets are among the variables: it goes over the socket of one user, and nowhere else. */
export type Surroundings = { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> }

export type InstanceStatus = {
  readonly service: string
  readonly instance: string
  readonly state: State
  readonly health: Health
  readonly pid?: number
  /** How long its program has run. */
  readonly upMs?: number
  /** Until one that pauses is tried again. */
  readonly retryInMs?: number
  /** In a row. */
  readonly failures: number
  readonly end?: End
  readonly reason?: string
  readonly checks?: readonly {
    readonly label: string
    /** Its plugin, with what tells it from others of the same. */
    readonly name?: string
    readonly state: string
    /** What it was is old: it has not told anything since for several runs. */
    readonly unsure?: true
    readonly summary?: string
  }[]
  /** Of a service that is given some. */
  readonly secrets?: SecretsStatus
  /** Absent where it is to have none, and of what does not run. */
  readonly limits?: readonly LimitStatus[]
  /** Where its program came from, where it is none of this machine. */
  readonly program?: ProgramOrigin
  readonly log: string
  readonly logBytes: number
  /** The config says something else by now than what it runs with. */
  readonly differs?: true
  /** In what, where that is known. */
  readonly changed?: readonly string[]
}

export type ProjectStatus = {
  readonly config: string
  /** `none` while services may run: they outlive whoever supervises them. */
  readonly supervisor: { readonly state: 'running'; readonly pid: number } | { readonly state: 'none' }
  readonly services: readonly InstanceStatus[]
  /** Services that only the config has, and those that only were started. */
  readonly notInBoth?: { readonly added: readonly string[]; readonly gone: readonly string[] }
  /** Absent without a supervisor, and where the config names none. */
  readonly notifiers?: readonly NotifierStatus[]
  /** Where measures are answered; absent without a supervisor, and where the config says nothing. */
  readonly metrics?: EndpointStatus
}
