// What runs before a service is started: its preflight each time, its `init` once for what it is started with.
import { setTimeout as wait } from 'node:timers/promises'
import { MARK } from '../../../system/process/mark.ts'
import type { CheckOutcome } from '../../check/outcome.ts'
import { hasFailed } from '../../check/outcome.ts'
import type { PlannedCheck } from '../../check/plan.ts'
import type { CheckDeps } from '../../check/run-checks.ts'
import { runChecks } from '../../check/run-checks.ts'
import { ownMark } from '../project/marks.ts'
import type { HandedOver } from '../secrets/entry.ts'
import type { Runnable, RunnableService } from '../specs/runnable.ts'
import { runOwnProgram } from './own-program.ts'
import type { LaunchFacts } from './service-launch.ts'

export type PreparationFacts = LaunchFacts & { readonly random: () => number }

export type Preparing = {
  readonly id: string
  readonly runnable: Runnable
  readonly signal: AbortSignal
  readonly secrets: HandedOver | undefined
}

/** Undefined when all of the checks have passed, else the first that has not, in a sentence. */
export async function runAll(
  service: RunnableService,
  checks: readonly PlannedCheck[],
  { id, runnable, signal, secrets }: Preparing,
  facts: PreparationFacts,
): Promise<string | undefined> {
  if (checks.length === 0) return undefined
  const outcomes = await runChecks(checks, {
    provided: runnable.provided,
    signal,
    random: facts.random,
    locate: facts.locate,
    env: { ...facts.env, [MARK]: ownMark(facts.places) },
    sleep: (milliseconds) => wait(milliseconds, undefined, { signal }).catch(() => undefined),
    runService: ownProgramOf(service, { id, signal, secrets }, facts),
  })
  const failed = outcomes.find(hasFailed)
  return failed && sentenceOf(failed)
}

export function sentenceOf({ phase, plugin, status, summary }: CheckOutcome): string {
  return `${phase ?? ''} \`${plugin}\` is ${status}: ${summary}`
}

/** For checks of one instance that ask for it. */
export function ownProgramOf(
  service: RunnableService,
  { id, signal, secrets }: Omit<Preparing, 'runnable'>,
  facts: PreparationFacts,
): NonNullable<CheckDeps['runService']> {
  const running = { id, mark: ownMark(facts.places), signal, secrets }
  return (check) => runOwnProgram(service, check, { running, facts })
}
