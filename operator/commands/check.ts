// `octo check`: everything that is missing is installed in one go, then the checks run, then the answer is shown.
import { setTimeout as wait } from 'node:timers/promises'
import type { PluginOutcome, VerifiedExecutable } from '../../client/index.ts'
import type { ConfigWarning } from '../../config/document/warnings.ts'
import type { Phase } from '../../config/model/config.ts'
import { PHASES } from '../../config/model/config.ts'
import type { ErrorCode } from '../../schemas/error-codes.ts'
import { coded } from '../../schemas/errors.ts'
import { printable, quote } from '../../schemas/quote.ts'
import { interruptible } from '../../system/process/interruptible.ts'
import type { ProgressItem, Terminal } from '../../terminal/index.ts'
import { labelOf, planLine, runLine } from '../check/decisions.ts'
import type { CheckOutcome } from '../check/outcome.ts'
import { hasFailed } from '../check/outcome.ts'
import type { OutcomeRows } from '../check/outcome-rows.ts'
import { openOutcomeRows } from '../check/outcome-rows.ts'
import type { PlannedCheck } from '../check/plan.ts'
import { planChecks, requestKey, requestsOfPlan, withoutChecks } from '../check/plan.ts'
import { outcomesToJson } from '../check/render-json.ts'
import { renderJunit } from '../check/render-junit.ts'
import { failureNotes, summaryLine } from '../check/render-table.ts'
import { runChecks } from '../check/run-checks.ts'
import { writeReport } from '../check/write-report.ts'
import { asksForProgram, programRunner, programsOfPlan } from '../services/checked-services.ts'
import type { Session, SessionOptions } from '../session.ts'
import { openSession } from '../session.ts'

export type CheckOptions = SessionOptions & {
  readonly phase?: readonly string[] | undefined
  readonly junit?: string | undefined
}

const FAILED = 1
const MAX_LINE = 1000
const LOCKFILE_CODES: ReadonlySet<ErrorCode> = new Set(['LOCK_MISSING', 'LOCK_OUT_OF_DATE'])

/** Gives 0 only when every check that ran has passed. */
export async function checkCommand(
  services: readonly string[],
  options: CheckOptions,
  terminal: Terminal,
): Promise<number> {
  const selection = { services, phases: phasesOf(options.phase) }
  const { env } = process
  await using session = await openSession({ ...options, strict: true }, { terminal, cwd: process.cwd(), env })
  const plan = planChecks(session.config, selection)
  const startedAt = performance.now()
  const provided = await provide(plan, session)
  for (const check of plan) tellPlan(check, provided, terminal)
  using interruption = interruptible()
  const rows = openOutcomeRows(terminal, expectedOf(plan, provided))
  using progress = terminal.progress({
    ...{ unit: 'steps', title: 'checking', items: plan.filter(({ fate }) => fate.kind === 'run').length },
    ...{ endsSilently: true, onShown: rows.grow },
  })
  if (plan.some(asksForProgram)) for (const line of await session.writeFiles()) terminal.warn(line)
  const locate = (executable: VerifiedExecutable) => session.client.locate(executable)
  const checked = await runChecks(plan, {
    ...{ env, provided, random: Math.random, signal: interruption.signal },
    locate,
    runService: programRunner({ config: session.config, configPath: session.configPath, env, provided, locate }),
    sleep: (milliseconds, signal) => wait(milliseconds, undefined, signal ? { signal } : {}).catch(() => undefined),
    onRun: (check, result) => terminal.debug(printable(runLine(check, result), MAX_LINE)),
    ...showProgress((label) => progress.item(label), rows),
  })
  const idle = withoutChecks(session.config, selection)
  for (const outcome of idle) rows.add(outcome)
  progress.stop()
  const durationMs = performance.now() - startedAt
  const outcomes = [...checked, ...idle]
  await show({ outcomes, durationMs, warnings: session.warnings, options, terminal, rows })
  return interruption.exitCode() ?? (outcomes.some(hasFailed) ? FAILED : 0)
}

/** A plugin that cannot be had is its checks' own failure; a lockfile that does not cover the config is everybody's. */
async function provide(plan: readonly PlannedCheck[], session: Session): Promise<ReadonlyMap<string, PluginOutcome>> {
  const requests = [...requestsOfPlan(plan), ...programsOfPlan(plan, session.config)]
  const outcomes = await session.provide(requests)
  for (const outcome of outcomes)
    if (outcome.state === 'failed' && LOCKFILE_CODES.has(outcome.error.code)) throw outcome.error
  return new Map(requests.map((request, index) => [requestKey(request), outcomes[index] as PluginOutcome]))
}

function tellPlan(check: PlannedCheck, provided: ReadonlyMap<string, PluginOutcome>, terminal: Terminal): void {
  const outcome = provided.get(requestKey(check.request))
  if (check.fate.kind === 'run' && outcome?.state === 'done')
    terminal.debug(printable(planLine(check, outcome.value), MAX_LINE))
}

function expectedOf(plan: readonly PlannedCheck[], provided: ReadonlyMap<string, PluginOutcome>) {
  return plan.map(({ service, phase, request, mark }) => {
    const outcome = provided.get(requestKey(request))
    const version = outcome?.state === 'done' ? { version: outcome.value.version } : {}
    return { service, phase, plugin: request.plugin, ...version, ...(mark === undefined ? {} : { mark }) }
  })
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
