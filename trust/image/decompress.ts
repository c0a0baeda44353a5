// The content of a layer: gzip in one or several members, zstd, or no compression, told by its first bytes. The digest of the
// content is compared afterwards, so that here nothing needs to be decided but what to do with the bytes.
import { malformed } from '../archive/gunzip.ts'

const zlib = () => process.getBuiltinModule('node:zlib')

/** Small pieces bound what one of them can become before somebody counts it. */
const PIECE_BYTES = 16 * 1024

/** Throws ARCHIVE_MALFORMED. */
export async function* decompressed(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const pieces = piecesOf(chunks)[Symbol.asyncIterator]()
  const first = await pieces.next()
  if (first.done) throw malformed(name, 'it is empty')
  const stream = streamFor(first.value)
  if (!stream) {
    yield first.value
    yield* { [Symbol.asyncIterator]: () => pieces }
    return
  }
  const feeding = feed(stream, first.value, pieces)
  feeding.catch((error: unknown) => stream.destroy(error as Error))
  try {
    for await (const chunk of stream) yield chunk as Uint8Array
  } catch (cause) {
    throw malformed(name, 'its compressed data is damaged', cause)
  } finally {
    stream.destroy()
  }
  await feeding
}

function streamFor(head: Uint8Array) {
  const magic = Buffer.from(head.subarray(0, 4)).toString('hex')
  if (magic.startsWith('1f8b')) return zlib().createGunzip()
  return magic === '28b52ffd' ? zlib().createZstdDecompress() : undefined
}

type Stream = NonNullable<ReturnType<typeof streamFor>>

/** Waits where the reader does. */
async function feed(stream: Stream, first: Uint8Array, pieces: AsyncIterator<Uint8Array>): Promise<void> {
  for (let piece: Uint8Array | undefined = first; piece; ) {
    const written = piece
    await new Promise<void>((resolve, reject) => {
      stream.once('close', resolve)
      stream.write(written, (error) => {
        stream.off('close', resolve)
        if (error) reject(error)
        else resolve()
      })
    })
    if (stream.destroyed) return
    const next = await pieces.next()
    piece = next.done ? undefined : next.value
  }
  stream.end()
}

async function* piecesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks)
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) yield chunk.subarray(at, at + PIECE_BYTES)
}
