// Runs planned checks: services side by side, in each service phase after phase, the checks of a phase side by side.
import type { PluginOutcome, VerifiedExecutable } from '../../client/index.ts'
import type { Phase } from '../../config/model/config.ts'
import { coded, throwDefect } from '../../schemas/errors.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { quote } from '../../schemas/quote.ts'
import { openSlots } from '../../system/async/slots.ts'
import type { RunDeps } from '../exec/plugin-process.ts'
import type { PluginRun, PluginRunResult } from '../exec/run-plugin.ts'
import { runPlugin } from '../exec/run-plugin.ts'
import { repeatUntilDecided } from './attempts.ts'
import type { CheckOutcome } from './outcome.ts'
import { refusedOutcome } from './outcome.ts'
import type { PlannedCheck } from './plan.ts'
import { isRunService, requestKey } from './plan.ts'

export type CheckDeps = RunDeps & {
  /** What was installed, or why not, by `requestKey`. */
  readonly provided: ReadonlyMap<string, PluginOutcome>
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>
  readonly random: () => number
  readonly signal?: AbortSignal | undefined
  readonly onStart?: (check: PlannedCheck) => void
  /** After each run of a check that is repeated until it is decided. */
  readonly onRun?: ((check: PlannedCheck, result: PluginRunResult) => void) | undefined
  readonly onEnd?: (check: PlannedCheck, outcome: CheckOutcome) => void
  /** Runs the service itself, where a check asks for that: one that has this fate is never a plugin. */
  readonly runService?: ((check: PlannedCheck, signal: AbortSignal | undefined) => Promise<PluginRunResult>) | undefined
  /** Plugins that run at the same time. */
  readonly parallel?: number
}

/** What is needed for one run, whoever has it take place. */
export type OnceDeps = Pick<CheckDeps, keyof RunDeps | 'provided' | 'signal' | 'onRun' | 'runService'>

const PARALLEL = 16

/** One outcome for each planned check, in the same order. Never throws for what a plugin or one check does. */
export async function runChecks(plan: readonly PlannedCheck[], deps: CheckDeps): Promise<CheckOutcome[]> {
  const slots = openSlots(deps.parallel ?? PARALLEL)
  const outcomes = new Map<PlannedCheck, CheckOutcome>()
  const runOne = async (check: PlannedCheck) => {
    deps.onStart?.(check)
    const outcome = await outcomeOf(check, deps, (run) => repeat(check, run, { ...deps, slots }))
    outcomes.set(check, outcome)
    deps.onEnd?.(check, outcome)
  }
  await Promise.all([...Map.groupBy(plan, ({ service }) => service).values()].map((own) => runService(own, runOne)))
  return plan.map((check) => outcomes.get(check) as CheckOutcome)
}

/** One run of one check, whatever its thresholds: they are counted by whoever has it run again and again. Never throws like `runChecks`. */
export function runCheckOnce(check: PlannedCheck, deps: OnceDeps): Promise<CheckOutcome> {
  return outcomeOf(check, deps, async (run) => ({ report: await runOnce(check, run, deps), attempts: 1 }))
}

/** Phases one after the other, as they would be around a start. */
async function runService(checks: readonly PlannedCheck[], runOne: (check: PlannedCheck) => Promise<void>) {
  for (const phase of new Set<Phase>(checks.map((check) => check.phase)))
    await Promise.all(checks.filter((check) => check.phase === phase).map(runOne))
}

type Running = CheckDeps & { readonly slots: ReturnType<typeof openSlots> }

type Decide = (run: RunOnce) => Promise<{ readonly report: PluginRunResult; readonly attempts: number }>

async function outcomeOf(check: PlannedCheck, deps: OnceDeps, decide: Decide): Promise<CheckOutcome> {
  const { service, phase, request, fate, item, mark } = check
  const named = { service, phase, plugin: request.plugin, ...omitUndefined({ mark }) }
  const facts = { ...named, place: item.place }
  const nothing = { attempts: 0, durationMs: 0, log: [] }
  if (fate.kind === 'skip') return { ...facts, ...nothing, status: 'skipped', summary: fate.reason }
  if (fate.kind === 'refuse') return { ...facts, ...nothing, ...refusedOutcome(fate) }
  const startedAt = performance.now()
  const took = () => Math.round(performance.now() - startedAt)
  const provided = deps.provided.get(requestKey(request))
  const executable = provided?.state === 'done' ? provided.value : undefined
  const { repo, version } = executable ?? {}
  const known = { ...facts, ...omitUndefined({ repo, version }) }
  try {
    const { report, attempts } = await decide(runOf(check, provided, deps))
    const { final: _, durationMs: __, ...rest } = report
    return { ...known, ...rest, attempts, durationMs: took() }
  } catch (error) {
    throwDefect(error)
    return { ...known, ...nothing, ...refusedOutcome({ reason: error.message, problem: error }), durationMs: took() }
  }
}

/** Throws why there is none: a plugin that cannot be had stops its own checks only. */
function executableOf({ request }: PlannedCheck, provided: PluginOutcome | undefined): VerifiedExecutable {
  if (!provided) throw coded('INTERNAL', { message: `nothing was provided for ${quote(request.plugin)}` })
  if (provided.state === 'failed') throw provided.error
  return provided.value
}

type RunOnce = () => Promise<PluginRunResult>

function runOf(check: PlannedCheck, provided: PluginOutcome | undefined, deps: OnceDeps): RunOnce {
  const { runService, signal } = deps
  if (runService && isRunService(check.request)) return () => runService(check, signal)
  const { item, service, phase } = check
  const run: PluginRun = {
    executable: executableOf(check, provided),
    arguments: item.arguments,
    service,
    phase,
    timeoutMs: item.timeoutMs,
    signal,
  }
  return () => runPlugin(run, deps)
}

async function repeat(check: PlannedCheck, run: RunOnce, deps: Running) {
  const { signal } = deps
  return repeatUntilDecided<PluginRunResult>(check.item, {
    attempt: () => deps.slots.use(() => runOnce(check, run, deps)),
    sleep: (milliseconds) => deps.sleep(milliseconds, signal),
    random: deps.random,
    signal,
  })
}

async function runOnce(check: PlannedCheck, run: RunOnce, deps: OnceDeps): Promise<PluginRunResult> {
  // Those that wait for their turn are not started only to be ended.
  if (deps.signal?.aborted) throw coded('INTERRUPTED', { message: 'interrupted before it ran' })
  const result = await run()
  deps.onRun?.(check, result)
  return result
}
