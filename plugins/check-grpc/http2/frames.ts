// Frames of HTTP/2 (RFC 9113, sections 4 and 6): written, and read one by one.
import type { ByteReader } from '../../rpc-health/byte-reader.ts'
import { protocolError } from '../../rpc-health/failure.ts'

export const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'

export const TYPE = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const

export const FLAG = { END_STREAM: 1, ACK: 1, END_HEADERS: 4, PADDED: 8, PRIORITY: 32 } as const

export const SETTING = {
  HEADER_TABLE_SIZE: 1,
  ENABLE_PUSH: 2,
  INITIAL_WINDOW_SIZE: 4,
  MAX_FRAME_SIZE: 5,
  MAX_HEADER_LIST_SIZE: 6,
}

export type Frame = {
  readonly type: number
  readonly flags?: number
  readonly stream?: number
  readonly payload?: Buffer
}

const HEADER_BYTES = 9
/** What everybody must take; we never allow more. */
const MAX_PAYLOAD_BYTES = 16_384

export function renderFrame({ type, flags = 0, stream = 0, payload = Buffer.alloc(0) }: Frame): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUIntBE(payload.length, 0, 3)
  header.writeUInt8(type, 3)
  header.writeUInt8(flags, 4)
  header.writeUInt32BE(stream, 5)
  return Buffer.concat([header, payload])
}

export async function readFrame(reader: ByteReader): Promise<Required<Frame>> {
  const header = await reader.take(HEADER_BYTES)
  const length = header.readUIntBE(0, 3)
  if (length > MAX_PAYLOAD_BYTES) throw protocolError(`it sends a frame of ${length} bytes, more than HTTP/2 allows`)
  // The highest bit of a stream's number means nothing.
  const stream = header.readUInt32BE(5) % 2 ** 31
  return { type: header.readUInt8(3), flags: header.readUInt8(4), stream, payload: await reader.take(length) }
}

const ERRORS = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
]

export function errorName(code: number): string {
  return ERRORS[code] ?? `error ${code}`
}
