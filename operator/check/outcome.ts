// What became of one check of a config, for the table, JSON and JUnit.
import type { Place } from '../../config/document/node.ts'
import type { Phase } from '../../config/model/config.ts'
import type { CheckStatus } from '../../schemas/check-result.ts'
import type { CodedError } from '../../schemas/errors.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import type { CheckReport } from '../result/report.ts'
import type { LogLine } from '../result/stderr-log.ts'

export type CheckOutcome = Omit<CheckReport, 'status' | 'final'> & {
  readonly service: string
  /** Absent, as is the plugin, for a service that has no checks. */
  readonly phase?: Phase
  readonly plugin?: string
  readonly repo?: string
  readonly version?: string
  /** What tells it from the other checks of its plugin in this phase of the service. */
  readonly mark?: string
  readonly status: CheckStatus | 'skipped'
  /** How often the plugin ran. */
  readonly attempts: number
  readonly durationMs: number
  /** What the last run logged. */
  readonly log: readonly LogLine[]
  /** Octo's own error, when the plugin could not be run. */
  readonly error?: { readonly code: string; readonly hint?: string }
  readonly place: Place
}

/** What is said of a check that did not run, and is no pass. */
export function refusedOutcome({ reason, problem }: { readonly reason: string; readonly problem?: CodedError }) {
  const error = problem && { code: problem.code, ...omitUndefined({ hint: problem.hint }) }
  return { status: 'unknown', summary: reason, ...omitUndefined({ error }) } as const
}

/** A warning keeps a service healthy. */
function hasPassed({ status }: Pick<CheckOutcome, 'status'>): boolean {
  return status === 'ok' || status === 'warn'
}

export function hasFailed(outcome: Pick<CheckOutcome, 'status'>): boolean {
  return !hasPassed(outcome) && outcome.status !== 'skipped'
}

type Tally = {
  readonly passed: number
  readonly failed: number
  readonly unknown: number
  readonly skipped: number
}

export function tally(outcomes: readonly CheckOutcome[]): Tally {
  const count = (matches: (outcome: CheckOutcome) => boolean) => outcomes.filter(matches).length
  return {
    passed: count(hasPassed),
    failed: count(({ status }) => status === 'critical'),
    unknown: count(({ status }) => status === 'unknown'),
    skipped: count(({ status }) => status === 'skipped'),
  }
}
