// How a service is run on this machine: what its keys say, in one form.
import type { Place } from '../document/node.ts'
import type { CheckArguments, PluginRequest } from './asked-plugin.ts'
import type { ProgramSource } from './program-source.ts'

export type ServiceProgram =
  | { readonly kind: 'command'; readonly argv: readonly [string, ...string[]] }
  | { readonly kind: 'plugin'; readonly request: PluginRequest; readonly arguments: CheckArguments }
  | /** Words of its own are those of its image when absent. */ {
      readonly kind: 'file'
      readonly source: ProgramSource
      readonly words?: readonly string[]
    }

export const CONDITIONS = ['started', 'healthy', 'completed'] as const
/** What a service waits for: that another one runs, that its checks pass, or that it has ended with 0. */
export type Condition = (typeof CONDITIONS)[number]

export type Dependency = {
  readonly service: string
  readonly condition: Condition
  /** Not waited for where the config has no such service, or has it switched off. */
  readonly isOptional: boolean
}

export const RESTART_POLICIES = ['no', 'on-failure', 'always', 'unless-stopped'] as const

export type RestartRule = {
  readonly policy: (typeof RESTART_POLICIES)[number]
  /** Failures in a row after which it is given up; never when absent. */
  readonly maxAttempts?: number
}

export const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGKILL'] as const

export type StopRule = {
  readonly signal: (typeof STOP_SIGNALS)[number]
  /** From the first signal to SIGKILL. */
  readonly timeoutMs: number
  /** Who gets the first signal. A program that passes it on to its children would have them get it twice. */
  readonly target: 'main' | 'group'
}

/** The most of the machine that a service may use. */
export type ServiceLimits = {
  /** Of all its processes together, as the two that follow. */
  readonly memoryBytes?: number
  readonly cpus?: number
  readonly processes?: number
  /** Of each of its processes. */
  readonly openFiles?: number
}

/** A key that says something which octo does not do, and where. */
export type LeftAside = { readonly key: string; readonly why: string; readonly place: Place }

export const CHANGE_RULES = ['restart', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'nothing'] as const
/** What a running service is told when its secrets are others. */
export type ChangeRule = (typeof CHANGE_RULES)[number]

export type SecretSource = {
  readonly request: PluginRequest
  readonly arguments: CheckArguments
  /** By variable, the name of the secret that it holds. */
  readonly environment: Readonly<Record<string, string>>
  /** By path in `configs` of the service, the name of the secret that stands there. */
  readonly values: Readonly<Record<string, string>>
  readonly onChange: ChangeRule
  /** Asked again at least so often. */
  readonly refreshMs?: number
  /** Of one question. */
  readonly timeoutMs?: number
  readonly dependsOn: readonly Dependency[]
  readonly place: Place
}

export type ServiceSpec = {
  readonly program: ServiceProgram
  readonly environment: Readonly<Record<string, string>>
  /** As it is written, from the folder of the document that says it. */
  readonly workingDir?: { readonly path: string; readonly document: string }
  readonly dependsOn: readonly Dependency[]
  readonly restart: RestartRule
  readonly stop: StopRule
  readonly replicas: number
  readonly startPeriodMs: number
  readonly limits?: ServiceLimits
  /** `configs` of the service, handed over as a file. */
  readonly configFile?: { readonly format: 'json' | 'yaml'; readonly value: unknown }
  /** What it gets its secrets from, in the order of writing. */
  readonly secrets: readonly SecretSource[]
  readonly leftAside: readonly LeftAside[]
}
