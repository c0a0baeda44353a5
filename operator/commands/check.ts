// `octo check`: everything that is missing is installed in one go, then the checks run, then the answer is shown.
import { writeFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import type { Phase } from '../../schemas/config/config.ts'
import { PHASES } from '../../schemas/config/config.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { ProgressItem, Terminal } from '../../terminal/index.ts'
import type { CheckOutcome } from '../check/outcome.ts'
import { hasFailed } from '../check/outcome.ts'
import type { OutcomeRows } from '../check/outcome-rows.ts'
import { openOutcomeRows } from '../check/outcome-rows.ts'
import type { PlannedCheck } from '../check/plan.ts'
import { planChecks, requestKey, requestsOfPlan } from '../check/plan.ts'
import { outcomesToJson } from '../check/render-json.ts'
import { renderJunit } from '../check/render-junit.ts'
import { failureNotes, summaryLine } from '../check/render-table.ts'
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
  await using session = await openSession({ ...options, strict: true }, { terminal, cwd: process.cwd(), env })
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
  const rows = openOutcomeRows(
    terminal,
    plan.map(({ service, phase, request }) => {
      const { plugin } = request
      const version = executables.get(requestKey(request))?.version
      return { service, phase, plugin, ...(version === undefined ? {} : { version }) }
    }),
  )
  using progress = terminal.progress({
    ...{ unit: 'steps', title: 'checking', items: plan.filter(({ fate }) => fate.kind === 'run').length },
    ...{ endsSilently: true, onShown: rows.grow },
  })
  const startedAt = performance.now()
  const outcomes = await runChecks(plan, {
    ...{ env, executables, random: Math.random, signal: interruption.signal },
    locate: (executable) => session.client.locate(executable),
    sleep: (milliseconds, signal) => wait(milliseconds, undefined, signal ? { signal } : {}).catch(() => undefined),
    ...showProgress((label) => progress.item(label), rows),
  })
  progress.stop()
  await show({ outcomes, durationMs: performance.now() - startedAt, options, terminal, rows })
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
  readonly rows: OutcomeRows
}

/** With `--quiet` only what failed, and nothing when nothing did. */
async function show({ outcomes, durationMs, options, terminal, rows }: Answer): Promise<void> {
  if (options.junit !== undefined) await writeJunit(options.junit, renderJunit(outcomes, durationMs))
  if (terminal.json) {
    terminal.result({ json: outcomesToJson(outcomes, durationMs), text: () => '' })
    return
  }
  const shown = terminal.quiet ? outcomes.filter(hasFailed) : outcomes
  if (terminal.quiet && shown.length === 0) return
  rows.finish(shown)
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

/** A row for each check that runs now, and the outcome of each that ended. */
function showProgress(open: (label: string) => ProgressItem, rows: OutcomeRows) {
  const items = new Map<PlannedCheck, ProgressItem>()
  return {
    onStart(check: PlannedCheck) {
      if (check.fate.kind === 'run') items.set(check, open(`${check.service} ${check.phase} ${check.request.plugin}`))
    },
    onEnd(check: PlannedCheck, outcome: CheckOutcome) {
      items.get(check)?.done()
      rows.add(outcome)
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
