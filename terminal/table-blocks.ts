// A row of a table as a block of lines, for terminals too narrow for columns: the title of each cell, then its text.
import { cellWidth, longestWord, padding, wrapWords } from './cell-width.ts'
import type { Paint } from './colour.ts'
import type { Column, ShownCell } from './table-cell.ts'

const GAP = 2
const INDENT = 2
/** With less room beside the titles, texts stand below them. */
const MIN_ROOM = 12

/** Ends with an empty line. Cells without text are left out. */
export function blockLines(
  columns: readonly Column[],
  cells: readonly ShownCell[],
  { paint, width }: { readonly paint: Paint; readonly width: number },
): readonly string[] {
  const titles = columns.map(({ title }) => title)
  const indent = Math.max(...titles.map(cellWidth)) + GAP
  const lines = cells.flatMap((cell, index) => {
    const title = titles[index] ?? ''
    if (cell.text === '') return []
    const isBeside = width - indent >= MIN_ROOM && longestWord(cell.text) <= width - indent
    if (!isBeside) return [...wrapWords(title, width).map(paint.dim), ...hangingLines(cell, INDENT, width)]
    return wrapWords(cell.text, width - indent).map((line, number) => {
      const head = number === 0 ? title : ''
      return `${head === '' ? '' : paint.dim(head)}${padding(head, indent)}${cell.paint(line)}`
    })
  })
  return [...lines, '']
}

/** A text on lines of its own, indented unless that pushes a word over the edge. */
export function hangingLines({ text, paint }: ShownCell, indent: number, width: number): readonly string[] {
  const left = longestWord(text) > width - indent ? 0 : indent
  return wrapWords(text, width - left).map((line) => ' '.repeat(left) + paint(line))
}
