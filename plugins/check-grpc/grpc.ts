// A unary call of gRPC over HTTP/2: its request as headers and one message, and what the answer means.
import { printable, RpcFailure } from '../rpc-health/failure.ts'
import type { Answer } from './http2/answer.ts'
import type { Request } from './http2/exchange.ts'

type Call = {
  readonly method: string
  readonly authority: string
  readonly scheme: 'http' | 'https'
  readonly timeoutMs: number
  readonly message: Buffer
}

const PREFIX_BYTES = 5
const HIGHEST_TIMEOUT = 99_999_999

export function renderCall({ method, authority, scheme, timeoutMs, message }: Call): Request {
  const prefix = Buffer.alloc(PREFIX_BYTES)
  prefix.writeUInt32BE(message.length, 1)
  const headers = [
    [':method', 'POST'],
    [':scheme', scheme],
    [':path', method],
    [':authority', authority],
    ['content-type', 'application/grpc'],
    ['te', 'trailers'],
    ['grpc-timeout', `${Math.max(1, Math.min(HIGHEST_TIMEOUT, Math.ceil(timeoutMs)))}m`],
    ['user-agent', 'octo-check-grpc'],
  ] as const
  return { headers, body: Buffer.concat([prefix, message]) }
}

const STATUSES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
]

/** A call that the server ended with a status other than OK. */
export class GrpcError extends Error {
  override readonly name = 'GrpcError'
  /** `NOT_FOUND`, or `status 99` for a number without a name. */
  readonly status: string

  constructor(status: string, message: string) {
    super(message)
    this.status = status
  }
}

/** The message of an answer that ended with OK; throws GrpcError, or RpcFailure for what is no answer of gRPC. */
export function readAnswer(answer: Answer): Buffer {
  const headers = answer.headers ?? new Map()
  const ending = answer.trailers ?? headers
  const contentType = headers.get('content-type')
  if (headers.get(':status') !== '200') throw noGrpc(`answers with HTTP ${headers.get(':status')}, expected gRPC`)
  if (!/^application\/grpc($|[+;])/i.test(contentType ?? ''))
    throw noGrpc(
      contentType === undefined
        ? 'answers without a content type, expected gRPC'
        : `answers with \`${printable(contentType)}\`, expected gRPC`,
    )
  refuseOtherStatus(ending.get('grpc-status'), ending.get('grpc-message') ?? '')
  return messageOf(answer.body)
}

function refuseOtherStatus(text: string | undefined, message: string): void {
  if (text === undefined) throw noGrpc('ends its answer without a status of gRPC')
  if (!/^(0|[1-9]\d{0,4})$/.test(text)) throw noGrpc(`ends its answer with \`${printable(text)}\` as its status`)
  if (text !== '0') throw new GrpcError(STATUSES[Number(text)] ?? `status ${text}`, printable(unescaped(message)))
}

/** `%` and two digits stand for a byte; what is not well-formed stays as it is. */
function unescaped(message: string): string {
  try {
    return decodeURIComponent(message)
  } catch {
    return message
  }
}

function messageOf(body: Buffer): Buffer {
  if (body.length === 0) throw noGrpc('says OK and sends no message')
  if (body[0] === 1) throw noGrpc('sends a compressed message, which nobody asked for')
  if (body[0] !== 0 || body.length < PREFIX_BYTES || body.readUInt32BE(1) !== body.length - PREFIX_BYTES)
    throw noGrpc('sends something else than one message')
  return body.subarray(PREFIX_BYTES)
}

function noGrpc(message: string): RpcFailure {
  return new RpcFailure('NO_GRPC', message)
}
