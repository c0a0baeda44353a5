// Gives a parser the parts of a file that it asks for while the file streams by: nothing is stored, and memory is bounded.
// The beginning of the file is kept, because string tables lie before what names them.

export type ByteRange = { readonly at: number; readonly length: number }

/** Yields the parts that it needs and is given their bytes, fewer where the file ends. */
export type RangeParser<Result> = Generator<ByteRange, Result, Buffer>

export type RangeFeed<Result> = {
  push(chunk: Uint8Array): void
  /** True when the parser has seen enough. */
  readonly done: boolean
  /** The parser's result; throws what it throws. */
  finish(): Result
}

const KEPT_BYTES = 32 * 1024 * 1024

/** A part that was asked for when it had passed already. */
export class PassedBy extends Error {}

export function feedRanges<Result>(parser: RangeParser<Result>, keptBytes = KEPT_BYTES): RangeFeed<Result> {
  const kept: Buffer[] = []
  let keptSize = 0
  let position = 0
  let step = parser.next()
  let taken: Buffer[] = []
  let takenTo: number | undefined

  function push(piece: Uint8Array): void {
    if (step.done) return
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    const start = position
    position += chunk.length
    while (!step.done && take(step.value, chunk, start)) answer()
    if (step.done) kept.length = 0
    else keep(chunk.subarray(0, Math.max(0, keptBytes - keptSize)))
  }

  /** Whoever pushes may use the memory again. */
  function keep(bytes: Buffer): void {
    if (bytes.length > 0) kept.push(Buffer.from(bytes))
    keptSize += bytes.length
  }

  /** True when all bytes of the part are there. */
  function take({ at, length }: ByteRange, chunk: Buffer, start: number): boolean {
    const end = at + length
    if (takenTo === undefined) {
      if (at < keptSize) taken.push(...slicesOf(kept, at, end))
      takenTo = Math.max(at, Math.min(end, keptSize))
    }
    if (takenTo < end && takenTo < start) throw new PassedBy('its parts stand in an order that cannot be read')
    if (takenTo < end && takenTo < position) {
      const next = chunk.subarray(takenTo - start, end - start)
      taken.push(Buffer.from(next))
      takenTo += next.length
    }
    return takenTo >= end
  }

  function answer(): void {
    const [first = Buffer.alloc(0), ...others] = taken
    taken = []
    takenTo = undefined
    step = parser.next(others.length === 0 ? first : Buffer.concat([first, ...others]))
  }

  return {
    push,
    get done() {
      return step.done === true
    },
    finish() {
      while (!step.done) {
        take(step.value, Buffer.alloc(0), position)
        answer()
      }
      return step.value
    },
  }
}

/** The bytes from `at` to `end` of the pieces, which are joined only as far as they are asked for: there may be 32 MiB of them. */
function slicesOf(pieces: readonly Buffer[], at: number, end: number): readonly Buffer[] {
  const slices: Buffer[] = []
  let start = 0
  for (const piece of pieces) {
    if (start >= end) break
    if (start + piece.length > at) slices.push(piece.subarray(Math.max(0, at - start), end - start))
    start += piece.length
  }
  return slices
}
