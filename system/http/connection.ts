// Calls of one server's API, with bodies. A token goes only to the server it was given for: redirects are not followed.

import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { decodeContent } from '../../schemas/content-coding.ts'
import { coded, throwDefect } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { shownDuration, shownSeconds } from '../../schemas/shown-duration.ts'
import { decodeText } from '../../schemas/text.ts'
import { awaitAnswer } from './await-answer.ts'
import type { Asked } from './fetch-error.ts'
import { brokenOff, fetchFailed, waitingLine } from './fetch-error.ts'
import { Gathered } from './gathered.ts'
import { TIMEOUTS } from './limits.ts'
import type { Environment } from './proxy.ts'
import { refusedByProxy } from './proxy-refusal.ts'
import { openTransport } from './transport.ts'

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
  /** Breaks it off, as FETCH_FAILED. */
  readonly signal?: AbortSignal | undefined
}

export type HttpReply = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

export type Connection = Disposable & {
  readonly base: URL
  /** Throws FETCH_FAILED when there was no whole answer; every answer of the server, errors too, is returned. */
  send(request: HttpRequest): Promise<HttpReply>
  /** Waits between attempts. */
  pause(milliseconds: number): Promise<unknown>
}

/** As `reason` in the details of an answer that was given up for its length. */
export const TOO_LONG = 'TOO_LONG'
/** As `reason` of a whole answer that is no text, or packed in a way that cannot be undone. */
export const UNREADABLE = 'UNREADABLE'
const KNOWN_URLS = 64
const MAX_REPLY_BYTES = 1024 * 1024
/**
 * Without a byte in either direction, until an answer begins when all was sent, and from there to its end. A registry may check a large
 * release for a while before it answers.
 */
const IDLE_MS = 300_000

type ConnectionOptions = {
  /** Of a server of this machine: a Unix socket in place of the host and port of the address. */
  readonly socketPath?: string | undefined
  /** At once. */
  readonly maxConnections?: number | undefined
  /** How long a connection without a request is kept; as long as the server says when absent. */
  readonly keptMs?: number | undefined
  readonly token?: string | undefined
  /** For proxies and authorities. */
  readonly env?: Environment
  readonly pause?: Connection['pause']
  /** Told what is waited for, when that takes a while. */
  readonly onWait?: ((line: string) => void) | undefined
  readonly noticeMs?: number
}

export function openConnection(base: URL, options: ConnectionOptions = {}): Connection {
  const { token, env = {}, pause = sleep, onWait, noticeMs = TIMEOUTS.noticeMs } = options
  const { socketPath, maxConnections, keptMs } = options
  const transport = openTransport({
    env,
    socketPath,
    keptMs,
    maxConnections,
  })
  const urls = new Map<string, URL>()

  /** Most are asked for again and again, and taking an address apart takes as long as all else here. */
  function urlAt(path: string): URL {
    const known = urls.get(path)
    if (known) return known
    const url = urlOf(base, path)
    if (urls.size === KNOWN_URLS) urls.clear()
    urls.set(path, url)
    return url
  }

  return {
    base,
    pause(milliseconds) {
      if (milliseconds >= noticeMs) onWait?.(`asking ${quote(base.host)} again in ${shownSeconds(milliseconds)}`)
      return pause(milliseconds)
    },
    async send(wanted) {
      const url = urlAt(wanted.path)
      const asked: Asked = { url, method: wanted.method, via: transport.proxyOf(url) }
      const notice = onWait && setTimeout(() => onWait(waitingLine(asked, IDLE_MS)), noticeMs)
      // Bytes that go out show themselves.
      if (wanted.body) clearTimeout(notice)
      try {
        return await exchange(transport.request(url, headOf(wanted, token)), wanted, asked)
      } finally {
        clearTimeout(notice)
      }
    },
    [Symbol.dispose]: () => transport[Symbol.dispose](),
  }
}

function urlOf(base: URL, path: string): URL {
  const url = new URL(path, base)
  if (url.origin === base.origin && url.pathname.startsWith(base.pathname)) return url
  throw coded('FETCH_FAILED', { message: `address ${quote(path)} leads away from ${quote(base.href)}` })
}

function headOf({ method, headers, json, body }: HttpRequest, token: string | undefined) {
  const all: OutgoingHttpHeaders = { accept: 'application/json, */*', 'user-agent': 'octo', ...headers }
  if (token) all.authorization = `Bearer ${token}`
  if (json !== undefined) all['content-type'] = 'application/json'
  if (body) all['content-type'] = 'application/octet-stream'
  if (body) all['content-length'] = body.size
  // A proxy may close a kept connection without a word, and a body that went into it is lost with it.
  return { method, headers: all, onNewConnection: body !== undefined }
}

async function exchange(request: ClientRequest, wanted: HttpRequest, asked: Asked): Promise<HttpReply> {
  const { signal, body } = wanted
  const broken = Promise.withResolvers<never>()
  // One that has no connection yet says nothing of its end.
  const giveUp = (why: string) => {
    const reason = brokenOff(asked, why)
    broken.reject(reason)
    request.destroy(reason)
  }
  const onAbort = () => giveUp('it was given up')
  const limitMs = IDLE_MS + Math.ceil(((body?.size ?? 0) * 1000) / TIMEOUTS.minBytesPerSecond)
  const late = () => brokenOff(asked, `no answer within ${shownSeconds(limitMs)}`)
  const answered = Promise.race([broken.promise, awaitAnswer(request, asked, { limitMs, late })])
  answered.catch(() => undefined)
  request.setTimeout(IDLE_MS, () => giveUp(`nothing happened for ${shownDuration(IDLE_MS)}`))
  if (signal?.aborted) onAbort()
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    const [message] = await Promise.all([answered, sendBody(request, wanted, answered)])
    if (message.statusCode === 407 && asked.via) throw refusedByProxy(asked.via, message, asked.url.host)
    const text = await readText(message, asked, wanted)
    return { status: message.statusCode ?? 0, headers: message.headers, text }
  } catch (error) {
    throw fetchFailed(asked, error)
  } finally {
    signal?.removeEventListener('abort', onAbort)
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

/** By its events: a stream that is iterated takes as long as the whole exchange. */
function readText(message: IncomingMessage, asked: Asked, { method, maxBytes }: HttpRequest): Promise<string> {
  const most = maxBytes ?? MAX_REPLY_BYTES
  const gathered = new Gathered()
  return new Promise((resolve, reject) => {
    // What came in one piece with the head may have ended it already.
    if (message.destroyed) return reject(message.errored ?? brokenOff(asked, 'it broke off'))
    const late = () => brokenOff(asked, `it did not come whole within ${shownDuration(IDLE_MS)}`)
    const limit = setTimeout(() => message.destroy(late()), IDLE_MS)
    message.once('close', () => clearTimeout(limit))
    message.on('data', (chunk: Buffer) => {
      if (gathered.size + chunk.length <= most) return gathered.add(chunk)
      reject(brokenOff(asked, `it is longer than ${most} bytes`, TOO_LONG))
      message.destroy()
    })
    message.on('error', reject)
    const breakOff = () => reject(brokenOff(asked, 'it broke off'))
    message.once('close', breakOff)
    message.once('end', () => {
      message.off('close', breakOff)
      if (!message.complete) return breakOff()
      try {
        resolve(method === 'HEAD' ? '' : decoded(gathered.whole(), message, { asked, most }))
      } catch (error) {
        // Nobody else hears what is thrown at an event: the process would end of it.
        reject(error)
      }
    })
  })
}

function decoded(
  bytes: Buffer,
  { headers, statusCode = 0 }: IncomingMessage,
  { asked, most }: { readonly asked: Asked; readonly most: number },
): string {
  try {
    const plain = decodeContent(bytes, headers['content-encoding'], most)
    // The page of a proxy that refuses may be in any encoding, and only its beginning is ever shown.
    return statusCode >= 300 ? plain.toString('utf8') : decodeText(plain, 'the answer')
  } catch (error) {
    throwDefect(error)
    throw brokenOff(asked, error.message, UNREADABLE)
  }
}
