// What runs before a service is started: its preflight each time, its `init` once for what it is started with.
import { setTimeout as wait } from 'node:timers/promises'
import { coded } from '../../schemas/errors.ts'
import { MARK } from '../../system/process/mark.ts'
import { runProcess } from '../../system/process/run-process.ts'
import type { CheckOutcome } from '../check/outcome.ts'
import { hasFailed } from '../check/outcome.ts'
import type { PlannedCheck } from '../check/plan.ts'
import { runChecks } from '../check/run-checks.ts'
import type { PluginRunResult } from '../exec/run-plugin.ts'
import { interpret } from '../result/interpret.ts'
import { KEPT_OUTPUT } from '../result/kept-output.ts'
import { parseLogLines } from '../result/stderr-log.ts'
import { ownMark } from './adopt.ts'
import { serviceLaunchWords } from './launch-words.ts'
import type { Runnable, RunnableService } from './runnable.ts'
import type { LaunchFacts } from './service-launch.ts'
import { serviceLaunch } from './service-launch.ts'

export type PreparationFacts = LaunchFacts & { readonly random: () => number }

export type Preparing = { readonly id: string; readonly runnable: Runnable; readonly signal: AbortSignal }

/** Undefined when all of the checks have passed, else the first that has not, in a sentence. */
export async function runAll(
  service: RunnableService,
  checks: readonly PlannedCheck[],
  { id, runnable, signal }: Preparing,
  facts: PreparationFacts,
): Promise<string | undefined> {
  if (checks.length === 0) return undefined
  const outcomes = await runChecks(checks, {
    ...{ provided: runnable.provided, signal, random: facts.random, locate: facts.locate },
    env: { ...facts.env, [MARK]: ownMark(facts.places.key) },
    sleep: (milliseconds) => wait(milliseconds, undefined, { signal }).catch(() => undefined),
    runService: (check) => runService(service, check, { id, runnable, signal }, facts),
  })
  const failed = outcomes.find(hasFailed)
  return failed && sentenceOf(failed)
}

export function sentenceOf({ phase, plugin, status, summary }: CheckOutcome): string {
  return `${phase ?? ''} \`${plugin}\` is ${status}: ${summary}`
}

const DEFAULT_TIMEOUT_MS = 300_000

/** The service's own program with other words; its exit code decides. */
async function runService(
  service: RunnableService,
  { item }: PlannedCheck,
  { id, signal }: Preparing,
  facts: PreparationFacts,
): Promise<PluginRunResult> {
  const { words, environment } = givenTo(item)
  const launch = await serviceLaunch(service, { id, mark: ownMark(facts.places.key), words, environment }, facts)
  const ending = await runProcess(launch, {
    ...{ timeoutMs: item.timeoutMs ?? DEFAULT_TIMEOUT_MS, signal, words: serviceLaunchWords, kept: KEPT_OUTPUT },
  })
  const report = interpret(ending, 'exit-code')
  return { ...report, durationMs: ending.durationMs, log: parseLogLines(ending.stderr.text) }
}

type Given = { readonly words: readonly string[]; readonly environment: Readonly<Record<string, string>> }

/** `args: {args: [migrate], env: {A: b}}`, or the words alone. */
function givenTo({ arguments: given }: PlannedCheck['item']): Given {
  if (given.kind === 'list') return { words: given.value, environment: {} }
  const { args = [], env = {}, ...others } = given.value
  const strange = Object.keys(others)[0]
  if (strange !== undefined || !isTexts(args) || !isPlainMap(env))
    throw coded('ARGUMENTS_INVALID', {
      message: `\`run-service\` takes \`args\`, a list of words, and \`env\`, a map of variables${strange === undefined ? '' : `, found \`${strange}\``}`,
    })
  return {
    words: args.map(String),
    environment: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)])),
  }
}

function isTexts(value: unknown): value is readonly (string | number | boolean)[] {
  return Array.isArray(value) && value.every((item) => item !== null && typeof item !== 'object')
}

function isPlainMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
