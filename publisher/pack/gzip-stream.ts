// Compresses to the same bytes on every machine and Node version. zlib's output differs between its builds, so this is
// fflate (plain JavaScript): no name, no time, one fixed level; its output depends on how input is cut, so that is fixed too.
import { Gzip } from 'fflate'

const LEVEL = 6
const CUT_BYTES = 256 * 1024

/** The gzip of all chunks together, however they were cut. */
export async function* gzipStream(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = []
  const gzip = new Gzip({ level: LEVEL, mtime: 0 }, (chunk) => ready.push(chunk))
  for await (const piece of cutEvenly(chunks)) {
    gzip.push(piece.bytes, piece.last)
    yield* ready.splice(0)
  }
}

type Piece = { readonly bytes: Uint8Array; readonly last: boolean }

/** Pieces of one size, the last one shorter; always a last one. */
async function* cutEvenly(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Piece> {
  let pending = new Uint8Array(CUT_BYTES)
  let filled = 0
  for await (const chunk of chunks)
    for (let offset = 0; offset < chunk.length; ) {
      const taken = Math.min(CUT_BYTES - filled, chunk.length - offset)
      pending.set(chunk.subarray(offset, offset + taken), filled)
      filled += taken
      offset += taken
      if (filled < CUT_BYTES) continue
      yield { bytes: pending, last: false }
      // fflate keeps what it was given for its window.
      pending = new Uint8Array(CUT_BYTES)
      filled = 0
    }
  yield { bytes: pending.subarray(0, filled), last: true }
}
