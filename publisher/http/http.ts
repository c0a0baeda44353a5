// The one file that sends requests. A token goes only to the registry it was given for: redirects are not followed.
import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import http from 'node:http'
import https from 'node:https'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout } from 'node:timers/promises'
import { coded, isCoded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { isLoopback } from './registry-url.ts'

export type HttpRequest = {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the base URL, without a leading slash. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is; read once. */
  readonly body?: { readonly size: number; readonly chunks: AsyncIterable<Uint8Array> }
  /** Bytes of the answer that are read at most. */
  readonly maxBytes?: number
}

export type HttpReply = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

export type Connection = Disposable & {
  readonly base: URL
  /** Throws FETCH_FAILED when there was no whole answer; every answer, errors too, is returned. */
  send(request: HttpRequest): Promise<HttpReply>
  /** Waits between attempts. */
  pause(milliseconds: number): Promise<unknown>
}

const MAX_REPLY_BYTES = 1024 * 1024
/** Without a byte in either direction; a registry may check a large release for a while before it answers. */
const IDLE_MS = 300_000
const MAX_CONNECTIONS = 8

export type ConnectionOptions = {
  readonly token?: string
  /** Where HTTPS_PROXY and NO_PROXY are looked up. */
  readonly env?: NodeJS.ProcessEnv
  readonly pause?: Connection['pause']
}

export function openConnection(base: URL, options: ConnectionOptions = {}): Connection {
  const { token, env = {}, pause = setTimeout } = options
  const { Agent, request } = base.protocol === 'https:' ? https : http
  // What is meant for this machine stays on it.
  const proxy = isLoopback(base) ? {} : { proxyEnv: env }
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS, ...proxy })
  return {
    base,
    pause,
    send: (wanted) => exchange(request(urlOf(base, wanted.path), { agent, ...optionsOf(wanted, token) }), wanted),
    [Symbol.dispose]: () => agent.destroy(),
  }
}

function urlOf(base: URL, path: string): URL {
  const url = new URL(path, base)
  if (url.origin === base.origin && url.pathname.startsWith(base.pathname)) return url
  throw coded('FETCH_FAILED', { message: `address ${quote(path)} leads away from ${quote(base.href)}` })
}

function optionsOf({ method, headers, json, body }: HttpRequest, token: string | undefined) {
  const all: OutgoingHttpHeaders = { accept: 'application/json, */*', 'user-agent': 'octo', ...headers }
  if (token) all.authorization = `Bearer ${token}`
  if (json !== undefined) all['content-type'] = 'application/json'
  if (body) all['content-type'] = 'application/octet-stream'
  if (body) all['content-length'] = body.size
  return { method, headers: all }
}

async function exchange(request: ClientRequest, wanted: HttpRequest): Promise<HttpReply> {
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).once('error', reject)
    request.setTimeout(IDLE_MS, () => request.destroy(noAnswer(request, `nothing happened for ${IDLE_MS / 1000} s`)))
  })
  try {
    const [message] = await Promise.all([answered, sendBody(request, wanted, answered)])
    const text = await readText(request, message, wanted.maxBytes ?? MAX_REPLY_BYTES)
    return { status: message.statusCode ?? 0, headers: message.headers, text }
  } catch (error) {
    throw isCoded(error) ? error : noAnswer(request, reasonOf(error), error)
  } finally {
    // An answer may come before the whole body went out; the rest need not.
    if (!request.writableFinished) request.destroy()
  }
}

/** Ends quietly when the answer comes first: what it says counts, not that the pipe was closed. */
async function sendBody(
  request: ClientRequest,
  { json, body }: HttpRequest,
  answered: Promise<unknown>,
): Promise<void> {
  if (!body) {
    request.end(json === undefined ? undefined : JSON.stringify(json))
    return
  }
  const sent = pipeline(Readable.from(body.chunks), request)
  await Promise.race([sent.catch(() => answered.then(() => undefined)), answered])
}

async function readText(request: ClientRequest, message: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw noAnswer(request, `it is longer than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  if (!message.complete) throw noAnswer(request, 'it broke off')
  return Buffer.concat(chunks).toString('utf8')
}

function noAnswer({ method, host, path }: ClientRequest, reason: string, cause?: unknown): Error {
  return coded('FETCH_FAILED', {
    message: `${method} ${quote(host + path)} got no whole answer: ${reason}`,
    details: { host, path },
    cause,
  })
}

function reasonOf(error: unknown): string {
  const { code, message, errors } = error as NodeJS.ErrnoException & { errors?: readonly Error[] }
  return message || errors?.[0]?.message || code || 'unknown reason'
}
