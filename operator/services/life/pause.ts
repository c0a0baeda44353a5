// How long a service that failed waits for its next try: longer from failure to failure, and not at the same moment as all the
// others that failed with it.
import { jittered } from '../../../system/async/jittered.ts'

const FIRST_MS = 200
const LONGEST_MS = 60_000
const JITTER = 0.2
const STABLE_MS = 10_000

/** `failures` in a row, at least one; `random` from 0 to 1. */
export function pauseBefore(failures: number, random: number): number {
  const wholeMs = Math.min(FIRST_MS * 2 ** Math.min(failures - 1, 30), LONGEST_MS)
  return Math.round(jittered(wholeMs, { share: JITTER, random }))
}

type Life = {
  /** `none`: it has no checks. */
  readonly health: string
  readonly pauseMs: number
  readonly startedAt?: number
  readonly healthyAt?: number
  readonly endedAt?: number
}

/** Whether it was well for so long that its failures before are another matter. That it ran is not enough where it has checks. */
export function isStable({ health, startedAt, healthyAt, endedAt, pauseMs }: Life): boolean {
  const from = health === 'none' ? startedAt : healthyAt
  if (from === undefined || endedAt === undefined) return false
  return endedAt - from >= stableAfterMs(pauseMs)
}

/** How long it has to be well until that counts. */
export function stableAfterMs(pauseMs: number): number {
  return Math.max(STABLE_MS, 2 * pauseMs)
}

/** In a row: what is still tried again then is no success. */
const SETTLED_FAILURES = 3

/** Nobody waits any longer for it to come up. */
export function isFlapping({ state, failures }: { readonly state: string; readonly failures: number }): boolean {
  return state === 'pausing' && failures >= SETTLED_FAILURES
}
