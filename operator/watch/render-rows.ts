// How watched checks are shown: as a table that is drawn again, as a line for each change, and as JSON for machines.
import { printable } from '../../schemas/quote.ts'
import type { Cell, Paint, Table } from '../../terminal/index.ts'
import { formatAge, formatDuration } from '../../terminal/index.ts'
import { nameOf, statusCell } from '../check/render-table.ts'
import type { Lanes } from '../lanes/lanes.ts'
import type { Note, Row, Watch } from './open-watch.ts'
import { hasPassed } from './open-watch.ts'

const MAX_LINE = 2000
const COLUMNS: Table['columns'] = [
  ...[{ title: 'status' }, { title: 'service' }, { title: 'phase' }, { title: 'check', shrinks: true }],
  ...[{ title: 'for', align: 'right' as const, minCells: 6 }, { title: 'last result' }],
]

/** What does not pass comes first, so that it is on the screen. */
export function rowsTable(rows: readonly Row[], now: number, paint: Paint): Table {
  const sorted = [...rows.filter((row) => !hasPassed(row)), ...rows.filter(hasPassed)]
  return { columns: COLUMNS, rows: sorted.map((row) => cellsOf(row, now, paint)) }
}

function cellsOf(row: Row, now: number, paint: Paint): readonly Cell[] {
  const { status, service, phase = '', since, last } = row
  const age = status === 'skipped' ? '' : formatAge(now - since)
  return [statusCell(status, paint), service, phase, nameOf(row), age, last?.summary ?? '']
}

/** `3 passed, 1 failed, 2 waiting`. */
export function rowsSummary(rows: readonly Row[], paint: Paint): string {
  const { passed, failed, unknown, waiting, skipped } = tallyOf(rows)
  const parts = [
    paint.green(`${passed} passed`),
    failed > 0 ? paint.red(`${failed} failed`) : '',
    unknown > 0 ? paint.yellow(`${unknown} unknown`) : '',
    waiting > 0 ? `${waiting} waiting` : '',
    skipped > 0 ? paint.dim(`${skipped} skipped`) : '',
  ]
  return parts.filter(Boolean).join(', ')
}

function tallyOf(rows: readonly Row[]) {
  const count = (...wanted: readonly Row['status'][]) => rows.filter(({ status }) => wanted.includes(status)).length
  return {
    passed: count('ok', 'warn'),
    failed: count('critical'),
    unknown: count('unknown'),
    waiting: count('waiting'),
    skipped: count('skipped'),
  }
}

/** `2026-01-02T03:04:05Z failed web health check-tcp@1.0.0: refused (ok for 3 min)`. */
export function changeLine(row: Row, before: Row, paint: Paint): string {
  const { since, last } = row
  const ago =
    before.status === 'waiting' ? '' : ` (${before.status} for ${formatDuration(Math.max(0, since - before.since))})`
  const status = statusCell(row.status, paint)
  const shown = typeof status === 'string' ? status : (status.paint?.(status.text) ?? status.text)
  const what = printable(`${labelOf(row)}: ${last?.summary ?? ''}${ago}`, MAX_LINE)
  return `${momentOf(since)} ${shown} ${what}`
}

export function noteLine(row: Row, note: Note): string {
  return printable(`${labelOf(row)} ${inWords(note)}`, MAX_LINE)
}

/** In seconds, as a person reads them. */
function momentOf(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z')
}

function labelOf(row: Row): string {
  return [row.service, row.phase, nameOf(row)].filter(Boolean).join(' ')
}

function inWords(note: Note): string {
  if (note.kind === 'lane') return laneInWords(note)
  return `takes ${formatDuration(note.tookMs)}, longer than its interval of ${formatDuration(note.intervalMs)}: runs are left out`
}

function laneInWords({ before }: Extract<Note, { readonly kind: 'lane' }>): string {
  return before === 'resident'
    ? 'is not answered by its plugin that stays as it should be, and has a process for each run from now on'
    : "stopped the thread of octo's own checks, and runs as a process from now on"
}

/** One line of JSON each; `at` is when it became so. */
export function changeToJson(row: Row, before: Row): object {
  const { last, since, status } = row
  return {
    v: 1,
    kind: 'state',
    at: new Date(since).toISOString(),
    ...last,
    ...namedOf(row),
    before: before.status,
    status,
  }
}

export function noteToJson(row: Row, note: Note, now: number): object {
  const { kind, ...facts } = note
  return { v: 1, kind, at: new Date(now).toISOString(), ...namedOf(row), ...facts, summary: inWords(note) }
}

export function beginToJson(watch: Watch, { places }: Lanes, now: number): object {
  const { checks } = watch
  return { v: 1, kind: 'begin', at: new Date(now).toISOString(), checks, places }
}

export function roundToJson(round: 1 | 2, lanes: Lanes, now: number): object {
  return {
    v: 1,
    kind: round === 1 ? 'first-round' : 'second-round',
    at: new Date(now).toISOString(),
    lateness: lanes.lateness(),
  }
}

export function endToJson(rows: readonly Row[], lanes: Lanes, now: number): object {
  const at = new Date(now).toISOString()
  return { v: 1, kind: 'end', at, passed: rows.every(hasPassed), summary: tallyOf(rows), lateness: lanes.lateness() }
}

function namedOf({ service, phase, plugin, version, mark, place }: Row): object {
  return { service, phase, plugin, version, mark, place }
}
