// One HTTP request: status, the start of the body, the certificate. Redirects are followed by follow.ts.
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { TlsSettings } from '../../sdk/index.ts'
import { dial, tlsOptions } from '../../sdk/index.ts'
import { textOf } from './body.ts'
import type { WebTarget } from './target.ts'

export type RequestSettings = {
  readonly method: 'GET' | 'HEAD'
  readonly wantsBody: boolean
  readonly tls: TlsSettings
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

export type Answer = {
  readonly status: number
  readonly location?: string
  /** As people read it, of at most MAX_BODY_BYTES; empty unless the body is wanted. */
  readonly body: string
  readonly certificate?: { readonly daysLeft: number; readonly verified: boolean }
}

const MAX_BODY_BYTES = 1024 * 1024
/** Node's default is 16 KiB, which cookies and tokens of single sign-on exceed; curl takes 300 KiB. */
const MAX_HEADER_BYTES = 320 * 1024
const DAY_MS = 24 * 3600 * 1000

export async function request(target: WebTarget, settings: RequestSettings): Promise<Answer> {
  const call = open(target, settings)
  const response = await answered(call)
  try {
    const { location } = response.headers
    return {
      status: response.statusCode ?? 0,
      ...(location === undefined ? {} : { location }),
      body: settings.wantsBody ? await readStart(response) : '',
      ...certificateOf(response),
    }
  } finally {
    call.destroy()
  }
}

function open(target: WebTarget, settings: RequestSettings): ClientRequest {
  const { url, credentials } = target
  const { method, signal } = settings
  const options: RequestOptions = {
    method,
    signal,
    host: bareHost(url),
    port: url.port || undefined,
    maxHeaderSize: MAX_HEADER_BYTES,
    path: url.pathname + url.search,
    headers: { accept: '*/*', 'user-agent': 'octo-check-server-url' },
    auth: credentials,
    createConnection: (_options: unknown, done: Connected) => {
      connected(target, settings).then(
        (socket) => done(null, socket),
        (error) => done(error, undefined as unknown as Duplex),
      )
      return undefined as unknown as Duplex
    },
  }
  // Loaded when needed, without waking the module loader: that takes as long as the rest of a run.
  const name = url.protocol === 'http:' ? 'node:http' : 'node:https'
  return process.getBuiltinModule(name).request(options).end()
}

type Connected = (error: Error | null, socket: Duplex) => void

/** A host's addresses are tried side by side, since a slow one may be the only one that answers. */
async function connected(target: WebTarget, { timeoutMs, signal, tls }: RequestSettings): Promise<Socket> {
  const { url, socketPath } = target
  const host = bareHost(url)
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
  const options = url.protocol === 'https:' ? tlsOptions(tls, host) : undefined
  const endpoint = socketPath === undefined ? { kind: 'tcp', host, port } : { kind: 'unix', path: socketPath }
  const socket = await dial(endpoint as Parameters<typeof dial>[0], timeoutMs, signal)
  return options ? process.getBuiltinModule('node:tls').connect({ ...options, socket }) : socket
}

function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '')
}

function answered(call: ClientRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  let response: IncomingMessage | undefined
  call.once('response', (found) => {
    response = found
    resolve(found)
  })
  // What only the end of the connection ends is not whole where that was cut.
  call.on('error', (error) => (response ? response.destroy(error) : reject(error)))
  // Nobody asked for another protocol: Node would close the connection, and tell nobody.
  call.once('upgrade', (found, socket) => {
    socket.destroy()
    resolve(found)
  })
  return promise
}

async function readStart(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= MAX_BODY_BYTES) break
  }
  const bytes = Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES)
  const isCut = !response.complete || size > MAX_BODY_BYTES
  return textOf(bytes, { headers: response.headers, isCut, maxBytes: MAX_BODY_BYTES })
}

function certificateOf({ socket }: IncomingMessage): Pick<Answer, 'certificate'> {
  const { authorized, getPeerCertificate } = socket as TLSSocket
  if (typeof getPeerCertificate !== 'function') return {}
  const until = Date.parse(getPeerCertificate.call(socket).valid_to)
  return { certificate: { daysLeft: Math.floor((until - Date.now()) / DAY_MS), verified: authorized } }
}
