// Where in a template the parts of the text come from that it made.
import type { Piece } from '../template/evaluate.ts'

type Places = {
  /** 1-based line and column in the template, of an offset in the text. */
  readonly lineAt: (offset: number) => number
  readonly columnAt: (offset: number) => number
}

export function placeMap(template: string, pieces: readonly Piece[]): Places {
  const starts: number[] = []
  let length = 0
  for (const { text } of pieces) {
    starts.push(length)
    length += text.length
  }
  const lines = [0, ...[...template.matchAll(/\n/g)].map(({ index }) => index + 1)]
  const inTemplate = (offset: number) => {
    const index = lastNotAbove(starts, offset)
    const piece = pieces[index]
    if (!piece) return 0
    // What an action made stands where the action does.
    const isWritten = template.startsWith(piece.text, piece.offset)
    return piece.offset + (isWritten ? Math.min(offset - (starts[index] ?? 0), piece.text.length) : 0)
  }
  return {
    lineAt: (offset) => lastNotAbove(lines, inTemplate(offset)) + 1,
    columnAt: (offset) => {
      const at = inTemplate(offset)
      return at - (lines[lastNotAbove(lines, at)] ?? 0) + 1
    },
  }
}

/** Index of the last of ascending numbers that is not above the given one. */
function lastNotAbove(numbers: readonly number[], limit: number): number {
  let low = 0
  let high = numbers.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((numbers[middle] ?? 0) <= limit) low = middle + 1
    else high = middle
  }
  return Math.max(0, low - 1)
}
