// `octo check`: everything that is missing is installed in one go, then the checks run, then the answer is shown.
import { writeFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import type { Phase } from '../../schemas/config/config.ts'
import { PHASES } from '../../schemas/config/config.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { ProgressItem, Terminal } from '../../terminal/index.ts'
import type { CheckOutcome } from '../check/outcome.ts'
import { hasFailed, hasPassed } from '../check/outcome.ts'
import type { PlannedCheck } from '../check/plan.ts'
import { planChecks, requestKey, requestsOfPlan } from '../check/plan.ts'
import { outcomesToJson } from '../check/render-json.ts'
import { renderJunit } from '../check/render-junit.ts'
import { failureNotes, outcomeTable, summaryLine } from '../check/render-table.ts'
import { runChecks } from '../check/run-checks.ts'
import { killHeldGroups } from '../exec/process-group.ts'
import type { SessionOptions } from '../session.ts'
import { openSession } from '../session.ts'

export type CheckOptions = SessionOptions & {
  readonly phase?: readonly string[] | undefined
  readonly junit?: string | undefined
}

const INTERRUPTED = 130
const FAILED = 1

/** Gives 0 only when every check that ran has passed. */
export async function checkCommand(
  services: readonly string[],
  options: CheckOptions,
  terminal: Terminal,
): Promise<number> {
  const phases = phasesOf(options.phase)
  const { env } = process
  await using session = await openSession(options, { terminal, cwd: process.cwd(), env })
  const plan = planChecks(session.config, { services, phases })
  const requests = requestsOfPlan(plan)
  const provided = await session.provide(requests)
  const executables = new Map(
    requests.flatMap((request, index) => {
      const executable = provided[index]
      return executable ? [[requestKey(request), executable] as const] : []
    }),
  )
  using interruption = interruptible()
  using progress = terminal.progress({ unit: 'steps', title: 'checking' })
  const startedAt = performance.now()
  const outcomes = await runChecks(plan, {
    ...{ env, executables, random: Math.random, signal: interruption.signal },
    locate: (executable) => session.client.locate(executable),
    sleep: (milliseconds, signal) => wait(milliseconds, undefined, signal ? { signal } : {}).catch(() => undefined),
    ...showProgress((label) => progress.item(label)),
  })
  progress.stop()
  await show({ outcomes, durationMs: performance.now() - startedAt, options, terminal })
  if (interruption.signal.aborted) return INTERRUPTED
  return outcomes.some(hasFailed) ? FAILED : 0
}

function phasesOf(named: readonly string[] | undefined): readonly Phase[] {
  const words = (named ?? [])
    .flatMap((text) => text.split(','))
    .map((word) => (word === 'validate' ? 'preflight' : word))
  if (words.length === 0) return ['preflight', 'health']
  const strange = words.find((word) => !(PHASES as readonly string[]).includes(word))
  if (strange !== undefined)
    throw coded('USAGE', { message: `${quote(strange)} is no phase, expected ${PHASES.map(quote).join(', ')}` })
  return PHASES.filter((phase) => words.includes(phase))
}

type Answer = {
  readonly outcomes: readonly CheckOutcome[]
  readonly durationMs: number
  readonly options: CheckOptions
  readonly terminal: Terminal
}

async function show({ outcomes, durationMs, options, terminal }: Answer): Promise<void> {
  if (options.junit !== undefined) await writeJunit(options.junit, renderJunit(outcomes, durationMs))
  if (terminal.json) {
    terminal.result({ json: outcomesToJson(outcomes, durationMs), text: () => '' })
    return
  }
  await terminal.table(outcomeTable(outcomes, terminal.paint))
  const notes = failureNotes(outcomes, terminal.paint)
  for (const line of ['', ...notes, ...(notes.length > 0 ? [''] : [])]) terminal.print(line)
  terminal.print(summaryLine(outcomes, durationMs, terminal.paint))
}

async function writeJunit(path: string, xml: string): Promise<void> {
  try {
    await writeFile(path, xml)
  } catch (cause) {
    throw coded('IO_FAILED', { message: `${quote(path)} cannot be written`, details: { path }, cause })
  }
}

/** One line or bar per check that runs; skipped ones are in the table only. */
function showProgress(open: (label: string) => ProgressItem) {
  const items = new Map<PlannedCheck, ProgressItem>()
  return {
    onStart(check: PlannedCheck) {
      if (check.fate.kind === 'run') items.set(check, open(`${check.service} ${check.phase} ${check.request.plugin}`))
    },
    onEnd(check: PlannedCheck, outcome: CheckOutcome) {
      const item = items.get(check)
      if (hasPassed(outcome)) item?.done()
      else item?.fail(outcome.summary)
    },
  }
}

/** The first Ctrl-C asks all plugins to end, the second one kills them; what is known is still shown. */
function interruptible(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController()
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const onSignal = () => {
    if (controller.signal.aborted) killHeldGroups()
    else controller.abort()
  }
  for (const name of names) process.on(name, onSignal)
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const name of names) process.off(name, onSignal)
    },
  }
}
