// A table as columns side by side, or with its last cells below their rows: which widths fit, and the lines of one row.
import { cellWidth, longestWord, padding, wrapWords } from './cell-width.ts'
import { hangingLines } from './table-blocks.ts'
import type { Column, ShownCell } from './table-cell.ts'

type Grid = Fitting & { readonly columns: readonly Column[]; readonly width: number }

type Fitting = {
  readonly widths: readonly number[]
  /** There is no room for the last column beside the others: only its shortest cells stand there. */
  readonly isLastBelow: boolean
}

const GAP = 2
/** With fewer cells than this the last column is not worth a column. */
const MIN_LAST = 20
const BELOW = 2
/** A last cell that is higher stands below its row, where that makes it flatter. */
const MAX_HEIGHT = 3

/** Widths that together fit without breaking a word outside of the last column; undefined when there are none. */
export function fitWidths(
  columns: readonly Column[],
  rows: readonly (readonly ShownCell[])[],
  width: number,
): Fitting | undefined {
  const last = columns.length - 1
  const widest = (index: number, measure: (text: string) => number) =>
    rows.reduce(
      (cells, row) => Math.max(cells, measure(row[index]?.text ?? '')),
      Math.max(cellWidth(columns[index]?.title ?? ''), columns[index]?.minCells ?? 0),
    )
  const widths = columns.map((_, index) => widest(index, cellWidth))
  const least = widths.map((natural, index) => {
    if (index === last) return Math.min(natural, MIN_LAST)
    return columns[index]?.shrinks ? widest(index, longestWord) : natural
  })
  const isLastBelow = total(least) > width
  if (!isLastBelow) return { widths: shrunk(widths, least, width), isLastBelow }
  const [others, leastOthers] = [widths.slice(0, last), least.slice(0, last)]
  if (last === 0 || total(leastOthers) > width) return undefined
  return { widths: [...shrunk(others, leastOthers, width), 0], isLastBelow }
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, cells) => sum + cells, 0) + GAP * (widths.length - 1)
}

/** Takes from the column that is widest among those that can give, down to the next widest, until all fit. */
function shrunk(natural: readonly number[], least: readonly number[], width: number): readonly number[] {
  const widths = [...natural]
  const givers = () => widths.map((cells, index) => (cells > (least[index] ?? 0) ? cells : 0))
  for (let excess = total(widths) - width; excess > 0; excess = total(widths) - width) {
    const [most = 0, next = 0] = givers().sort((left, right) => right - left)
    const index = givers().indexOf(most)
    widths[index] = Math.max(most - excess, Math.min(next, most - 1), least[index] ?? 0)
  }
  return widths
}

/** Undefined when a cell does not fit into its column. */
export function gridLines(cells: readonly ShownCell[], grid: Grid): readonly string[] | undefined {
  const { columns, widths, width, isLastBelow } = grid
  const columnsBefore = widths.slice(0, -1)
  const [lastCell] = cells.slice(-1)
  if (cells.slice(0, -1).some(({ text }, index) => longestWord(text) > (widths[index] ?? 0))) return undefined
  const room = columnsBefore.length > 0 ? width - total(columnsBefore) - GAP : width
  const below = lastCell && columnsBefore.length > 0 ? hangingLines(lastCell, BELOW, width) : []
  const beside = wrapWords(lastCell?.text ?? '', Math.max(room, widths.at(-1) ?? 0))
  const isBelow =
    columnsBefore.length > 0 &&
    (longestWord(lastCell?.text ?? '') > room ||
      beside.length > (isLastBelow ? 1 : Math.max(MAX_HEIGHT, below.length + 1)))
  const wrapped = cells.map(({ text }, index) => {
    if (index < columnsBefore.length) return wrapWords(text, widths[index] ?? 0)
    return isBelow ? [''] : beside
  })
  const height = Math.max(...wrapped.map((lines) => lines.length))
  const lines = Array.from({ length: height }, (_, line) =>
    cells
      .map(({ paint }, index) => {
        const text = wrapped[index]?.[line] ?? ''
        const space = padding(text, widths[index] ?? 0)
        const painted = text === '' ? '' : paint(text)
        return columns[index]?.align === 'right' ? space + painted : painted + space
      })
      .join(' '.repeat(GAP))
      .trimEnd(),
  )
  return isBelow ? [...lines, ...below] : lines
}
