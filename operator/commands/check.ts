// `octo check`: everything that is missing is installed in one go, then the checks run, then the answer is shown.
import { hostname } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import type { PluginOutcome, VerifiedExecutable, WantedProgram } from '../../client/index.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { printable } from '../../schemas/quote.ts'
import { shownAddress } from '../../schemas/shown-address.ts'
import { octoVersion } from '../../system/octo-version.ts'
import { interruptible } from '../../system/process/interruptible.ts'
import type { ProgressItem, Terminal } from '../../terminal/index.ts'
import type { CheckRun } from '../check/check-run.ts'
import { labelOf, runLines } from '../check/decisions.ts'
import type { CheckOutcome } from '../check/outcome.ts'
import { hasFailed } from '../check/outcome.ts'
import type { OutcomeRows } from '../check/outcome-rows.ts'
import { openOutcomeRows } from '../check/outcome-rows.ts'
import type { PlannedCheck } from '../check/plan.ts'
import { requestKey } from '../check/plan.ts'
import { runToJson } from '../check/render-json.ts'
import { failureNotes, summaryLine } from '../check/render-table.ts'
import { runChecks } from '../check/run-checks.ts'
import type { ReportOptions } from '../check/write-reports.ts'
import { requireReports, writeReports } from '../check/write-reports.ts'
import type { SessionOptions } from '../operator-session.ts'
import { asksForProgram, programRunner } from '../services/program/checked-services.ts'
import { MAX_LINE, openChecks, phasesOf } from './open-checks.ts'

export type CheckOptions = SessionOptions &
  ReportOptions & {
    readonly phase?: readonly string[] | undefined
    readonly watch?: boolean | undefined
    readonly notify?: boolean | undefined
    /** `--no-places` gives false. */
    readonly places?: boolean | undefined
  }

const FAILED = 1

/** Gives 0 only when every check that ran has passed. */
export async function checkCommand(
  services: readonly string[],
  options: CheckOptions,
  terminal: Terminal,
): Promise<number> {
  const phases = phasesOf(options.phase, ['preflight', 'health'])
  requireReports(options)
  const began = new Date()
  await using opened = await openChecks({ services, phases }, options, terminal)
  const { session, plan, provided, idle, openedAt: startedAt } = opened
  const { config, configPath } = session
  using interruption = interruptible()
  const rows = openOutcomeRows(terminal, [...expectedOf(plan, provided), ...idle])
  using progress = terminal.progress({
    unit: 'steps',
    title: 'checking',
    items: plan.filter(({ fate }) => fate.kind === 'run').length,
    endsSilently: true,
    onShown: rows.grow,
  })
  const { env } = process
  if (plan.some(asksForProgram)) for (const line of await session.writeFiles()) terminal.warn(line)
  const locate = (executable: VerifiedExecutable) => session.client.locate(executable)
  const provideProgram = (wanted: WantedProgram) => session.client.provideProgram(wanted)
  const checked = await runChecks(plan, {
    env,
    provided,
    random: Math.random,
    signal: interruption.signal,
    locate,
    runService: programRunner({ config, configPath, env, provided, locate, provideProgram }),
    sleep: (milliseconds, signal) => wait(milliseconds, undefined, signal ? { signal } : {}).catch(() => undefined),
    onRun(check, result) {
      for (const line of runLines(check, result)) terminal.debug(printable(line, MAX_LINE))
    },
    ...showProgress((label) => progress.item(label), rows),
  })
  for (const outcome of idle) rows.add(outcome)
  progress.stop()
  const durationMs = performance.now() - startedAt
  const outcomes = [...checked, ...idle]
  const found = { outcomes, startedAt: began, durationMs, warnings: session.warnings, config: shownAddress(configPath) }
  await show({ ...found, host: hostname() || 'unknown', octo: octoVersion() }, { options, terminal, rows })
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
    return { service, phase, plugin: request.plugin, ...version, ...omitUndefined({ mark }) }
  })
}

type Showing = { readonly options: CheckOptions; readonly terminal: Terminal; readonly rows: OutcomeRows }

/** Before the reports are written, as that may fail. */
async function show(run: CheckRun, { options, terminal, rows }: Showing): Promise<void> {
  if (terminal.json) terminal.result({ json: runToJson(run), text: () => '' })
  else showText(run, { options, terminal, rows })
  await writeReports(run, options, { env: process.env, warn: (line) => terminal.warn(line) })
}

/** With `--quiet` only what failed, and nothing when nothing did. */
function showText({ outcomes, durationMs }: CheckRun, { options, terminal, rows }: Showing): void {
  const shown = terminal.quiet ? outcomes.filter(hasFailed) : outcomes
  if (terminal.quiet && shown.length === 0) return
  rows.finish(shown)
  const notes = failureNotes(outcomes, terminal.paint, { withoutPlaces: options.places === false })
  for (const line of ['', ...notes, ...(notes.length > 0 ? [''] : [])]) terminal.sentence(line)
  terminal.sentence(summaryLine(outcomes, durationMs, terminal.paint))
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
