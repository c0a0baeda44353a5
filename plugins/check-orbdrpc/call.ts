// A unary call of go-orb over DRPC: the request as packets, and the response that go-orb wraps around the message.
import type { Duplex } from 'node:stream'
import { ByteReader } from '../rpc-health/byte-reader.ts'
import { printable, protocolError, RpcFailure } from '../rpc-health/failure.ts'
import { readFields, renderBytes } from '../rpc-health/protobuf.ts'
import type { Packet } from './frames.ts'
import { KIND, readPackets, renderPackets } from './frames.ts'

type ContentType = 'application/x-protobuf' | 'application/json'

export type Call = {
  readonly method: string
  /** Sent along when given; without it, go-orb takes the request as Protocol Buffers. */
  readonly contentType: ContentType | undefined
}

export type Response = { readonly typeName: string; readonly message: Buffer }

/** An error that the server answers with. */
export class DrpcError extends Error {
  override readonly name = 'DrpcError'
  /** A number such as HTTP has them, 0 when the server gives none. */
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** An empty request as the content type has it. */
function renderCall({ method, contentType }: Call): Buffer {
  const metadata = contentType === undefined ? [] : [{ kind: KIND.METADATA, data: renderMetadata(contentType) }]
  const request = Buffer.from(contentType === 'application/json' ? '{}' : '')
  return renderPackets([
    ...metadata,
    { kind: KIND.INVOKE, data: Buffer.from(method) },
    { kind: KIND.MESSAGE, data: request },
    { kind: KIND.CLOSE_SEND, data: Buffer.alloc(0) },
  ])
}

function renderMetadata(contentType: string): Buffer {
  const entry = Buffer.concat([renderBytes(1, Buffer.from('Content-Type')), renderBytes(2, Buffer.from(contentType))])
  return renderBytes(1, entry)
}

/** Rejects with DrpcError, with an RpcFailure, or with the error of the connection. */
export async function callUnary(socket: Duplex, call: Call): Promise<Response> {
  const reader = new ByteReader(socket)
  socket.write(renderCall(call))
  let response: Buffer | undefined
  for await (const packet of readPackets(reader)) {
    if (isEnd(packet)) {
      if (response) return readResponse(response)
      throw new RpcFailure('ANSWER_UNREADABLE', 'ends the call without a message')
    }
    if (packet.kind !== KIND.MESSAGE) throw refusal(packet)
    if (response) throw protocolError('it answers more than once')
    response = packet.data
  }
  throw protocolError('it never ends its answer')
}

/** A message alone is half an answer: what follows may be an error. */
function isEnd({ kind }: Packet): boolean {
  return kind === KIND.CLOSE_SEND || kind === KIND.CLOSE
}

const CODE_BYTES = 8

function refusal({ kind, data }: Packet): Error {
  if (kind === KIND.CANCEL) return new RpcFailure('BROKEN_OFF', 'cancels the call')
  if (kind !== KIND.ERROR) return protocolError('it calls instead of answering')
  if (data.length < CODE_BYTES) return protocolError('it sends an error that is too short')
  const code = data.readBigUInt64BE(0).toString()
  return new DrpcError(code, printable(data.subarray(CODE_BYTES).toString('utf8')))
}

/** `message.Response`: metadata, which says nothing about health, and the message as an `Any`. */
function readResponse(bytes: Buffer): Response {
  const data = onlyBytes(bytes, 2, 'a response of go-orb')
  if (data === undefined) throw unreadable('the response of go-orb holds no message')
  const type = onlyBytes(data, 1, 'an Any')?.toString('utf8') ?? ''
  const typeName = /^(?:[^/]+\/)*([A-Za-z_][\w.]*)$/.exec(type)?.[1]
  if (typeName === undefined) throw unreadable('the message in the response of go-orb has no type')
  return { typeName, message: onlyBytes(data, 2, 'an Any') ?? Buffer.alloc(0) }
}

/** What stands there twice could be read in two ways. */
function onlyBytes(message: Buffer, number: number, what: string): Buffer | undefined {
  const found = readFields(message).filter((field) => field.number === number)
  const [first] = found
  if (first === undefined) return undefined
  if (found.length === 1 && first.type === 'bytes') return first.value
  throw unreadable(`the answer is not ${what}`)
}

function unreadable(message: string): RpcFailure {
  return new RpcFailure('ANSWER_UNREADABLE', message)
}
