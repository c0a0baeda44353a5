// Lines at the end of the screen that are drawn again in place. The cursor stays visible and rests below them, and
// wrapping is off only within one write: whoever is killed leaves the terminal as it was.
import { cellWidth } from './cell-width.ts'
import type { OutputStream } from './streams.ts'
import { screenWidth } from './streams.ts'

type RedrawnLines = {
  /** Replaces what is drawn; lines wider than the screen must be cut already. */
  draw(lines: readonly string[]): void
  /** Takes away what is drawn. */
  clear(): void
}

const UP = (rows: number) => `\u001b[${rows}A`
const ERASE_BELOW = '\r\u001b[J'
/** Terminals disagree about the width of some emoji; a line must not become two for that. */
const UNWRAPPED = (text: string) => `\u001b[?7l${text}\u001b[?7h`

export function openRedrawnLines(stream: OutputStream): RedrawnLines {
  let drawn: readonly string[] = []
  const erasure = () => (drawn.length === 0 ? '' : UP(rowsOf(drawn, screenWidth(stream))) + ERASE_BELOW)
  return {
    draw(lines) {
      stream.write(erasure() + UNWRAPPED(lines.map((line) => `${line}\n`).join('')))
      drawn = lines
    },
    clear() {
      if (drawn.length > 0) stream.write(erasure())
      drawn = []
    },
  }
}

/** A window made narrower since has wrapped the lines. */
function rowsOf(lines: readonly string[], width: number): number {
  return lines.reduce((rows, line) => rows + Math.max(1, Math.ceil(cellWidth(line) / width)), 0)
}
