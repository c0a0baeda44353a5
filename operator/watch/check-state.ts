// How a check that goes on and on is at the moment: what its last runs have decided, which single runs do not change. Pure.
import type { CheckStatus } from '../../schemas/check-result.ts'
import type { CheckOutcome } from '../check/outcome.ts'
import type { Rows, Thresholds } from '../check/rows.ts'
import { areDecided, countedIn, NO_ROWS } from '../check/rows.ts'

/** `waiting`: nothing is decided yet, which is no pass. */
export type WatchedStatus = CheckStatus | 'waiting'

export type CheckState = {
  readonly status: WatchedStatus
  /** Of a clock, in milliseconds. */
  readonly since: number
  readonly rows: Rows
  /** The last run. */
  readonly last?: CheckOutcome
}

export function waitingSince(now: number): CheckState {
  return { status: 'waiting', since: now, rows: NO_ROWS }
}

type Setting = Thresholds & {
  readonly now: number
  /** In it a failure says only that the service is not there yet. */
  readonly isStartPeriod: boolean
}

export function afterRun(state: CheckState, outcome: CheckOutcome, setting: Setting): CheckState {
  const { status } = outcome
  const { now, isStartPeriod } = setting
  if (status === 'skipped') return { ...state, last: outcome }
  const isEarly = isStartPeriod && state.status === 'waiting' && !isWell(status)
  if (isEarly) return { ...state, last: outcome }
  const rows = countedIn(state.rows, status)
  const next = areDecided(rows, setting) ? decided(rows, status, setting) : state.status
  return { status: next, since: next === state.status ? state.since : now, rows, last: outcome }
}

/** A warning passes. */
export function isWell(status: WatchedStatus): boolean {
  return status === 'ok' || status === 'warn'
}

/** What the row says that is long enough; failures in a row count also where runs between them could not tell. */
function decided(rows: Rows, status: CheckStatus, { failureThreshold }: Thresholds): CheckStatus {
  return status === 'unknown' && rows.failed >= failureThreshold ? 'critical' : status
}
