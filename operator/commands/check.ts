// `octo check`: everything that is missing is installed in one go, then the checks run, then the answer is shown.
import { setTimeout as wait } from 'node:timers/promises'
import type { PluginOutcome, VerifiedExecutable, WantedProgram } from '../../client/index.ts'
import type { ConfigWarning } from '../../config/document/warnings.ts'
import { printable } from '../../schemas/quote.ts'
import { interruptible } from '../../system/process/interruptible.ts'
import type { ProgressItem, Terminal } from '../../terminal/index.ts'
import { labelOf, runLine } from '../check/decisions.ts'
import type { CheckOutcome } from '../check/outcome.ts'
import { hasFailed } from '../check/outcome.ts'
import type { OutcomeRows } from '../check/outcome-rows.ts'
import { openOutcomeRows } from '../check/outcome-rows.ts'
import type { PlannedCheck } from '../check/plan.ts'
import { requestKey } from '../check/plan.ts'
import { outcomesToJson } from '../check/render-json.ts'
import { renderJunit } from '../check/render-junit.ts'
import { failureNotes, summaryLine } from '../check/render-table.ts'
import { runChecks } from '../check/run-checks.ts'
import { writeReport } from '../check/write-report.ts'
import type { SessionOptions } from '../operator-session.ts'
import { asksForProgram, programRunner } from '../services/checked-services.ts'
import { MAX_LINE, openChecks, phasesOf } from './open-checks.ts'

export type CheckOptions = SessionOptions & {
  readonly phase?: readonly string[] | undefined
  readonly junit?: string | undefined
  readonly watch?: boolean | undefined
  readonly notify?: boolean | undefined
}

const FAILED = 1

/** Gives 0 only when every check that ran has passed. */
export async function checkCommand(
  services: readonly string[],
  options: CheckOptions,
  terminal: Terminal,
): Promise<number> {
  const phases = phasesOf(options.phase, ['preflight', 'health'])
  await using opened = await openChecks({ services, phases }, options, terminal)
  const { session, plan, provided, idle, openedAt: startedAt } = opened
  const { config, configPath } = session
  using interruption = interruptible()
  const rows = openOutcomeRows(terminal, expectedOf(plan, provided))
  using progress = terminal.progress({
    ...{ unit: 'steps', title: 'checking', items: plan.filter(({ fate }) => fate.kind === 'run').length },
    ...{ endsSilently: true, onShown: rows.grow },
  })
  const { env } = process
  if (plan.some(asksForProgram)) for (const line of await session.writeFiles()) terminal.warn(line)
  const locate = (executable: VerifiedExecutable) => session.client.locate(executable)
  const provideProgram = (wanted: WantedProgram) => session.client.provideProgram(wanted)
  const checked = await runChecks(plan, {
    ...{ env, provided, random: Math.random, signal: interruption.signal },
    locate,
    runService: programRunner({ config, configPath, env, provided, locate, provideProgram }),
    sleep: (milliseconds, signal) => wait(milliseconds, undefined, signal ? { signal } : {}).catch(() => undefined),
    onRun: (check, result) => terminal.debug(printable(runLine(check, result), MAX_LINE)),
    ...showProgress((label) => progress.item(label), rows),
  })
  for (const outcome of idle) rows.add(outcome)
  progress.stop()
  const durationMs = performance.now() - startedAt
  const outcomes = [...checked, ...idle]
  await show({ outcomes, durationMs, warnings: session.warnings, options, terminal, rows })
  // What was broken off says nothing about the services.
  if (options.notify && interruption.exitCode() === undefined) {
    const { tellOutcomes } = await import('./tell-outcomes.ts')
    const scope = { services, phases }
    await tellOutcomes(outcomes, { config, configPath, env, provided, locate, terminal, scope })
  }
  return interruption.exitCode() ?? (outcomes.some(hasFailed) ? FAILED : 0)
}

function expectedOf(plan: readonly PlannedCheck[], provided: ReadonlyMap<string, PluginOutcome>) {
  return plan.map(({ service, phase, request, mark }) => {
    const outcome = provided.get(requestKey(request))
    const version = outcome?.state === 'done' ? { version: outcome.value.version } : {}
    return { service, phase, plugin: request.plugin, ...version, ...(mark === undefined ? {} : { mark }) }
  })
}

type Answer = {
  readonly outcomes: readonly CheckOutcome[]
  readonly durationMs: number
  readonly warnings: readonly ConfigWarning[]
  readonly options: CheckOptions
  readonly terminal: Terminal
  readonly rows: OutcomeRows
}

/** Before the report is written, as that may fail. */
async function show({ outcomes, durationMs, warnings, options, terminal, rows }: Answer): Promise<void> {
  if (terminal.json) terminal.result({ json: outcomesToJson(outcomes, durationMs, warnings), text: () => '' })
  else showText(outcomes, durationMs, { terminal, rows })
  if (options.junit !== undefined) await writeReport(options.junit, renderJunit(outcomes, durationMs, warnings))
}

/** With `--quiet` only what failed, and nothing when nothing did. */
function showText(
  outcomes: readonly CheckOutcome[],
  durationMs: number,
  { terminal, rows }: Pick<Answer, 'terminal' | 'rows'>,
): void {
  const shown = terminal.quiet ? outcomes.filter(hasFailed) : outcomes
  if (terminal.quiet && shown.length === 0) return
  rows.finish(shown)
  const notes = failureNotes(outcomes, terminal.paint)
  for (const line of ['', ...notes, ...(notes.length > 0 ? [''] : [])]) terminal.print(line)
  terminal.print(summaryLine(outcomes, durationMs, terminal.paint))
}

/** A row for each check that runs now, and the outcome of each that ended. */
function showProgress(open: (label: string) => ProgressItem, rows: OutcomeRows) {
  const items = new Map<PlannedCheck, ProgressItem>()
  return {
    onStart(check: PlannedCheck) {
      if (check.fate.kind === 'run') items.set(check, open(labelOf(check)))
    },
    onEnd(check: PlannedCheck, outcome: CheckOutcome) {
      items.get(check)?.done()
      rows.add(outcome)
    },
  }
}
