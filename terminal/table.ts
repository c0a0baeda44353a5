// Tables for people: columns as wide as their longest cell, and when the terminal is narrower, columns that may shrink
// do. Without a terminal nothing is cut, so that `octo list | grep` sees whole values.
import { stripVTControlCharacters } from 'node:util'
import type { Paint } from './colour.ts'

export type Column = {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** May be cut or wrapped when the terminal is narrow; digests and reasons can, names and versions should not. */
  readonly shrinks?: boolean
}

export type Table = {
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly string[])[]
}

export type TableSetting = { readonly paint: Paint; readonly width: number }

const GAP = 2
const MIN_SHRUNK = 8
const WIDE = /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/u

const BORDERLESS = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: ' '.repeat(GAP) },
}

/** The finished text without a line end. Cells may be painted; their control characters must be escaped already. */
export async function renderTable({ columns, rows }: Table, { paint, width }: TableSetting): Promise<string> {
  const { default: CliTable } = await import('cli-table3')
  const natural = columns.map((column, index) => widestCell(column.title, rows, index))
  const fitted = fitWidths(natural, columns, width)
  const table = new CliTable({
    chars: BORDERLESS,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colWidths: fitted.map((cells, index) => (cells < (natural[index] ?? 0) ? cells : null)),
    colAligns: columns.map((column) => column.align ?? 'left'),
    wordWrap: true,
    wrapOnWordBoundary: true,
  })
  table.push(
    columns.map((column) => paint.bold(column.title)),
    ...rows.map((row) => columns.map((_, i) => row[i] ?? '')),
  )
  return table.toString().replace(/[^\S\n]+$/gm, '')
}

/** Widths that together fit, by taking from the widest column that may shrink; unchanged when nothing can give. */
export function fitWidths(natural: readonly number[], columns: readonly Column[], width: number): number[] {
  const widths = [...natural]
  const total = () => widths.reduce((sum, cells) => sum + cells, 0) + GAP * (widths.length - 1)
  while (total() > width) {
    const widest = widestShrinkable(widths, columns)
    if (widest === undefined) break
    widths[widest] = (widths[widest] ?? 0) - 1
  }
  return widths
}

function widestShrinkable(widths: readonly number[], columns: readonly Column[]): number | undefined {
  let found: number | undefined
  for (const [index, cells] of widths.entries()) {
    if (!columns[index]?.shrinks || cells <= MIN_SHRUNK) continue
    if (found === undefined || cells > (widths[found] ?? 0)) found = index
  }
  return found
}

function widestCell(title: string, rows: Table['rows'], column: number): number {
  return rows.reduce((widest, row) => Math.max(widest, cellWidth(row[column] ?? '')), cellWidth(title))
}

/** Terminal cells that a text takes: colour takes none, East Asian characters and emoji take two. */
export function cellWidth(text: string): number {
  const graphemes = new Intl.Segmenter().segment(stripVTControlCharacters(text))
  return Iterator.from(graphemes).reduce((cells, { segment }) => cells + (WIDE.test(segment) ? 2 : 1), 0)
}
