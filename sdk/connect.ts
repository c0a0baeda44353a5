// Connects to a TCP port or a Unix socket, measures how long that takes, and says in words why it failed.
import type { Socket } from 'node:net'
import { connect as openSocket } from 'node:net'
import { formatMs } from './duration.ts'
import { invalidOptions } from './result.ts'

export type Endpoint =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly family?: 4 | 6 }
  | { readonly kind: 'unix'; readonly path: string }

export type Connection = { readonly latencyMs: number; readonly address: string; readonly family: string }

const HIGHEST_PORT = 65_535

/** Reads `host:port`, `[::1]:port`, `:port` and a bare `port`; throws InvalidOptions. */
export function parseEndpoint(text: string, defaultHost = 'localhost'): { host: string; port: number } {
  const match = /^(?:(?:\[([0-9a-fA-F:.%a-z]+)\]|([^:[\]/?#@\s]*)):)?([0-9]{1,5})$/.exec(text)
  const port = Number(match?.[3])
  if (match && port >= 1 && port <= HIGHEST_PORT) return { host: match[1] || match[2] || defaultHost, port }
  throw invalidOptions(`\`${text.slice(0, 80)}\` is no address, expected \`host:port\` or \`[ipv6]:port\``)
}

/** `db:5432`, `[::1]:5432`, `/run/app.sock`. */
export function renderEndpoint(endpoint: Endpoint): string {
  if (endpoint.kind === 'unix') return endpoint.path
  return endpoint.host.includes(':') ? `[${endpoint.host}]:${endpoint.port}` : `${endpoint.host}:${endpoint.port}`
}

/** Connects and hangs up; rejects with the operating system's error or the signal's reason. */
export async function connect(endpoint: Endpoint, timeoutMs: number, signal: AbortSignal): Promise<Connection> {
  const startedAt = performance.now()
  const socket = openSocket(socketOptions(endpoint))
  try {
    await opened(socket, timeoutMs, signal)
    const latencyMs = performance.now() - startedAt
    const { remoteAddress, remoteFamily } = socket
    return { latencyMs, address: remoteAddress ?? renderEndpoint(endpoint), family: remoteFamily ?? 'unix' }
  } finally {
    socket.destroy()
  }
}

function socketOptions(endpoint: Endpoint) {
  if (endpoint.kind === 'unix') return { path: endpoint.path }
  const { host, port, family } = endpoint
  return { host, port, autoSelectFamily: family === undefined, ...(family ? { family } : {}) }
}

function opened(socket: Socket, timeoutMs: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onAbort = () => reject(signal.reason)
  const timer = setTimeout(() => reject(timedOut(timeoutMs)), timeoutMs)
  socket.once('connect', resolve)
  socket.on('error', reject)
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  return promise.finally(() => {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  })
}

function timedOut(timeoutMs: number): Error {
  return Object.assign(new Error(`no answer within ${formatMs(timeoutMs)}`), { code: 'ETIMEDOUT' })
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused: nothing listens there',
  ECONNRESET: 'reset by the other side',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  ENOTFOUND: 'host name not found',
  EAI_AGAIN: 'host name could not be looked up',
  EADDRNOTAVAIL: 'address not available on this machine',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'no such socket',
  ENOTSOCK: 'not a socket',
}

/** Why a connection failed, as part of a sentence. Several addresses of one host give their distinct reasons. */
export function describeConnectError(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0)
    return [...new Set(error.errors.map(describeConnectError))].join('; ')
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ETIMEDOUT') return message.startsWith('no answer') ? message : 'no answer in time'
  return REASONS[code ?? ''] ?? message ?? String(error)
}
