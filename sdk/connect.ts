// Connects to a TCP port or a Unix socket, measures how long that takes, and says in words why it failed.
import type { Socket } from 'node:net'
import { isIP, connect as openSocket } from 'node:net'
import { connectionReason } from '../schemas/connection-reasons.ts'
import type { Attempt } from '../schemas/side-by-side.ts'
import { HEAD_START_MS, interleaveFamilies, raceSideBySide } from '../schemas/side-by-side.ts'
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
  const socket = await dial(endpoint, timeoutMs, signal)
  const latencyMs = performance.now() - startedAt
  const { remoteAddress, remoteFamily } = socket
  socket.destroy()
  return { latencyMs, address: remoteAddress ?? renderEndpoint(endpoint), family: remoteFamily ?? 'unix' }
}

/**
 * An open connection, which is the caller's to close. All addresses of a host are tried side by side, and none is given up
 * for being slow before the time is over. Rejects as `connect` does.
 */
export async function dial(endpoint: Endpoint, timeoutMs: number, signal: AbortSignal): Promise<Socket> {
  signal.throwIfAborted()
  const { promise: ended, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(signal.reason)
  const timer = setTimeout(() => reject(timedOut(timeoutMs)), timeoutMs)
  signal.addEventListener('abort', onAbort, { once: true })
  let attempt: Attempt<Socket> | undefined
  try {
    const candidates = await Promise.race([placesOf(endpoint), ended])
    attempt = raceSideBySide({ candidates, start: attemptAt, afterHeadStart })
    return await Promise.race([attempt.opened, ended])
  } catch (error) {
    attempt?.opened.catch(() => undefined)
    attempt?.cancel()
    throw error
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}

type Place = { readonly path: string } | { readonly host: string; readonly port: number }

async function placesOf(endpoint: Endpoint): Promise<readonly Place[]> {
  if (endpoint.kind === 'unix') return [{ path: endpoint.path }]
  const { host, port, family } = endpoint
  if (isIP(host) !== 0) return [{ host, port }]
  // Loaded when needed: an address in numbers does without it.
  const { lookup } = process.getBuiltinModule('node:dns/promises')
  const addresses = await lookup(host, { all: true, family: family ?? 0 })
  return interleaveFamilies(addresses).map(({ address }) => ({ host: address, port }))
}

function attemptAt(place: Place): Attempt<Socket> {
  const socket = openSocket(place)
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  socket.once('error', reject)
  socket.once('connect', () => {
    socket.off('error', reject)
    resolve(socket)
  })
  return { opened: promise, cancel: () => void socket.on('error', () => undefined).destroy() }
}

function afterHeadStart(act: () => void): () => void {
  const timer = setTimeout(act, HEAD_START_MS)
  return () => clearTimeout(timer)
}

function timedOut(timeoutMs: number): Error {
  return Object.assign(new Error(`no answer within ${formatMs(timeoutMs)}`), { code: 'ETIMEDOUT' })
}

/** Why a connection failed, as part of a sentence. Several addresses of one host give their distinct reasons. */
export function describeConnectError(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0)
    return [...new Set(error.errors.map(describeConnectError))].join('; ')
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ETIMEDOUT') return message.startsWith('no answer') ? message : 'no answer in time'
  return connectionReason(code)?.text ?? (message || code || String(error))
}
