// A stream of chunks read in the pieces that a format asks for, without holding more than one chunk.

export type ByteReader = {
  /** At least one byte and at most `max`; empty at the end. */
  some(max: number): Promise<Buffer>
  /** Exactly `length` bytes, fewer only at the end. For small lengths: the piece is held in memory. */
  exactly(length: number): Promise<Buffer>
  /** Gives back the rest of the last piece. */
  unread(rest: Buffer): void
}

export function openByteReader(chunks: AsyncIterable<Uint8Array>): ByteReader {
  const source = chunks[Symbol.asyncIterator]()
  let held: Buffer = Buffer.alloc(0)

  async function some(max: number): Promise<Buffer> {
    while (held.length === 0) {
      const next = await source.next()
      if (next.done) return Buffer.alloc(0)
      held = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength)
    }
    const piece = held.subarray(0, max)
    held = held.subarray(piece.length)
    return piece
  }

  return {
    some,
    async exactly(length) {
      const pieces: Buffer[] = []
      for (let missing = length; missing > 0; ) {
        const piece = await some(missing)
        if (piece.length === 0) break
        pieces.push(piece)
        missing -= piece.length
      }
      return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces)
    },
    unread(rest) {
      held = held.length === 0 ? rest : Buffer.concat([rest, held])
    },
  }
}
