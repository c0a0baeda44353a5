// A gRPC server with health, by hand on Node's own HTTP/2, which is nghttp2: what a test says it answers, it answers.
import { readFileSync } from 'node:fs'
import type { Http2Server, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import { createSecureServer, createServer } from 'node:http2'
import type { ListenOptions } from 'node:net'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { listening } from '../machine/listening.ts'

const file = (name: string) => fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url))
export const LOCALHOST_CA = file('localhost.crt')
export const LOCALHOST_PAIR = { key: readFileSync(file('localhost.key')), cert: readFileSync(LOCALHOST_CA) }

export type GrpcAnswer = {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** The body as it is sent; `grpcMessage` makes one of a message. */
  readonly body?: Buffer
  readonly trailers?: Readonly<Record<string, string>>
}
type Answering = (path: string, message: Buffer, headers: IncomingHttpHeaders) => GrpcAnswer

/** A message as gRPC frames it. */
export function grpcMessage(...bytes: readonly number[]): Buffer {
  return Buffer.from([0, 0, 0, 0, bytes.length, ...bytes])
}

export const SERVING: GrpcAnswer = { body: grpcMessage(8, 1), trailers: { 'grpc-status': '0' } }

/** Serves on a port, which it gives, or on the socket at `options.path`. */
export async function grpcServer(t: TestContext, answering: Answering, options: ListenOptions = {}): Promise<number> {
  return listening(t, answeringGrpc(createServer(), answering), options)
}

export async function secureGrpcServer(t: TestContext, answering: Answering): Promise<number> {
  return listening(t, answeringGrpc(createSecureServer(LOCALHOST_PAIR), answering) as Http2Server)
}

/** Has a server of Node answer every call. */
export function answeringGrpc<Server extends { on(event: 'stream', listener: typeof noStream): unknown }>(
  server: Server,
  answering: Answering,
): Server {
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    const parts: Buffer[] = []
    stream.on('error', () => undefined)
    stream.on('data', (part: Buffer) => parts.push(part))
    stream.on('end', () => send(stream, answering(String(headers[':path']), Buffer.concat(parts), headers)))
  })
  return server
}

function noStream(_stream: ServerHttp2Stream, _headers: IncomingHttpHeaders): void {}

function send(stream: ServerHttp2Stream, answer: GrpcAnswer): void {
  const { status = 200, headers = { 'content-type': 'application/grpc' }, body, trailers } = answer
  const first = { ':status': status, ...headers }
  if (body === undefined) {
    stream.respond({ ...first, ...trailers }, { endStream: true })
    return
  }
  stream.respond(first, { waitForTrailers: trailers !== undefined })
  if (trailers) stream.once('wantTrailers', () => stream.sendTrailers(trailers))
  stream.end(body)
}
