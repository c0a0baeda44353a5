// Exactly one gzip member, checked to its last byte. Node's own gunzip silently continues into a second member and ignores
// trailing bytes, so two programs could read two different archives from the same proven file.
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { ByteReader } from './byte-reader.ts'

// Loaded for the first archive: most artifacts are none.
const zlib = () => process.getBuiltinModule('node:zlib')

/** Small steps bound what one step of a bomb can produce: deflate grows at most 1032-fold. */
const STEP_BYTES = 16 * 1024
const TRAILER_BYTES = 8

/** Asked after every step, with the bytes that came out and those that went in. */
type Budget = (uncompressed: number, compressed: number) => void

/** Yields the uncompressed bytes; throws ARCHIVE_MALFORMED, or whatever the budget throws. */
export async function* gunzip(input: ByteReader, budget: Budget, name: string): AsyncGenerator<Buffer> {
  const { crc32, createInflateRaw } = zlib()
  await skipHeader(input, name)
  const inflate = createInflateRaw()
  const output: Buffer[] = []
  inflate.on('data', (chunk: Buffer) => output.push(chunk))
  const ended = new Promise<'ended'>((resolve, reject) => {
    inflate.once('end', () => resolve('ended'))
    inflate.once('error', (cause) => reject(malformed(name, 'its compressed data is damaged', cause)))
  })
  ended.catch(() => undefined)
  let [fed, size, checksum] = [0, 0, 0]
  try {
    for (let state: 'more' | 'ended' = 'more'; state === 'more'; ) {
      const step = await input.some(STEP_BYTES)
      if (step.length === 0) throw malformed(name, 'it breaks off in its compressed data')
      fed += step.length
      const written = new Promise<'more'>((resolve) => inflate.write(step, () => resolve('more')))
      state = await Promise.race([ended, written])
      for (const chunk of output.splice(0)) {
        size += chunk.length
        checksum = crc32(chunk, checksum)
        budget(size, fed)
        yield chunk
      }
      if (state === 'ended') input.unread(step.subarray(step.length - (fed - inflate.bytesWritten)))
    }
  } finally {
    inflate.destroy()
  }
  const trailer = await input.exactly(TRAILER_BYTES)
  if (trailer.length < TRAILER_BYTES) throw malformed(name, 'it breaks off before its checksum')
  if (trailer.readUInt32LE(0) !== checksum || trailer.readUInt32LE(4) !== size % 2 ** 32)
    throw malformed(name, 'its checksum does not fit its data')
  if ((await input.some(1)).length > 0) throw malformed(name, 'there are bytes after its end')
}

const FLAG_HEADER_CRC = 2
const FLAG_EXTRA = 4
const FLAG_NAME = 8
const FLAG_COMMENT = 16
const MAX_HEADER_TEXT = 1024

/** RFC 1952 §2.3. */
async function skipHeader(input: ByteReader, name: string): Promise<void> {
  const { crc32 } = zlib()
  let checksum = 0
  const take = async (length: number) => {
    const bytes = await input.exactly(length)
    if (bytes.length < length) throw malformed(name, 'it breaks off in its gzip header')
    checksum = crc32(bytes, checksum)
    return bytes
  }
  const header = await input.exactly(10)
  const flags = header[3] ?? 0
  if (header.length < 10 || header.readUIntBE(0, 3) !== 0x1f8b08 || flags > 31)
    throw malformed(name, 'it is not gzip-compressed')
  checksum = crc32(header)
  if (flags & FLAG_EXTRA) await take((await take(2)).readUInt16LE(0))
  for (const flag of [FLAG_NAME, FLAG_COMMENT]) if (flags & flag) await skipText(take, name)
  const expected = checksum & 0xffff
  // Some readers compare it and others skip it.
  if (flags & FLAG_HEADER_CRC && (await take(2)).readUInt16LE(0) !== expected)
    throw malformed(name, 'the checksum of its gzip header is wrong')
}

async function skipText(take: (length: number) => Promise<Buffer>, name: string): Promise<void> {
  for (let length = 0; length < MAX_HEADER_TEXT; length++) if ((await take(1))[0] === 0) return
  throw malformed(name, 'its gzip header does not end')
}

export function malformed(name: string, problem: string, cause?: unknown, hint?: string): Error {
  return coded('ARCHIVE_MALFORMED', {
    message: `archive ${quote(name)} cannot be read: ${problem}`,
    details: { archive: name },
    hint,
    cause,
  })
}
