// Outcomes as people read them: one row per check, then what is known about those that did not pass, then a sum.
import { printable } from '../../schemas/quote.ts'
import type { Cell, Paint, Table } from '../../terminal/index.ts'
import { formatDuration } from '../../terminal/index.ts'
import type { CheckOutcome } from './outcome.ts'
import { hasFailed, tally } from './outcome.ts'

const LOG_LINES = 5
const FURTHER_LINES = 10

const COLUMNS: Table['columns'] = [
  ...[{ title: 'status' }, { title: 'service' }, { title: 'phase' }, { title: 'check', shrinks: true }],
  ...[{ title: 'time', align: 'right' as const, minCells: 6 }, { title: 'result' }],
]

export function outcomeTable(outcomes: readonly CheckOutcome[], paint: Paint): Table {
  return { columns: COLUMNS, rows: outcomes.map((outcome) => outcomeRow(outcome, paint)) }
}

export function outcomeRow(outcome: CheckOutcome, paint: Paint): readonly Cell[] {
  return [
    statusCell(outcome.status, paint),
    outcome.service,
    outcome.phase ?? '',
    nameOf(outcome),
    outcome.attempts === 0 ? '' : formatDuration(outcome.durationMs),
    `${outcome.summary}${runsNote(outcome)}`,
  ]
}

export type ExpectedCheck = Pick<CheckOutcome, 'service' | 'phase' | 'plugin' | 'version' | 'mark'>

/** A table wide enough for outcomes that are not known yet. */
export function expectedTable(checks: readonly ExpectedCheck[]): Table {
  const rows = checks.map((check) => ['unknown', check.service, check.phase ?? '', nameOf(check), '', 'x'.repeat(20)])
  return { columns: COLUMNS, rows }
}

type Notes = {
  /** Where the checks are written is of no use to anybody. */
  readonly withoutPlaces?: boolean
}

/** For each check that did not pass: where it is written, what to do, what else the plugin said and what it logged last. */
export function failureNotes(
  outcomes: readonly CheckOutcome[],
  paint: Paint,
  { withoutPlaces = false }: Notes = {},
): string[] {
  return outcomes.filter(hasFailed).flatMap((outcome) => {
    const { file, line } = outcome.place
    const place = `${printable(file, 500)}${line === undefined ? '' : `:${line}`}`
    const name = [printable(outcome.service), outcome.phase, nameOf(outcome)].filter(Boolean).join(' ')
    const head = `${paint.bold(name)}${withoutPlaces ? '' : `  ${paint.dim(place)}`}${codeNote(outcome)}`
    const log = outcome.log.slice(-LOG_LINES).map(({ level, message }) => `  ${paint.dim(level.padEnd(5))} ${message}`)
    const hint = outcome.error?.hint ? [`  ${paint.cyan('hint')}: ${printable(outcome.error.hint, 500)}`] : []
    return [head, ...furtherLines(outcome), ...log, ...hint]
  })
}

/** `3 passed, 1 failed in 1.2 s`. */
export function summaryLine(outcomes: readonly CheckOutcome[], durationMs: number, paint: Paint): string {
  const { passed, failed, unknown, skipped } = tally(outcomes)
  const parts = [
    paint.green(`${passed} passed`),
    failed > 0 ? paint.red(`${failed} failed`) : '',
    unknown > 0 ? paint.yellow(`${unknown} unknown`) : '',
    skipped > 0 ? paint.dim(`${skipped} skipped`) : '',
  ]
  return `${parts.filter(Boolean).join(', ')} in ${formatDuration(durationMs)}`
}

export function nameOf({ plugin = '', version, mark }: Pick<CheckOutcome, 'plugin' | 'version' | 'mark'>): string {
  const name = version === undefined ? plugin : `${plugin}@${version}`
  return mark === undefined ? name : `${name} ${mark}`
}

function furtherLines({ furtherLines: lines = [] }: CheckOutcome): string[] {
  const shown = lines.slice(0, FURTHER_LINES).map((line) => `  ${line}`)
  return lines.length > FURTHER_LINES ? [...shown, `  … ${lines.length - FURTHER_LINES} more lines with --json`] : shown
}

/** `waiting` is nothing to be alarmed about yet, as is what was skipped. */
export function statusCell(status: CheckOutcome['status'] | 'waiting', paint: Paint): Cell {
  if (status === 'ok') return { text: 'ok', paint: paint.green }
  if (status === 'warn' || status === 'unknown') return { text: status, paint: paint.yellow }
  if (status === 'skipped' || status === 'waiting') return { text: status, paint: paint.dim }
  return { text: 'failed', paint: (text) => paint.red(paint.bold(text)) }
}

function runsNote({ attempts }: CheckOutcome): string {
  return attempts > 1 ? ` (${attempts} runs)` : ''
}

function codeNote({ error, hostCode, exitCode }: CheckOutcome): string {
  if (error) return `  ${error.code}`
  if (hostCode !== undefined) return `  code ${hostCode}`
  return exitCode === undefined || exitCode === 0 ? '' : `  exit code ${exitCode}`
}
