// One request to the server, and its answer as data. A token is sent to the server of the config and to no other, whatever a redirect says.
import type { IncomingMessage } from 'node:http'
import type { ConnectionOptions } from 'node:tls'
import { connectionReason, describeConnectError, describeTlsError, formatMs } from '../../sdk/index.ts'
import type { Answer } from './answer.ts'
import { parseBody } from './body.ts'
import type { Server } from './place.ts'
import { encodedPath } from './place.ts'
import { Refusal } from './refusal.ts'

export type Vault = {
  readonly server: Server
  readonly namespace?: string
  readonly tls: ConnectionOptions
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** What is never repeated, whoever says it. */
  readonly secrets: Set<string>
}

type Question = {
  readonly method?: 'GET' | 'POST'
  readonly path: string
  readonly query?: string
  readonly token?: string
  readonly body?: Readonly<Record<string, unknown>>
}

const MAX_REDIRECTS = 3
const MAX_BODY_BYTES = 4 * 1024 * 1024
/** A standby that has not caught up is asked again after so many milliseconds. */
const STALE_PAUSES_MS = [50, 100, 200]
const REDIRECTS = [301, 302, 303, 307, 308]

/** Throws Refusal when there is no answer; an answer of any status is returned. */
export async function ask(vault: Vault, question: Question): Promise<Answer> {
  for (const pauseMs of STALE_PAUSES_MS) {
    const answer = await follow(vault, question)
    if (answer.status !== 412) return answer
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  return follow(vault, question)
}

async function follow(vault: Vault, question: Question): Promise<Answer> {
  const start = new URL(`v1/${encodedPath(question.path)}${question.query ?? ''}`, vault.server.url)
  let url = start
  for (let redirects = 0; ; redirects++) {
    const { response, bytes } = await send(vault, url, question)
    const { statusCode: status = 0, headers } = response
    if (!REDIRECTS.includes(status) || headers.location === undefined) return answerOf(vault, status, headers, bytes)
    url = redirected(url, headers.location)
    if (redirects === MAX_REDIRECTS) throw new Refusal('failed', 'redirected', `more than ${MAX_REDIRECTS} redirects`)
  }
}

/** Whoever is at another origin was not named in the config, and gets neither token nor secrets. */
function redirected(from: URL, location: string): URL {
  const url = URL.canParse(location, from) ? new URL(location, from) : undefined
  if (url?.origin === from.origin && url.username === '' && url.password === '') return url
  const place = url ? `\`${url.origin}\`` : 'no address'
  throw new Refusal(
    'failed',
    'redirected',
    `the server redirects to ${place}, which gets no token: name it in \`address\` if it is the right one`,
  )
}

type Sent = { readonly response: IncomingMessage; readonly bytes: Buffer }

async function send(vault: Vault, url: URL, { method = 'GET', token, body }: Question): Promise<Sent> {
  const { server, namespace, tls, timeoutMs, signal } = vault
  const isTls = url.protocol === 'https:'
  // Loaded when needed, and not by `import()`, which starts a loader that takes longer than all else.
  const { request } = process.getBuiltinModule(isTls ? 'node:https' : 'node:http') as typeof import('node:http')
  const text = body === undefined ? undefined : JSON.stringify(body)
  const headers = {
    'X-Vault-Request': 'true',
    Accept: 'application/json',
    ...(token === undefined ? {} : { 'X-Vault-Token': token }),
    ...(namespace === undefined ? {} : { 'X-Vault-Namespace': namespace }),
    ...(text === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }),
  }
  const { promise, resolve, reject } = Promise.withResolvers<Sent>()
  const late = AbortSignal.timeout(timeoutMs)
  const options = {
    method,
    headers,
    signal: AbortSignal.any([signal, late]),
    agent: false as const,
    ...(isTls ? tls : {}),
    socketPath: server.socketPath,
  }
  const asked = request(url, options, (response) => collect(response, resolve, reject))
  asked.once('error', reject).end(text)
  // Node closes the connection of an answer in another protocol, and tells nobody.
  asked.once('upgrade', (_response, socket) => {
    socket.destroy()
    reject(new Refusal('failed', 'protocol', 'the answer is in another protocol: what answers is no such server'))
  })
  return await promise.catch((error: unknown) => {
    throw noAnswer(error, { late, timeoutMs, isTls })
  })
}

function collect(response: IncomingMessage, resolve: (sent: Sent) => void, reject: (error: Error) => void): void {
  const chunks: Buffer[] = []
  let size = 0
  response.on('data', (chunk: Buffer) => {
    size += chunk.length
    chunks.push(chunk)
    if (size <= MAX_BODY_BYTES) return
    reject(new Refusal('failed', 'protocol', `the answer is larger than ${MAX_BODY_BYTES} bytes`))
    response.destroy()
  })
  response
    .once('error', reject)
    .once('aborted', () => reject(new Refusal('retry', 'unavailable', 'the answer was cut off')))
  response.once('end', () => resolve({ response, bytes: Buffer.concat(chunks) }))
}

type Circumstances = { readonly late: AbortSignal; readonly timeoutMs: number; readonly isTls: boolean }

function noAnswer(error: unknown, { late, timeoutMs, isTls }: Circumstances): unknown {
  if (error instanceof Refusal) return error
  if (late.aborted) return new Refusal('retry', 'late', `no answer within ${formatMs(timeoutMs)}`)
  const { code, name } = error as NodeJS.ErrnoException
  if (name === 'AbortError') return new Refusal('retry', 'late', 'no answer before the deadline')
  const kind = connectionReason(code)?.kind
  if (kind === undefined && !(error instanceof AggregateError)) return error
  if (kind === 'untrusted' || kind === 'certificate' || kind === 'handshake')
    return new Refusal('failed', 'tls', describeTlsError(error))
  if (kind === 'protocol' && !isTls)
    return new Refusal('failed', 'protocol', 'what answers is no such server, or speaks TLS')
  return new Refusal('retry', 'unavailable', describeConnectError(error))
}

function answerOf(vault: Vault, status: number, headers: IncomingMessage['headers'], bytes: Buffer): Answer {
  const body = parseBody(bytes)
  if (body === undefined && status < 300)
    throw new Refusal('failed', 'protocol', 'the answer is no JSON object: what answers is no such server')
  const errors = Array.isArray(body?.errors) ? body.errors.filter((error) => typeof error === 'string') : []
  const seconds = Number(headers['retry-after'])
  return {
    status,
    body: body ?? {},
    words: hidden(errors[0] ?? '', vault.secrets),
    isSealed: errors.some((error) => /\bsealed\b/i.test(error)),
    ...(Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: Math.min(seconds, 86_400) * 1000 } : {}),
  }
}

/** Words of the server in one line; none at all where they hold a secret. */
export function hidden(text: string, secrets: ReadonlySet<string>): string {
  if ([...secrets].some((secret) => secret.length >= 4 && text.includes(secret))) return ''
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim()
  return line.length > 200 ? `${line.slice(0, 200)}…` : line
}
