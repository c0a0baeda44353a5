// The plugins that the config marks, as tools: proven before they are listed, checked once more before each run, and run as checks
// are, with the same arguments, environment, deadlines and bounds. Answers THREATS.md: nothing unproven is run or listed.
import type { PluginOutcome, VerifiedExecutable } from '../../client/index.ts'
import type { PluginPin, PluginRequest } from '../../config/model/config.ts'
import type { McpMark } from '../../config/model/read-mcp.ts'
import type { CodedError } from '../../schemas/errors.ts'
import { coded, isCoded, throwDefect } from '../../schemas/errors.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { quote } from '../../schemas/quote.ts'
import { openFairSlots } from '../../system/async/slots.ts'
import { doubtToldAboutItself } from '../exec/asks-about-itself.ts'
import type { RunDeps } from '../exec/plugin-process.ts'
import { runPluginProcess } from '../exec/plugin-process.ts'
import { interpret } from '../result/interpret.ts'
import { KEPT_OUTPUT } from '../result/kept-output.ts'
import { readVerdicts } from '../result/verdicts.ts'
import { hidingOf } from './secrets.ts'
import type { Tool } from './tool.ts'
import { requireTool, toolOf } from './tool.ts'
import type { ToolResult } from './tool-result.ts'
import { failureOf, resultOf } from './tool-result.ts'

export type ToolDeps = RunDeps & {
  /** Each request has its own outcome, in their order. */
  readonly provide: (requests: readonly PluginRequest[]) => Promise<readonly PluginOutcome[]>
  readonly warn: (line: string) => void
  /** Calls that run at the same time. */
  readonly parallel?: number
}

type Values = Readonly<Record<string, unknown>>

export type Tools = {
  /** Those that are proven; the others are warned of. */
  list(): Promise<readonly Tool[]>
  /** Undefined for a name that the config does not mark. Whatever keeps it from running is a result. */
  call(name: string, given: Values, signal: AbortSignal): Promise<ToolResult | undefined>
  /** Resolves when no call is under way any more. */
  idle(): Promise<void>
}

type Marked = { readonly request: PluginRequest; readonly mark: McpMark }

const PARALLEL = 8
/** Calls that may wait for their turn. */
const MAX_WAITING = 64
const TIMEOUT_MS = 60_000
const KIB = 1024
/** Of a program that is no check, whose output is the answer. */
const KEPT_ANSWER = { ...KEPT_OUTPUT, stdout: { ...KEPT_OUTPUT.stdout, headBytes: 64 * KIB, tailBytes: 64 * KIB } }

export function openTools(pins: readonly PluginPin[], deps: ToolDeps): Tools {
  const parallel = deps.parallel ?? PARALLEL
  const slots = openFairSlots(parallel)
  const marked = new Map(pins.flatMap((pin) => markedOf(pin).map((each) => [pin.plugin as string, each] as const)))
  const provided = provideOnce(deps)
  const underWay = new Set<Promise<unknown>>()

  async function list(): Promise<readonly Tool[]> {
    const all = [...marked.values()]
    const outcomes = await provided(all.map(({ request }) => request))
    return outcomes.flatMap((outcome, index) => {
      const error = problemOf(outcome)
      if (error) deps.warn(`\`${all[index]?.request.plugin}\` is not offered: ${error.message}`)
      return error || outcome.state === 'failed' ? [] : [toolOf(outcome.value, all[index]?.mark ?? {})]
    })
  }

  async function run({ request, mark }: Marked, given: Values, signal: AbortSignal): Promise<ToolResult> {
    try {
      const [outcome] = await provided([request])
      if (!outcome) throw coded('INTERNAL', { message: `nothing was provided for ${quote(request.plugin)}` })
      if (outcome.state === 'failed') throw outcome.error
      const executable = outcome.value
      return await slots.run(request.plugin, signal, () => runTool(executable, { mark, given, signal }, deps))
    } catch (error) {
      if (signal.aborted) return failureOf(request.plugin, coded('INTERRUPTED', { message: 'the call was cancelled' }))
      throwDefect(error)
      return failureOf(request.plugin, error)
    }
  }

  return {
    list,
    async call(name, given, signal) {
      const found = marked.get(name)
      if (!found) return undefined
      if (underWay.size >= parallel + MAX_WAITING) return failureOf(name, tooMany())
      const running = run(found, given, signal)
      underWay.add(running)
      return await running.finally(() => underWay.delete(running))
    },
    async idle() {
      await Promise.allSettled([...underWay])
    },
  }
}

function markedOf({ plugin, repo, range, prerelease, mcp }: PluginPin): Marked[] {
  if (!mcp) return []
  const request = {
    plugin,
    ...omitUndefined({ repo, range, prerelease }),
  }
  return [{ request, mark: mcp }]
}

/** What was proven stays so, and what failed is tried again when it is asked for. */
function provideOnce({ provide }: ToolDeps) {
  const known = new Map<PluginRequest, PluginOutcome>()
  let last: Promise<unknown> = Promise.resolve()
  const provideMissing = async (requests: readonly PluginRequest[]) => {
    const missing = requests.filter((request) => !known.has(request))
    if (missing.length === 0) return new Map<PluginRequest, PluginOutcome>()
    const outcomes = await provide(missing)
    const found = new Map(missing.map((request, index) => [request, outcomes[index] as PluginOutcome]))
    for (const [request, outcome] of found) if (outcome.state === 'done') known.set(request, outcome)
    return found
  }
  return async (requests: readonly PluginRequest[]): Promise<readonly PluginOutcome[]> => {
    // One after the other, so that nothing is installed twice.
    const mine = last.then(() => provideMissing(requests))
    last = mine.catch(() => undefined)
    const found = await mine
    return requests.map((request) => known.get(request) ?? (found.get(request) as PluginOutcome))
  }
}

function problemOf(outcome: PluginOutcome): CodedError | undefined {
  if (outcome.state === 'failed') return outcome.error
  try {
    requireTool(outcome.value)
    return undefined
  } catch (error) {
    throwDefect(error)
    return error
  }
}

type Call = { readonly mark: McpMark; readonly given: Values; readonly signal: AbortSignal }

async function runTool(
  executable: VerifiedExecutable,
  { mark, given, signal }: Call,
  deps: ToolDeps,
): Promise<ToolResult> {
  const contract = requireTool(executable)
  const { plugin, manifest } = executable
  const values = { kind: 'map', value: given } as const
  const timeoutMs = mark.timeoutMs ?? manifest.timeoutMs ?? TIMEOUT_MS
  const hide = hidingOf(given, executable, deps.env)
  const kept = contract === 'exit-code' ? KEPT_ANSWER : KEPT_OUTPUT
  const run = { executable, arguments: values, timeoutMs, signal }
  try {
    const ending = await runPluginProcess(run, { kept, readLine: readVerdicts }, deps)
    const report = doubtToldAboutItself(interpret(ending, contract), values, ending)
    return resultOf({ executable, contract, report, ending, hide })
  } catch (error) {
    if (!isCoded(error) || !hide) throw error
    const { code, message, hint } = error
    return failureOf(plugin, coded(code, { message: hide(message), ...(hint ? { hint: hide(hint) } : {}) }))
  }
}

function tooMany(): CodedError {
  return coded('LIMIT_EXCEEDED', {
    message: `more than ${MAX_WAITING} calls wait already`,
    hint: 'call again when some of them have ended',
  })
}
