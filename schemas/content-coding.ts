// Undoes the content codings of HTTP (RFC 9110 §8.4) with a bound on what comes out, so that no small answer can fill the memory.
import { coded } from './errors.ts'
import { quote } from './quote.ts'

/** What is said to be understood in Accept-Encoding. */
export const ACCEPTED_CODINGS = 'gzip, deflate, br, zstd'
/** A header may name several codings; nobody needs more. */
const MAX_CODINGS = 3

type Decoder = (bytes: Buffer, maxBytes: number) => Buffer

/** Plain bytes; throws FETCH_REFUSED for unknown or broken codings and LIMIT_EXCEEDED for more than `maxBytes`. */
export function decodeContent(bytes: Buffer, header: string | undefined, maxBytes: number): Buffer {
  const codings = codingsOf(header)
  if (codings.length > MAX_CODINGS) throw unreadable(header ?? '', 'more codings than are undone')
  let plain = bytes
  for (const coding of codings.reverse()) plain = decodeOne(plain, coding, maxBytes)
  return plain
}

/** False when the bytes are what they were before they were sent. */
export function isEncoded(header: string | undefined): boolean {
  return codingsOf(header).length > 0
}

function codingsOf(header: string | undefined): string[] {
  const names = (header ?? '').split(',').map((name) => name.trim().toLowerCase())
  return names.filter((name) => name !== '' && name !== 'identity')
}

function decodeOne(bytes: Buffer, coding: string, maxBytes: number): Buffer {
  const decode = DECODERS[coding]
  if (!decode) throw unreadable(coding, 'a coding that is not understood')
  try {
    return decode(bytes, maxBytes)
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE')
      throw coded('LIMIT_EXCEEDED', { message: `it unpacks to more than ${maxBytes} bytes`, details: { maxBytes } })
    throw unreadable(coding, 'and cannot be unpacked', error)
  }
}

// Asked for when a body is encoded: a read that needs none of it does not load the module.
const zlib = () => process.getBuiltinModule('node:zlib')

const gunzip: Decoder = (bytes, maxOutputLength) => zlib().gunzipSync(bytes, { maxOutputLength })
const DECODERS: Readonly<Record<string, Decoder | undefined>> = Object.assign(Object.create(null), {
  gzip: gunzip,
  'x-gzip': gunzip,
  deflate: inflate,
  br: ((bytes, maxOutputLength) => zlib().brotliDecompressSync(bytes, { maxOutputLength })) satisfies Decoder,
  zstd: unzstd,
})

/** `deflate` means zlib, and some servers send the bare stream. */
function inflate(bytes: Buffer, maxOutputLength: number): Buffer {
  const isZlib = bytes.length >= 2 && ((bytes[0] ?? 0) & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0
  return isZlib ? zlib().inflateSync(bytes, { maxOutputLength }) : zlib().inflateRawSync(bytes, { maxOutputLength })
}

/** Older Nodes, which plugins may run on, have no zstd. */
function unzstd(bytes: Buffer, maxOutputLength: number): Buffer {
  const { zstdDecompressSync } = zlib()
  if (typeof zstdDecompressSync !== 'function') throw unreadable('zstd', 'a coding that this Node does not understand')
  return zstdDecompressSync(bytes, { maxOutputLength })
}

function unreadable(coding: string, problem: string, cause?: unknown): Error {
  return coded('FETCH_REFUSED', {
    message: `it is encoded as ${quote(coding)}, ${problem}`,
    details: { encoding: coding },
    cause,
  })
}
