// Tables for people. Where the terminal is too narrow for the columns, they give up before a word breaks: cells are
// wrapped at words, then the last cell stands below its row, then each row becomes a block of lines. Nothing is ever cut,
// and without a terminal nothing is wrapped, so that `octo list | grep` sees whole lines.
import { wrapWords } from './cell-width.ts'
import type { Paint } from './colour.ts'
import { blockLines } from './table-blocks.ts'
import type { Cell, Table } from './table-cell.ts'
import { shownCell } from './table-cell.ts'
import { fitWidths, gridLines } from './table-grid.ts'

export type TableSetting = { readonly paint: Paint; readonly width: number }

/** Renders row after row, for a table that grows while people look at it. */
type TableLines = { readonly head: readonly string[]; row(cells: readonly Cell[]): readonly string[] }

/** The finished text without a line end. Cells hold raw text: their control characters are escaped here. */
export function renderTable(table: Table, setting: TableSetting): string {
  const { head, row } = openTableLines(table, setting)
  return [...head, ...table.rows.flatMap(row)].join('\n').trimEnd()
}

/** The rows given here decide the widths; those that are rendered may be others. */
export function openTableLines({ columns, rows }: Table, { paint, width }: TableSetting): TableLines {
  const shown = (cells: readonly Cell[]) => columns.map((_, index) => shownCell(cells[index]))
  const block = (cells: readonly Cell[]) => blockLines(columns, shown(cells), { paint, width })
  const fitting = fitWidths(columns, rows.map(shown), width)
  if (!fitting) return { head: rows.length > 0 ? [] : titleLines(), row: block }
  const grid = { ...fitting, columns, width }
  return {
    head:
      gridLines(
        columns.map(({ title }) => ({ text: title, paint: paint.bold })),
        grid,
      ) ?? titleLines(),
    row: (cells) => gridLines(shown(cells), grid) ?? block(cells),
  }

  function titleLines(): readonly string[] {
    return wrapWords(columns.map(({ title }) => title).join('  '), width).map(paint.bold)
  }
}
