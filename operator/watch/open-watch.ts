// Keeps the checks of a config running, and tells how each is as that changes. Services are neither started nor stopped.
import type { PluginOutcome, VerifiedExecutable } from '../../client/index.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import type { CheckOutcome } from '../check/outcome.ts'
import { refusedOutcome } from '../check/outcome.ts'
import type { PlannedCheck } from '../check/plan.ts'
import { requestKey } from '../check/plan.ts'
import type { CheckDeps } from '../check/run-checks.ts'
import type { PluginRunResult } from '../exec/run-plugin.ts'
import type { LaneKind, Lanes } from '../lanes/lanes.ts'
import { kindOf } from '../lanes/lanes.ts'
import { laneOf, prepareChecks, watchCheck } from '../lanes/watch-check.ts'
import type { CheckState, WatchedStatus } from './check-state.ts'
import { afterRun, isWell, waitingSince } from './check-state.ts'

export type Row = Pick<CheckOutcome, 'service' | 'phase' | 'plugin' | 'version' | 'mark' | 'place'> & {
  readonly status: WatchedStatus | 'skipped'
  readonly since: number
  /** What the last run said, or why there is none. */
  readonly last?: CheckOutcome
}

type Watching = {
  readonly plan: readonly PlannedCheck[]
  readonly provided: ReadonlyMap<string, PluginOutcome>
  /** Services without checks, which stay as they are. */
  readonly idle: readonly CheckOutcome[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly locate: (executable: VerifiedExecutable) => VerifiedExecutable
  readonly startPeriodOf: (service: string) => number
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Of the whole round: how soon everything has run once. */
  readonly firstWithinMs: number
  onChange(row: Row, before: Row): void
  onNote(row: Row, note: Note): void
  /** Every check has been run so often: after the first time it moves to its own place in the timetable, and keeps it from the second on. */
  onRound(round: 1 | 2): void
  onRun?(check: PlannedCheck, result: PluginRunResult): void
  readonly runService?: CheckDeps['runService']
}

export type Note =
  | { readonly kind: 'overrun'; readonly tookMs: number; readonly intervalMs: number }
  | { readonly kind: 'lane'; readonly lane: LaneKind; readonly before: LaneKind }

export type Watch = AsyncDisposable & {
  /** In the order of the config. */
  rows(): readonly Row[]
  /** How many of them run in each kind of lane. */
  readonly checks: Readonly<Record<LaneKind, number>>
}

export async function openWatch(watching: Watching, lanes: Lanes): Promise<Watch> {
  const { plan, provided, idle, now } = watching
  const { env, locate, onRun, runService } = watching
  const deps = { provided, env, locate, onRun, runService }
  const running = plan.filter(({ fate }) => fate.kind === 'run')
  await prepareChecks(lanes, running, deps)
  const startedAt = now()
  const rows: Row[] = []
  const unseen = { 1: new Set<number>(), 2: new Set<number>() }
  const watches: AsyncDisposable[] = []
  const checks: Record<LaneKind, number> = { 'in-process': 0, resident: 0, process: 0 }
  for (const check of plan) {
    const at = rows.push(firstRow(check, provided, startedAt)) - 1
    if (check.fate.kind !== 'run') continue
    checks[kindOf(laneOf(lanes, { check, deps }))]++
    for (const round of [1, 2] as const) unseen[round].add(at)
    watches.push(watchOne(check, at))
  }
  rows.push(...idle.map((outcome) => ({ ...outcome, since: startedAt, last: outcome })))

  function watchOne(check: PlannedCheck, at: number): AsyncDisposable {
    let state: CheckState = waitingSince(startedAt)
    const rowNow = () => rows[at] as Row
    return watchCheck(lanes, {
      check,
      deps,
      id: `${check.service} ${check.phase} ${at}`,
      firstWithinMs: watching.firstWithinMs,
      onOutcome(outcome) {
        const isStartPeriod = now() - startedAt < watching.startPeriodOf(check.service)
        state = afterRun(state, outcome, { ...check.item, now: now(), isStartPeriod })
        const before = rowNow()
        rows[at] = { ...before, status: state.status, since: state.since, last: outcome }
        if (before.status !== state.status) watching.onChange(rowNow(), before)
        seen(at)
        return isWell(state.status)
      },
      onOverrun: (tookMs, intervalMs) => watching.onNote(rowNow(), { kind: 'overrun', tookMs, intervalMs }),
      onLane: (lane, before) => watching.onNote(rowNow(), { kind: 'lane', lane, before }),
    })
  }

  function seen(at: number): void {
    const round = unseen[1].has(at) ? 1 : 2
    if (unseen[round].delete(at) && unseen[round].size === 0) watching.onRound(round)
  }

  return {
    rows: () => rows,
    checks,
    async [Symbol.asyncDispose]() {
      await Promise.all(watches.map((watch) => watch[Symbol.asyncDispose]()))
    },
  }
}

/** Whether it deserves exit code 0: what was not found out, or not yet, is no pass. */
export function hasPassed({ status }: Pick<Row, 'status'>): boolean {
  return status === 'skipped' || isWell(status)
}

function firstRow(check: PlannedCheck, provided: Watching['provided'], since: number): Row {
  const { service, phase, request, mark, item, fate } = check
  const outcome = provided.get(requestKey(request))
  const named = {
    service,
    phase,
    plugin: request.plugin,
    place: item.place,
    ...(outcome?.state === 'done' ? { version: outcome.value.version } : {}),
    ...omitUndefined({ mark }),
  }
  if (fate.kind === 'run') return { ...named, status: 'waiting', since }
  const told = fate.kind === 'skip' ? ({ status: 'skipped', summary: fate.reason } as const) : refusedOutcome(fate)
  const last: CheckOutcome = { ...named, ...told, attempts: 0, durationMs: 0, log: [] }
  return { ...named, status: told.status, since, last }
}
