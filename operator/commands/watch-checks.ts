// `octo check --watch`: the checks of the config again and again, until somebody ends it. The last states decide the exit code.
import type { VerifiedExecutable, WantedProgram } from '../../client/index.ts'
import type { ServiceConfig } from '../../config/model/config.ts'
import { coded, isCoded } from '../../schemas/errors.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { printable, printableJsonLine } from '../../schemas/quote.ts'
import { interruptible } from '../../system/process/interruptible.ts'
import { giveBackFromTheBegin, giveBackMemory, keepHeapSmall } from '../../system/process/small-heap.ts'
import { giveBackSpare } from '../../system/process/spare-memory.ts'
import { untilUnread } from '../../system/process/until-unread.ts'
import type { Terminal } from '../../terminal/index.ts'
import { runLines } from '../check/decisions.ts'
import type { PlannedCheck } from '../check/plan.ts'
import type { Lanes } from '../lanes/lanes.ts'
import { openLanes } from '../lanes/lanes.ts'
import { asksForProgram, programRunner } from '../services/program/checked-services.ts'
import type { Note, Row, Watch } from '../watch/open-watch.ts'
import { hasPassed, openWatch } from '../watch/open-watch.ts'
import {
  beginToJson,
  changeLine,
  changeToJson,
  endToJson,
  noteLine,
  noteToJson,
  roundToJson,
  rowsSummary,
  rowsTable,
} from '../watch/render-rows.ts'
import type { CheckOptions } from './check.ts'
import { MAX_LINE, openChecks, phasesOf } from './open-checks.ts'
import { openTeller } from './tell-outcomes.ts'

const FAILED = 1
const DRAW_MS = 500
/** Whoever pressed Ctrl-C does not wait long for a mail server; the next run tells the rest. */
const DRAIN_MS = 5000
/** All have run once by then, unless they wait for a place. */
const FIRST_ROUND_MS = 1000

export async function watchChecksCommand(
  services: readonly string[],
  options: CheckOptions,
  terminal: Terminal,
): Promise<number> {
  refuseReport(options)
  keepHeapSmall()
  // Before the config is read, which takes the most that such a command ever has.
  giveBackSpare()
  const phases = phasesOf(options.phase, ['health'])
  await using opened = await openChecks({ services, phases }, options, terminal)
  const { session, plan, provided, idle } = opened
  using interruption = interruptible()
  const { env } = process
  if (plan.some(asksForProgram)) for (const line of await session.writeFiles()) terminal.warn(line)
  const locate = (executable: VerifiedExecutable) => session.client.locate(executable)
  const provideProgram = (wanted: WantedProgram) => session.client.provideProgram(wanted)
  using lanes = openLanes({ env })
  const display = openDisplay(terminal)
  const { config, configPath } = session
  using teller = options.notify
    ? await openTeller({ config, configPath, env, provided, locate, terminal }, (line) => terminal.warn(line))
    : undefined
  session.forgetDocuments()
  // Now, when no check waits yet.
  giveBackMemory()
  await using watch = await openWatch(
    {
      plan,
      provided,
      idle,
      env,
      locate,
      now: Date.now,
      firstWithinMs: FIRST_ROUND_MS,
      runService: programRunner({ config, configPath, env, provided, locate, provideProgram }),
      startPeriodOf: startPeriods(config.services),
      onChange(row, before) {
        display.change(row, before)
        if (row.last && row.status !== 'waiting') teller?.tell({ ...row.last, status: row.status })
      },
      onNote: display.note,
      onRound: (round) => display.round(round, lanes),
      onRun(check, result) {
        for (const line of runLines(check, result)) terminal.debug(printable(line, MAX_LINE))
      },
    },
    lanes,
  )
  teller?.retire(plan.map(askedOf), { services, phases })
  // What was loaded since, before most of the first runs.
  using _spare = giveBackFromTheBegin()
  display.begin(watch, lanes)
  using read = untilUnread(interruption.signal)
  // Who is told by notifiers still hears of it when nobody reads the rows any more.
  await aborted(teller ? interruption.signal : read.signal)
  display.end(watch.rows(), lanes)
  // As it was shown: what comes while the last messages are sent is for the next run.
  const exitCode = watch.rows().every(hasPassed) ? 0 : FAILED
  await teller?.finish(DRAIN_MS)
  return exitCode
}

function askedOf({ service, phase, request, mark, fate }: PlannedCheck) {
  return {
    service,
    phase,
    plugin: request.plugin,
    ...omitUndefined({ mark }),
    isChecked: fate.kind === 'run',
  }
}

function refuseReport(options: CheckOptions): void {
  const named = (['junit', 'html', 'metrics'] as const).find((report) => options[report] !== undefined)
  if (named === undefined) return
  throw coded('USAGE', {
    message: `\`--${named}\` writes one report, and \`--watch\` goes on`,
    hint: 'leave one of them away: `octo check --junit report.xml`, or `octo check --watch --json`',
  })
}

/** Of those that say one: the others may have run for long. Throws CONFIG_INVALID. */
function startPeriods(services: readonly ServiceConfig[]): (service: string) => number {
  const known = new Map(
    services.map(({ name, startPeriodMs }) => {
      if (isCoded(startPeriodMs)) throw startPeriodMs
      return [name, startPeriodMs ?? 0]
    }),
  )
  return (service) => known.get(service) ?? 0
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    // Nothing else may keep the process: a watch without checks to run goes on as well.
    const staying = setInterval(() => undefined, 60_000)
    signal.addEventListener('abort', () => {
      clearInterval(staying)
      resolve()
    })
  })
}

type Display = {
  begin(watch: Watch, lanes: Lanes): void
  change(row: Row, before: Row): void
  note(row: Row, note: Note): void
  round(round: 1 | 2, lanes: Lanes): void
  end(rows: readonly Row[], lanes: Lanes): void
}

function openDisplay(terminal: Terminal): Display {
  if (terminal.json) return jsonLines(terminal)
  const live = terminal.quiet ? undefined : terminal.liveTable()
  const lines = textLines(terminal)
  if (!live) return lines
  let drawing: NodeJS.Timeout | undefined
  const draw = (rows: readonly Row[]) =>
    live.show(rowsTable(rows, Date.now(), terminal.paint), ['', rowsSummary(rows, terminal.paint)])
  return {
    ...lines,
    begin(watch, lanes) {
      lines.begin(watch, lanes)
      draw(watch.rows())
      drawing = setInterval(() => draw(watch.rows()), DRAW_MS)
    },
    change: () => undefined,
    round: () => undefined,
    end(rows) {
      clearInterval(drawing)
      draw(rows)
      live.end()
    },
  }
}

/** With `--quiet` only what does not pass. */
function textLines(terminal: Terminal): Display {
  return {
    begin({ checks }, { places }) {
      const sum = checks['in-process'] + checks.resident + checks.process
      const processes =
        checks.process === 0 ? '' : `, ${checks.process} as processes, at most ${places.process} at once`
      const residents = checks.resident === 0 ? '' : `, ${checks.resident} of plugins that stay`
      terminal.info(`watching ${sum} ${sum === 1 ? 'check' : 'checks'}${residents}${processes}; Ctrl-C ends it`)
    },
    change(row, before) {
      if (!terminal.quiet || !hasPassed(row)) terminal.sentence(changeLine(row, before, terminal.paint))
    },
    note: (row, note) => terminal.warn(noteLine(row, note)),
    round(round) {
      if (round === 1) terminal.info('all checks have run once')
    },
    end(rows) {
      // A terminal has written ^C where the cursor was.
      if (terminal.watched && !terminal.quiet) terminal.print('')
      if (!terminal.quiet || !rows.every(hasPassed)) terminal.sentence(rowsSummary(rows, terminal.paint))
    },
  }
}

function jsonLines(terminal: Terminal): Display {
  const print = (line: object) => terminal.print(printableJsonLine(line))
  return {
    begin: (watch, lanes) => print(beginToJson(watch, lanes, Date.now())),
    change: (row, before) => print(changeToJson(row, before)),
    note: (row, note) => print(noteToJson(row, note, Date.now())),
    round: (round, lanes) => print(roundToJson(round, lanes, Date.now())),
    end: (rows, lanes) => print(endToJson(rows, lanes, Date.now())),
  }
}
