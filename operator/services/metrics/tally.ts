// What a supervisor counts since it began: starts, ends, and runs of checks, by instance. Plain numbers that go over the control
// socket as they are.
import type { CheckStatus } from '../../../schemas/check-result.ts'
import { CHECK_STATUSES } from '../../../schemas/check-result.ts'
import type { One } from '../journal/instances.ts'
import type { End } from '../life/end.ts'
import type { Instance } from '../life/lifecycle.ts'

export const EXITS = ['success', 'error', 'signal', 'unknown'] as const
type Exit = (typeof EXITS)[number]

type CheckCounts = {
  readonly runs: Readonly<Record<CheckStatus, number>>
  readonly seconds: number
}

export type Counts = {
  readonly starts: number
  /** Starts that nobody asked for: after a failure, or for other secrets. */
  readonly restarts: number
  readonly exits: Readonly<Record<Exit, number>>
  /** Processes of it that the system ended for lack of memory. */
  readonly oomKills: number
  /** By the name of the check. */
  readonly checks: Readonly<Record<string, CheckCounts>>
}

export type Tally = {
  changed(one: One, before: Instance): void
  ran(id: string, check: string, run: { readonly status: CheckStatus | 'skipped'; readonly durationMs: number }): void
  of(id: string): Counts
  forget(id: string): void
}

const NOTHING: Counts = {
  starts: 0,
  restarts: 0,
  oomKills: 0,
  checks: {},
  exits: { success: 0, error: 0, signal: 0, unknown: 0 },
}

export function openTally(): Tally {
  const all = new Map<string, Counts>()
  const of = (id: string) => all.get(id) ?? NOTHING

  return {
    changed({ id, instance }, before) {
      const next = changed(of(id), instance, before)
      if (next !== of(id)) all.set(id, next)
    },
    ran(id, check, { status, durationMs }) {
      if (status === 'skipped') return
      const counts = of(id)
      const { runs, seconds } = counts.checks[check] ?? { runs: noRuns(), seconds: 0 }
      const next = { runs: { ...runs, [status]: runs[status] + 1 }, seconds: seconds + durationMs / 1000 }
      all.set(id, { ...counts, checks: { ...counts.checks, [check]: next } })
    },
    of,
    forget: (id) => void all.delete(id),
  }
}

function changed(counts: Counts, instance: Instance, before: Instance): Counts {
  const started = instance.state === 'running' && before.state !== 'running' ? 1 : 0
  const isAgain = instance.state === 'waiting' && (before.state === 'pausing' || before.state === 'ending')
  const end = instance.endedAt === before.endedAt || instance.endedAt === undefined ? undefined : instance.end
  if (started === 0 && !isAgain && end === undefined) return counts
  const exit = end && exitOf(end)
  return {
    ...counts,
    starts: counts.starts + started,
    restarts: counts.restarts + (isAgain ? 1 : 0),
    exits: exit === undefined ? counts.exits : { ...counts.exits, [exit]: counts.exits[exit] + 1 },
    oomKills: counts.oomKills + (end?.oomKills ?? 0),
  }
}

function exitOf(end: End): Exit {
  if (end.kind === 'code') return end.code === 0 ? 'success' : 'error'
  return end.kind
}

function noRuns(): Record<CheckStatus, number> {
  return Object.fromEntries(CHECK_STATUSES.map((status) => [status, 0])) as Record<CheckStatus, number>
}
