// One HTTP request: status, the start of the body, the certificate. Redirects are followed by follow.ts.
import { readFileSync } from 'node:fs'
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import type { RequestOptions as TlsRequestOptions } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { invalidOptions } from '../../sdk/index.ts'
import type { WebTarget } from './target.ts'

export type TlsOptions = { readonly insecure: boolean; readonly caFile?: string; readonly serverName?: string }

export type RequestSettings = {
  readonly method: 'GET' | 'HEAD'
  readonly wantsBody: boolean
  readonly tls: TlsOptions
  readonly signal: AbortSignal
}

export type Answer = {
  readonly status: number
  readonly location?: string
  /** At most MAX_BODY_BYTES; empty unless the body is wanted. */
  readonly body: string
  readonly certificate?: { readonly daysLeft: number; readonly verified: boolean }
}

export const MAX_BODY_BYTES = 1024 * 1024
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

function open(target: WebTarget, { method, tls, signal }: RequestSettings): ClientRequest {
  const { url, credentials, socketPath } = target
  const options: RequestOptions = {
    ...{ method, signal, agent: false, host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port || undefined },
    ...{ path: url.pathname + url.search, headers: { accept: '*/*', 'user-agent': 'octo-check-server-url' } },
    ...(credentials === undefined ? {} : { auth: credentials }),
    ...(socketPath === undefined ? {} : { socketPath }),
  }
  // Loaded when needed, without waking the module loader: that takes as long as the rest of a run.
  if (url.protocol === 'http:') return process.getBuiltinModule('node:http').request(options).end()
  return process
    .getBuiltinModule('node:https')
    .request({ ...options, ...tlsOptions(tls) })
    .end()
}

function tlsOptions({ insecure, caFile, serverName }: TlsOptions): TlsRequestOptions {
  return {
    rejectUnauthorized: !insecure,
    ...(caFile === undefined ? {} : { ca: readAuthorities(caFile) }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  }
}

function readAuthorities(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw invalidOptions(`--ca-file cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}

function answered(call: ClientRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  call.once('response', resolve)
  call.on('error', reject)
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
  return Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES).toString('utf8')
}

function certificateOf({ socket }: IncomingMessage): Pick<Answer, 'certificate'> {
  const { authorized, getPeerCertificate } = socket as TLSSocket
  if (typeof getPeerCertificate !== 'function') return {}
  const until = Date.parse(getPeerCertificate.call(socket).valid_to)
  return { certificate: { daysLeft: Math.floor((until - Date.now()) / DAY_MS), verified: authorized } }
}
