// A table on a screen that is drawn again as it changes. What does not fit on the screen cannot be drawn over, so it is left away.
import type { Paint } from './colour.ts'
import { openRedrawnLines } from './redrawn-lines.ts'
import type { OutputStream } from './streams.ts'
import { screenHeight, screenWidth } from './streams.ts'
import { renderTable } from './table.ts'
import type { Table } from './table-cell.ts'

export type LiveTable = {
  /** `notes` are lines below it, which always fit. */
  show(table: Table, notes: readonly string[]): void
  /** Lets others write to the screen that it is on. */
  around(write: () => void): void
}

export function openLiveTable(stream: OutputStream, paint: Paint): LiveTable {
  const lines = openRedrawnLines(stream)
  let shown: readonly string[] = []
  return {
    show(table, notes) {
      const all = renderTable(table, { paint, width: screenWidth(stream) }).split('\n')
      // The line below the last one is the cursor's.
      const room = Math.max(1, screenHeight(stream) - 1 - notes.length)
      const cut =
        all.length > room ? [...all.slice(0, room - 1), paint.dim(`… ${all.length - room + 1} more lines`)] : all
      shown = [...cut, ...notes]
      lines.draw(shown)
    },
    around(write) {
      lines.clear()
      write()
      if (shown.length > 0) lines.draw(shown)
    },
  }
}
