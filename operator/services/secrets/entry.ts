// What is known of the secrets of one service: its sources, what they gave, and how that looks to people. Without a clock or a process.

import type { SecretSource } from '../../../config/model/service-spec.ts'
import { quote } from '../../../schemas/quote.ts'
import type { Loaded } from '../specs/loaded-services.ts'
import type { RunnableService } from '../specs/runnable.ts'
import type { Asked } from './ask-source.ts'
import type { Due } from './due.ts'
import type { Held } from './held.ts'
import type { MergedSecrets } from './merge-secrets.ts'

/** What a service is started with. */
export type HandedOver = Pick<MergedSecrets, 'environment'> & {
  readonly folder: string
  /** The config of the service, where secrets stand in it. */
  readonly config?: string
}

export type SecretsStatus = {
  /** `stale`: good still, and a source did not give the next ones. `expired`: it runs with what is over. */
  readonly state: 'waiting' | 'good' | 'stale' | 'expired'
  /** When the first of them ends. */
  readonly until?: string
  readonly reason?: string
}

export type Wanted = Loaded & { readonly service: RunnableService }

export type Source = {
  readonly planned: SecretSource
  /** For people. */
  readonly label: string
  held?: Held
  problem?: Exclude<Asked, { status: 'ok' }>
  failures: number
  /** When it is asked again; never when absent. */
  due?: Due
}

export type Entry = {
  readonly wanted: Wanted
  readonly sources: readonly Source[]
  readonly abort: AbortController
  handed?: HandedOver
  /** Why what was given cannot be handed over. */
  problem?: string
  isAsking: boolean
  /** It runs already: what it has is good as long as nobody knows better. */
  readonly isAdopted: boolean
  /** One that ran already has ended, and is to be started with them. */
  isAwaited?: boolean
  timer?: NodeJS.Timeout
}

/** It is to be started, and what it is to be given will not come by itself. */
export function isHopeless({ handed, isAdopted, isAwaited = !isAdopted, problem, sources }: Entry): boolean {
  const isRefused = sources.some((source) => !source.held && source.problem?.status === 'failed')
  return !handed && isAwaited && (isRefused || problem !== undefined)
}

/** Two of one plugin are told apart by their number. */
export function labelOf({ request: { plugin } }: SecretSource, at: number, all: readonly SecretSource[]): string {
  const isOnly = all.filter((other) => other.request.plugin === plugin).length === 1
  return isOnly ? quote(plugin) : `${quote(plugin)} (source ${at + 1})`
}

export function reasonOf({ sources, problem }: Entry): string {
  const problems = sources.flatMap(({ label, problem: own }) => (own ? [`${label}: ${own.reason}`] : []))
  return `secrets are not there: ${[...problems, ...(problem === undefined ? [] : [problem])].join('; ')}`
}

export function statusOfEntry(entry: Entry, now: number): SecretsStatus {
  const ends = entry.sources.flatMap(({ held }) => (held?.expiresAt === undefined ? [] : [held.expiresAt]))
  const until = ends.length === 0 ? {} : { until: new Date(Math.min(...ends)).toISOString() }
  const hasProblem = entry.problem !== undefined || entry.sources.some(({ problem }) => problem)
  const reason = hasProblem ? { reason: reasonOf(entry) } : {}
  if (!entry.handed) return { state: entry.isAdopted ? 'stale' : 'waiting', ...reason }
  if (ends.some((end) => end <= now)) return { state: 'expired', ...until, ...reason }
  return { state: hasProblem ? 'stale' : 'good', ...until, ...reason }
}
