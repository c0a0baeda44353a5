// `run-service`: the service's own program with other words, and its exit code decides.
import { coded } from '../../../schemas/errors.ts'
import { isMap } from '../../../schemas/is-map.ts'
import { runProcess } from '../../../system/process/run-process.ts'
import type { PlannedCheck } from '../../check/plan.ts'
import type { PluginRunResult } from '../../exec/run-plugin.ts'
import { interpret } from '../../result/interpret.ts'
import { KEPT_OUTPUT } from '../../result/kept-output.ts'
import { parseLogLines } from '../../result/stderr-log.ts'
import type { HandedOver } from '../secrets/entry.ts'
import type { RunnableService } from '../specs/runnable.ts'
import { serviceLaunchWords } from './launch-words.ts'
import type { LaunchFacts } from './service-launch.ts'
import { serviceLaunch } from './service-launch.ts'

/** A migration takes its time; a service that runs is asked again soon. */
const TIMEOUTS_MS = { preflight: 300_000, init: 300_000, health: 30_000 } as const

type Running = {
  /** `service.replica`. */
  readonly id: string
  /** By which its processes are known. */
  readonly mark: string
  readonly signal?: AbortSignal | undefined
  readonly secrets?: HandedOver | undefined
}

/** Throws what starting the service throws, and ARGUMENTS_INVALID. */
export async function runOwnProgram(
  service: RunnableService,
  { item, phase }: PlannedCheck,
  { running: { id, mark, signal, secrets }, facts }: { readonly running: Running; readonly facts: LaunchFacts },
): Promise<PluginRunResult> {
  const { words, environment } = givenTo(item)
  const launch = await serviceLaunch(service, { id, mark, words, environment, secrets }, facts)
  const ending = await runProcess(launch, {
    timeoutMs: item.timeoutMs ?? TIMEOUTS_MS[phase],
    words: serviceLaunchWords,
    kept: KEPT_OUTPUT,
    signal,
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
  if (strange !== undefined || !isTexts(args) || !isMap(env))
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
