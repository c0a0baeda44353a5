// Looks at a running service again and again. Each check has a pace of its own, and all services share the lanes.

import type { CheckStatus } from '../../../schemas/check-result.ts'
import { MARK } from '../../../system/process/mark.ts'
import { labelOf } from '../../check/decisions.ts'
import type { CheckOutcome } from '../../check/outcome.ts'
import type { PlannedCheck } from '../../check/plan.ts'
import type { CheckDeps } from '../../check/run-checks.ts'
import type { Lanes } from '../../lanes/lanes.ts'
import { watchCheck } from '../../lanes/watch-check.ts'
import type { Health } from '../life/lifecycle.ts'
import type { PreparationFacts } from '../program/preparation.ts'
import { sentenceOf } from '../program/preparation.ts'
import { ownMark } from '../project/marks.ts'
import type { Runnable } from '../specs/runnable.ts'
import type { CheckHealth } from './health.ts'
import { afterResult, healthOf, isUnsure, NOT_CHECKED } from './health.ts'

export type SeenCheck = {
  readonly label: string
  /** Its plugin, with what tells it from others of the same. */
  readonly name: string
  readonly state: CheckHealth['state']
  /** It was healthy, and has not told anything since for several runs. */
  readonly unsure?: true
  /** What its last run came to. */
  readonly status?: CheckStatus
  readonly summary?: string
}

type Watched = {
  /** Of the instance, as long as it is the same run of its program. */
  readonly id: string
  readonly checks: readonly PlannedCheck[]
  readonly runnable: Runnable
  readonly startPeriodMs: number
  readonly signal: AbortSignal
  readonly runService: NonNullable<CheckDeps['runService']>
  onHealth(health: Health, checks: readonly SeenCheck[], reason: string | undefined): void
  /** Of each run of a check. */
  onRun(name: string, outcome: CheckOutcome): void
}

/** Until it is aborted. */
export function watchHealth(watched: Watched, facts: PreparationFacts & { readonly lanes: Lanes }): void {
  const { id, checks, runnable, startPeriodMs, signal, runService, onHealth, onRun } = watched
  const running = checks.filter(({ fate }) => fate.kind === 'run')
  const seen = new Map<PlannedCheck, { health: CheckHealth; status?: CheckStatus; summary?: string }>(
    running.map((check) => [check, { health: NOT_CHECKED }]),
  )
  const startedAt = performance.now()
  const env = { ...facts.env, [MARK]: ownMark(facts.places) }
  const deps = { provided: runnable.provided, locate: facts.locate, env, runService }
  const watches = running.map((check, index) =>
    watchCheck(facts.lanes, {
      check,
      deps,
      id: `${id} ${index}`,
      firstWithinMs: 0,
      onOutcome: (outcome) => take(check, outcome),
    }),
  )
  signal.addEventListener('abort', () => watches.forEach((watch) => void watch[Symbol.asyncDispose]()), { once: true })

  function take(check: PlannedCheck, outcome: CheckOutcome): boolean {
    const { health: before } = seen.get(check) ?? { health: NOT_CHECKED }
    if (outcome.status === 'skipped') return false
    onRun(nameOfCheck(check), outcome)
    const isStartPeriod = performance.now() - startedAt < startPeriodMs
    const health = afterResult(before, outcome.status, { ...check.item, isStartPeriod })
    seen.set(check, { health, status: outcome.status, summary: outcome.summary })
    report(health.state === 'healthy' ? undefined : sentenceOf(outcome))
    return health.state === 'healthy'
  }

  function report(reason: string | undefined): void {
    const all = [...seen.values()]
    const shown = [...seen].map(([check, { health, ...last }]) => ({
      label: labelOf(check),
      name: nameOfCheck(check),
      state: health.state,
      ...(isUnsure(health, check.item) ? { unsure: true as const } : {}),
      ...last,
    }))
    onHealth(healthOf(all.map(({ health }) => health)), shown, reason)
  }
}

export function nameOfCheck({ request, mark }: PlannedCheck): string {
  return mark === undefined ? request.plugin : `${request.plugin} ${mark}`
}
