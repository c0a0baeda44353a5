// A table on a screen that is drawn again as it changes. What does not fit on the screen cannot be drawn over, so it is left away.
import { breakAnywhere } from './cell-width.ts'
import type { Paint } from './colour.ts'
import { openRedrawnLines } from './redrawn-lines.ts'
import type { OutputStream } from './streams.ts'
import { screenHeight, screenWidth } from './streams.ts'
import { renderTable } from './table.ts'
import type { Table } from './table-cell.ts'
import { wrapSentence } from './wrap-sentence.ts'

export type LiveTable = {
  /** `notes` are sentences below it, for which there is always room. */
  show(table: Table, notes: readonly string[]): void
  /** Draws it for the last time: what was typed meanwhile, as Ctrl-C, is not on the screen any more. */
  end(): void
  /** Lets others write to the screen that it is on. */
  around(write: () => void): void
}

export function openLiveTable(stream: OutputStream, paint: Paint): LiveTable {
  const lines = openRedrawnLines(stream)
  let shown: readonly string[] = []
  let last = ''
  return {
    show(table, notes) {
      const size = { width: screenWidth(stream), height: screenHeight(stream) }
      const next = linesOf({ table, notes }, { ...size, paint })
      const drawn = JSON.stringify([size, next])
      // Who marks a text with the mouse keeps it for as long as nothing changes.
      if (drawn === last) return
      last = drawn
      shown = next
      lines.draw(shown)
    },
    end: () => lines.draw(shown),
    around(write) {
      lines.clear()
      write()
      if (shown.length > 0) lines.draw(shown)
    },
  }
}

type Shown = { readonly table: Table; readonly notes: readonly string[] }
type Screen = { readonly width: number; readonly height: number; readonly paint: Paint }

/** None is wider than the screen: of one that is, nobody could tell how many rows it takes. */
function linesOf({ table, notes }: Shown, { width, height, paint }: Screen): readonly string[] {
  const rowsOf = (text: string) => text.split('\n').flatMap((line) => breakAnywhere(line, width))
  const all = rowsOf(renderTable(table, { paint, width }))
  const below = notes.flatMap((note) => rowsOf(wrapSentence(note, { width })))
  // The line below the last one is the cursor's.
  const room = Math.max(1, height - 1 - below.length)
  const cut = all.length > room ? [...all.slice(0, room - 1), paint.dim(`… ${all.length - room + 1} more lines`)] : all
  return [...cut, ...below].slice(0, Math.max(1, height - 1))
}
