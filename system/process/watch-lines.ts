// Puts the lines of a stream together again, whatever the chunks, in bounded memory. They are bytes: whoever takes one for text says
// what becomes of a line that is none.

export const LINE_END = 0x0a

/** `isWhole` is false for a line that is longer than is looked at: its beginning is given. */
type OnLine = (line: Buffer, isWhole: boolean) => void

/** Empty lines are passed over; `finish` gives a last line that has no end. */
export function watchLines(lineBytes: number, onLine: OnLine): { add(chunk: Buffer): void; finish(): void } {
  let pieces: Buffer[] = []
  let size = 0
  let isWhole = true

  function take(piece: Buffer): void {
    const fitting = piece.subarray(0, lineBytes - size)
    if (fitting.length < piece.length) isWhole = false
    if (fitting.length > 0) pieces.push(Buffer.from(fitting))
    size += fitting.length
  }

  function endLine(): void {
    if (size > 0) onLine(Buffer.concat(pieces), isWhole)
    pieces = []
    size = 0
    isWhole = true
  }

  return {
    add(chunk) {
      let from = 0
      for (let at = chunk.indexOf(LINE_END); at >= 0; at = chunk.indexOf(LINE_END, from)) {
        take(chunk.subarray(from, at))
        endLine()
        from = at + 1
        // A flood of nothing else is as long as its bytes: looked for one by one, each would cost as much as a line.
        while (chunk[from] === LINE_END) from++
      }
      take(chunk.subarray(from))
    },
    finish: endLine,
  }
}
