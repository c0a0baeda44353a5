// Undoes the content codings of HTTP (RFC 9110 §8.4) with a bound on what comes out, so that no small answer can fill the memory.
import { coded, isCoded } from './errors.ts'
import { quote } from './quote.ts'

/** What is said to be understood in Accept-Encoding. */
export const ACCEPTED_CODINGS = 'gzip, deflate, br, zstd'
/** A header may name several codings; nobody needs more. */
const MAX_CODINGS = 3

type DecodeOptions = {
  /** Only the beginning is there: what can be decoded of it is wanted. */
  readonly isCut?: boolean
}

type Limits = { readonly maxOutputLength: number; readonly isCut: boolean }
type Decoder = (bytes: Buffer, limits: Limits) => Buffer

/** Plain bytes; throws FETCH_REFUSED for unknown or broken codings and LIMIT_EXCEEDED for more than `maxBytes`. */
export function decodeContent(
  bytes: Buffer,
  header: string | undefined,
  maxBytes: number,
  { isCut = false }: DecodeOptions = {},
): Buffer {
  const codings = codingsOf(header)
  if (codings.length > MAX_CODINGS) throw unreadable(header ?? '', 'more codings than are undone')
  let plain = bytes
  for (const coding of codings.reverse()) plain = decodeOne(plain, coding, { maxOutputLength: maxBytes, isCut })
  return plain
}

function codingsOf(header: string | undefined): string[] {
  const names = (header ?? '').split(',').map((name) => name.trim().toLowerCase())
  return names.filter((name) => name !== '' && name !== 'identity')
}

function decodeOne(bytes: Buffer, coding: string, limits: Limits): Buffer {
  const decode = DECODERS.get(coding)
  if (!decode) throw unreadable(coding, 'a coding that is not understood')
  try {
    return decode(bytes, limits)
  } catch (error) {
    if (isCoded(error)) throw error
    const { maxOutputLength: maxBytes } = limits
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE')
      throw coded('LIMIT_EXCEEDED', { message: `it unpacks to more than ${maxBytes} bytes`, details: { maxBytes } })
    throw unreadable(coding, 'and cannot be unpacked', error)
  }
}

// Asked for when a body is encoded: a read that needs none of it does not load the module.
const zlib = () => process.getBuiltinModule('node:zlib')

const DECODERS: ReadonlyMap<string, Decoder> = new Map([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['deflate', inflate],
  ['br', unbrotli],
  ['zstd', unzstd],
])

function gunzip(bytes: Buffer, limits: Limits): Buffer {
  return zlib().gunzipSync(bytes, zlibOptions(limits))
}

/** `deflate` means zlib, and some servers send the bare stream. */
function inflate(bytes: Buffer, limits: Limits): Buffer {
  const isZlib = bytes.length >= 2 && ((bytes[0] ?? 0) & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0
  return isZlib ? zlib().inflateSync(bytes, zlibOptions(limits)) : zlib().inflateRawSync(bytes, zlibOptions(limits))
}

function zlibOptions({ maxOutputLength, isCut }: Limits) {
  return { maxOutputLength, ...(isCut ? { finishFlush: zlib().constants.Z_SYNC_FLUSH } : {}) }
}

function unbrotli(bytes: Buffer, { maxOutputLength, isCut }: Limits): Buffer {
  const finishFlush = isCut ? { finishFlush: zlib().constants.BROTLI_OPERATION_FLUSH } : {}
  return zlib().brotliDecompressSync(bytes, { maxOutputLength, ...finishFlush })
}

/** Older Nodes, which plugins may run on, have no zstd. */
function unzstd(bytes: Buffer, { maxOutputLength, isCut }: Limits): Buffer {
  const { zstdDecompressSync, constants } = zlib()
  if (typeof zstdDecompressSync !== 'function') throw unreadable('zstd', 'a coding that this Node does not understand')
  return zstdDecompressSync(bytes, { maxOutputLength, ...(isCut ? { finishFlush: constants.ZSTD_e_flush } : {}) })
}

function unreadable(coding: string, problem: string, cause?: unknown): Error {
  return coded('FETCH_REFUSED', {
    message: `it is encoded as ${quote(coding)}, ${problem}`,
    details: { encoding: coding },
    cause,
  })
}
