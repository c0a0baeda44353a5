// Runs one check again and again in its lane. What it comes to is for whoever watches it; a run that did not take place is told of as
// `unknown`, like one that could not find out.
import { messageOf } from '../../schemas/errors.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { formatDuration } from '../../terminal/index.ts'
import type { CheckOutcome } from '../check/outcome.ts'
import type { PlannedCheck } from '../check/plan.ts'
import { isRunService, requestKey } from '../check/plan.ts'
import type { OnceDeps } from '../check/run-checks.ts'
import { runCheckOnce } from '../check/run-checks.ts'
import { prepareArguments } from '../exec/prepare-arguments.ts'
import type { LaneKind, LaneName, Lanes } from './lanes.ts'
import { kindOf } from './lanes.ts'

const LONGEST_PAUSE_MS = 300_000

type WatchedCheck = {
  /** One that has to run. */
  readonly check: PlannedCheck
  /** Its name among all that use the lanes. */
  readonly id: string
  readonly deps: Omit<OnceDeps, 'inside' | 'signal'>
  readonly firstWithinMs: number
  /** Of each run; says whether the check is well by now, so that it is looked at less often. */
  onOutcome(outcome: CheckOutcome): boolean
  /** Its runs take longer than its interval, so that some are left out. */
  onOverrun?(tookMs: number, intervalMs: number): void
  onLane?(lane: LaneKind, before: LaneKind): void
}

/** Disposed of, no outcome is told any more; what runs is ended, which is waited for. */
export function watchCheck(lanes: Lanes, watched: WatchedCheck): AsyncDisposable {
  const { check, id, deps, firstWithinMs } = watched
  const abort = new AbortController()
  const runDeps = { ...deps, inside: lanes.inside, signal: abort.signal }
  let lane = laneOf(lanes, watched)
  let isWell = false
  let running: Promise<unknown> = Promise.resolve()
  const job = lanes.schedule.add({
    id,
    owner: check.service,
    lane,
    intervalMs: intervalOf(check, { isWell }),
    firstWithinMs,
    async run() {
      const run = runOnce(check, runDeps)
      running = run
      const outcome = await run
      if (abort.signal.aborted) return {}
      isWell = watched.onOutcome(outcome)
      move(laneOf(lanes, watched))
      return { lane, intervalMs: intervalOf(check, { isWell, retryAfterMs: outcome.retryAfterMs }) }
    },
    onLate(waitedMs) {
      isWell = watched.onOutcome(notRun(check, lateSummary(waitedMs)))
    },
    onOverrun: (tookMs) => watched.onOverrun?.(tookMs, intervalOf(check, { isWell })),
  })

  function move(next: LaneName): void {
    if (kindOf(next) !== kindOf(lane)) watched.onLane?.(kindOf(next), kindOf(lane))
    lane = next
  }

  function lateSummary(waitedMs: number): string {
    return `did not run: waited ${formatDuration(waitedMs)} for one of ${lanes.places[kindOf(lane)]} places (${kindOf(lane)})`
  }

  return {
    async [Symbol.asyncDispose]() {
      job[Symbol.dispose]()
      abort.abort()
      await running
    },
  }
}

/** What cannot be had or is not as it was proven says so when it runs. */
export function laneOf(lanes: Lanes, { check, deps }: Pick<WatchedCheck, 'check' | 'deps'>): LaneName {
  if (isRunService(check.request)) return 'process'
  const provided = deps.provided.get(requestKey(check.request))
  if (provided?.state !== 'done') return 'in-process'
  const { value } = provided
  try {
    // Each run looks at the files, and the lane is asked for once more after it.
    const executable = lanes.inside.knows(value) ? value : deps.locate(value)
    return lanes.laneOf(executable, check.item.arguments)
  } catch {
    return 'in-process'
  }
}

/** What the first runs would have to wait for; whatever is wrong with a check is said when it runs. */
export async function prepareChecks(
  lanes: Lanes,
  checks: readonly PlannedCheck[],
  deps: WatchedCheck['deps'],
): Promise<void> {
  for (const check of checks) {
    laneOf(lanes, { check, deps })
    const provided = deps.provided.get(requestKey(check.request))
    if (provided?.state === 'done') await prepareArguments(check.item.arguments, provided.value).catch(() => undefined)
  }
}

type Pace = { readonly isWell: boolean; readonly retryAfterMs?: number | undefined }

function intervalOf({ item }: PlannedCheck, { isWell, retryAfterMs = 0 }: Pace): number {
  const { intervalMs, calmIntervalMs = intervalMs } = item
  const own = isWell ? calmIntervalMs : intervalMs
  return Math.max(own, Math.min(retryAfterMs, LONGEST_PAUSE_MS))
}

/** Thresholds are counted by whoever watches. A defect of octo ends no other check. */
async function runOnce(check: PlannedCheck, deps: OnceDeps): Promise<CheckOutcome> {
  try {
    return await runCheckOnce(check, deps)
  } catch (error) {
    return notRun(check, `octo failed: ${messageOf(error)}`)
  }
}

function notRun({ service, phase, request, mark, item }: PlannedCheck, summary: string): CheckOutcome {
  return {
    service,
    phase,
    plugin: request.plugin,
    place: item.place,
    attempts: 0,
    durationMs: 0,
    log: [],
    ...omitUndefined({ mark }),
    status: 'unknown',
    summary,
  }
}
