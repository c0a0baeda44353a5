// The answer as it comes together from frames: headers, body, trailers. What breaks the protocol's rules is refused, also where
// it would do no harm, since whoever breaks them may mean something else than what was read.
import { printable, protocolError, RpcFailure, tooMuch } from '../../rpc-health/failure.ts'
import type { Frame } from './frames.ts'
import { errorName, FLAG, SETTING, TYPE } from './frames.ts'
import { decodeHeaders, MAX_BLOCK_BYTES } from './header-block.ts'
import type { Headers } from './headers.ts'
import { headersOf, isInterim } from './headers.ts'

/** Padding included: a window of 65,535 bytes is never reached. */
const MAX_BODY_BYTES = 32 * 1024
const STREAM = 1
const PRIORITY_BYTES = 5

type Whole = Required<Frame>
type Block = { readonly parts: Buffer[]; readonly endsStream: boolean }

export class Answer {
  headers: Headers | undefined
  trailers: Headers | undefined
  isWhole = false
  /** Why the server ends the connection, when it said so. */
  farewell: RpcFailure | undefined
  readonly #body: Buffer[] = []
  #bodyBytes = 0
  #block: Block | undefined

  get body(): Buffer {
    return Buffer.concat(this.#body)
  }

  /** Takes the next frame, and gives the one that has to be sent for it. */
  take(frame: Whole): Frame | undefined {
    if (this.#block && frame.type !== TYPE.CONTINUATION) throw protocolError('it breaks off its headers')
    switch (frame.type) {
      case TYPE.DATA:
        return this.#takeData(frame)
      case TYPE.HEADERS:
        return this.#takeHeaders(frame)
      case TYPE.CONTINUATION:
        return this.#takeContinuation(frame)
      case TYPE.RST_STREAM:
        throw brokenOff(frame)
      case TYPE.SETTINGS:
        return answerToSettings(frame)
      case TYPE.PING:
        return answerToPing(frame)
      case TYPE.GOAWAY:
        return this.#takeGoaway(frame)
      default:
        return refuseMisplaced(frame)
    }
  }

  #takeData(frame: Whole): undefined {
    if (frame.stream !== STREAM || !this.headers) throw protocolError('it sends data that belongs to no answer')
    this.#bodyBytes += frame.payload.length
    if (this.#bodyBytes > MAX_BODY_BYTES) throw tooMuch(`its answer is longer than ${MAX_BODY_BYTES / 1024} KiB`)
    this.#body.push(unpadded(frame))
    this.isWhole = hasFlag(frame, FLAG.END_STREAM)
  }

  #takeHeaders(frame: Whole): undefined {
    if (frame.stream !== STREAM) throw protocolError('it sends headers that belong to no answer')
    const rest = unpadded(frame)
    const priority = hasFlag(frame, FLAG.PRIORITY) ? PRIORITY_BYTES : 0
    if (rest.length < priority) throw protocolError('it sends headers that are too short')
    this.#block = { parts: [rest.subarray(priority)], endsStream: hasFlag(frame, FLAG.END_STREAM) }
    if (hasFlag(frame, FLAG.END_HEADERS)) this.#endBlock(this.#block)
  }

  #takeContinuation(frame: Whole): undefined {
    if (!this.#block || frame.stream !== STREAM) throw protocolError('it goes on with headers that it did not begin')
    this.#block.parts.push(frame.payload)
    const size = this.#block.parts.reduce((sum, part) => sum + part.length, 0)
    if (size > MAX_BLOCK_BYTES) throw tooMuch(`its headers are longer than ${MAX_BLOCK_BYTES / 1024} KiB`)
    if (hasFlag(frame, FLAG.END_HEADERS)) this.#endBlock(this.#block)
  }

  #endBlock({ parts, endsStream }: Block): void {
    this.#block = undefined
    const fields = decodeHeaders(Buffer.concat(parts))
    if (this.headers) {
      if (!endsStream) throw protocolError('it sends headers in the middle of its answer')
      this.trailers = headersOf(fields, 'trailers')
    } else {
      const headers = headersOf(fields, 'headers')
      if (isInterim(headers) && endsStream) throw protocolError('it ends before its answer has begun')
      if (!isInterim(headers)) this.headers = headers
    }
    this.isWhole = endsStream
  }

  /** Streams up to the one that it names may still end well. */
  #takeGoaway({ stream, payload }: Whole): undefined {
    if (stream !== 0 || payload.length < 8) throw protocolError('it says goodbye in a way that nobody understands')
    const error = errorName(payload.readUInt32BE(4))
    const words = printable(payload.subarray(8).toString('utf8'))
    const details = { http2Error: error }
    this.farewell = new RpcFailure('BROKEN_OFF', `ends the connection: ${error}${words ? ` (${words})` : ''}`, details)
    if (payload.readUInt32BE(0) % 2 ** 31 < STREAM) throw this.farewell
  }
}

function hasFlag({ flags }: Whole, flag: number): boolean {
  return (flags & flag) !== 0
}

function unpadded(frame: Whole): Buffer {
  const { payload } = frame
  if (!hasFlag(frame, FLAG.PADDED)) return payload
  const padding = payload[0]
  if (padding === undefined || padding >= payload.length) throw protocolError('it pads more than it sends')
  return payload.subarray(1, payload.length - padding)
}

function brokenOff({ stream, payload }: Whole): RpcFailure {
  if (stream !== STREAM || payload.length !== 4) return protocolError('it breaks off what was never begun')
  const error = errorName(payload.readUInt32BE(0))
  return new RpcFailure('BROKEN_OFF', `breaks the call off: ${error}`, { http2Error: error })
}

function answerToSettings(frame: Whole): Frame | undefined {
  const { stream, payload } = frame
  const isAnswer = hasFlag(frame, FLAG.ACK)
  if (stream !== 0 || payload.length % 6 !== 0 || (isAnswer && payload.length > 0))
    throw protocolError('its settings are not as HTTP/2 has them')
  for (let at = 0; at < payload.length; at += 6) checkSetting(payload.readUInt16BE(at), payload.readUInt32BE(at + 2))
  return isAnswer ? undefined : { type: TYPE.SETTINGS, flags: FLAG.ACK }
}

function checkSetting(name: number, value: number): void {
  const isWrong =
    (name === SETTING.ENABLE_PUSH && value > 1) ||
    (name === SETTING.INITIAL_WINDOW_SIZE && value >= 2 ** 31) ||
    (name === SETTING.MAX_FRAME_SIZE && (value < 2 ** 14 || value >= 2 ** 24))
  if (isWrong) throw protocolError(`its settings are not as HTTP/2 has them: number ${name} is ${value}`)
}

function answerToPing(frame: Whole): Frame | undefined {
  if (frame.stream !== 0 || frame.payload.length !== 8) throw protocolError('it pings in a way that nobody understands')
  return hasFlag(frame, FLAG.ACK) ? undefined : { type: TYPE.PING, flags: FLAG.ACK, payload: frame.payload }
}

/** What asks nothing of us and what is not known is passed over, as the protocol wants it. */
function refuseMisplaced({ type, payload }: Whole): undefined {
  if (type === TYPE.PUSH_PROMISE) throw protocolError('it pushes what nobody asked for')
  const isMalformed =
    (type === TYPE.PRIORITY && payload.length !== PRIORITY_BYTES) ||
    (type === TYPE.WINDOW_UPDATE && (payload.length !== 4 || payload.readUInt32BE(0) % 2 ** 31 === 0))
  if (isMalformed) throw protocolError('it sends a frame that is not as HTTP/2 has it')
}
