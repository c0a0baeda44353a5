// Why there is no answer that counts: a code for programs and a sentence for people.

type FailureCode =
  /** The connection ended before anything was said. */
  | 'NO_ANSWER'
  /** The connection ended before the answer did. */
  | 'CLOSED'
  /** What came is not of this protocol, or breaks its rules. */
  | 'PROTOCOL_ERROR'
  /** Whoever is there speaks another protocol. */
  | 'OTHER_PROTOCOL'
  /** More came than an answer of this kind may need. */
  | 'LIMIT_EXCEEDED'
  /** TLS, but no HTTP/2 behind it. */
  | 'NO_HTTP2'
  /** HTTP/2 with an answer that is not gRPC's. */
  | 'NO_GRPC'
  /** The server broke the call off. */
  | 'BROKEN_OFF'
  /** The server answered with an error of its own. */
  | 'SERVER_ERROR'
  /** The answer holds no health that can be read. */
  | 'ANSWER_UNREADABLE'

export class RpcFailure extends Error {
  override readonly name = 'RpcFailure'
  readonly code: FailureCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: FailureCode, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.code = code
    this.details = details
  }
}

export const protocolError = (message: string) => new RpcFailure('PROTOCOL_ERROR', message)
export const tooMuch = (message: string) => new RpcFailure('LIMIT_EXCEEDED', message)

const MAX_SHOWN = 200

/** Text of a server, on one line and of a length to be read. */
export function printable(text: string): string {
  const line = text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim()
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…` : line
}
