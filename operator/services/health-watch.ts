// Looks at a running service again and again. Each check has a pace of its own, and starts only when its last run has ended.
import { setTimeout as wait } from 'node:timers/promises'
import { openSlots } from '../../system/async/slots.ts'
import { MARK } from '../../system/process/mark.ts'
import { labelOf } from '../check/decisions.ts'
import type { PlannedCheck } from '../check/plan.ts'
import type { CheckDeps } from '../check/run-checks.ts'
import { runChecks } from '../check/run-checks.ts'
import { ownMark } from './adopt.ts'
import type { CheckHealth } from './health.ts'
import { afterResult, healthOf, NOT_CHECKED } from './health.ts'
import type { Health } from './lifecycle.ts'
import type { PreparationFacts } from './preparation.ts'
import { sentenceOf } from './preparation.ts'
import type { Runnable } from './runnable.ts'

export type SeenCheck = { readonly label: string; readonly state: CheckHealth['state']; readonly summary?: string }

type Watched = {
  readonly checks: readonly PlannedCheck[]
  readonly runnable: Runnable
  readonly startPeriodMs: number
  readonly signal: AbortSignal
  readonly runService: NonNullable<CheckDeps['runService']>
  onHealth(health: Health, checks: readonly SeenCheck[], reason: string | undefined): void
}

/** Of all services: a slow check delays others of the kind, and nothing else. */
const slots = openSlots(8)
const JITTER = 0.1
/** Where the config says nothing; often enough to find out, once a service is up. */
const DEFAULT_MS = 1000
const CALM_MS = 10_000

/** Ends when it is aborted. */
export async function watchHealth(watched: Watched, facts: PreparationFacts): Promise<void> {
  const { checks, startPeriodMs, signal, onHealth } = watched
  const running = checks.filter(({ fate }) => fate.kind === 'run')
  const seen = new Map<PlannedCheck, { health: CheckHealth; summary?: string }>(
    running.map((check) => [check, { health: NOT_CHECKED }]),
  )
  const startedAt = performance.now()
  await Promise.all(running.map(watch))

  async function watch(check: PlannedCheck): Promise<void> {
    while (!signal.aborted) {
      const [outcome] = await slots.use(() => runChecks([once(check)], depsOf(watched, facts)))
      if (signal.aborted || !outcome || outcome.status === 'skipped') return
      const before = seen.get(check)?.health ?? NOT_CHECKED
      const isStartPeriod = performance.now() - startedAt < startPeriodMs
      const health = afterResult(before, outcome.status, { ...check.item, isStartPeriod })
      seen.set(check, { health, summary: outcome.summary })
      report(health.state === 'healthy' ? undefined : sentenceOf(outcome))
      await wait(paceOf(check, health) * (1 + JITTER * (2 * facts.random() - 1)), undefined, { signal }).catch(
        () => undefined,
      )
    }
  }

  function report(reason: string | undefined): void {
    const all = [...seen.values()]
    const shown = [...seen].map(([check, { health, summary }]) => ({
      ...{ label: labelOf(check), state: health.state },
      ...(summary === undefined ? {} : { summary }),
    }))
    onHealth(healthOf(all.map(({ health }) => health)), shown, reason)
  }
}

function paceOf({ item: { intervalMs } }: PlannedCheck, { state }: CheckHealth): number {
  return state === 'healthy' && intervalMs === DEFAULT_MS ? CALM_MS : intervalMs
}

/** Thresholds are counted here, over the life of the service. */
function once(check: PlannedCheck): PlannedCheck {
  return { ...check, item: { ...check.item, successThreshold: 1, failureThreshold: 1 } }
}

function depsOf({ runnable, signal, runService }: Watched, facts: PreparationFacts) {
  return {
    ...{ provided: runnable.provided, signal, random: facts.random, locate: facts.locate, runService },
    env: { ...facts.env, [MARK]: ownMark(facts.places.key) },
    sleep: async () => undefined,
  }
}
