// What tables are made of, and the one place where text for them is made printable.
import { printable } from '../schemas/quote.ts'

export type Column = {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** May be wrapped at words when the terminal is narrow; the last column always may. */
  readonly shrinks?: boolean
  /** For what is counted while people look at it: the columns behind it stay where they are. */
  readonly minCells?: number
}

/** A text, or one that is painted once it has its place. */
export type Cell = string | ShownCell

export type ShownCell = { readonly text: string; readonly paint: (text: string) => string }

export type Table = {
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Cell[])[]
}

/** Control characters become visible, so that no cell can move the cursor or begin a line. */
export function shownCell(cell: Cell = ''): ShownCell {
  const { text, paint } = typeof cell === 'object' ? cell : { text: cell, paint: (plain: string) => plain }
  return { text: printable(text, Number.POSITIVE_INFINITY), paint }
}
