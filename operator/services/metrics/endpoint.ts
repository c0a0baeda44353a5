// Answers `GET /metrics` where the config says so, as long as somebody supervises. It decides nothing about services: an address
// that cannot be had is tried again, and said. A page of the web that a browser here has open is not answered, whatever name it calls
// this machine by.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { MetricsListen } from '../../../config/model/read-metrics.ts'
import { messageOf } from '../../../schemas/errors.ts'
import { omitUndefined } from '../../../schemas/omit-undefined.ts'
import { isLoopback } from '../../../system/http/loopback.ts'
import { EXPOSITION_TYPE } from '../../metrics/exposition.ts'

export type EndpointStatus = {
  /** `127.0.0.1:9464`. */
  readonly address: string
  /** Why nobody is answered there. */
  readonly trouble?: string
}

export type Endpoint = AsyncDisposable & {
  /** From now on there; nowhere when undefined. Never throws. */
  use(wanted: MetricsListen | undefined): Promise<void>
  status(): EndpointStatus | undefined
}

type EndpointDeps = {
  readonly render: () => string
  readonly log: (line: string) => void
  readonly retryMs?: number
}

const RETRY_MS = 15_000
/** Of many who ask at once, all are given the same. */
const FRESH_MS = 1000
const MAX_CONNECTIONS = 32

export function openEndpoint({ render, log, retryMs = RETRY_MS }: EndpointDeps): Endpoint {
  let wanted: MetricsListen | undefined
  let server: Server | undefined
  let trouble: string | undefined
  let retry: NodeJS.Timeout | undefined
  let last: { readonly at: number; readonly text: string } | undefined
  let isClosed = false

  function text(): string {
    if (last === undefined || performance.now() - last.at > FRESH_MS) last = { at: performance.now(), text: render() }
    return last.text
  }

  async function close(): Promise<void> {
    clearTimeout(retry)
    const open = server
    server = undefined
    if (!open) return
    open.closeAllConnections()
    await new Promise((resolve) => open.close(resolve))
  }

  async function open(listen: MetricsListen): Promise<void> {
    try {
      const opened = await listening(listen, (request, response) => answer(request, response, { listen, text, log }))
      if (isClosed || wanted !== listen) return void opened.close()
      server = opened
      if (trouble !== undefined) log(`metrics: ${addressOf(listen, opened)} answers now`)
      trouble = undefined
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? String(error)
      if (trouble === undefined) log(`metrics: nobody can be answered at ${addressOf(listen)}: ${code}`)
      trouble = code
      if (isClosed || wanted !== listen) return
      retry = setTimeout(() => void open(listen), retryMs)
      retry.unref()
    }
  }

  return {
    async use(next) {
      if (isClosed || (next?.host === wanted?.host && next?.port === wanted?.port)) return
      wanted = next
      trouble = undefined
      await close()
      if (next) await open(next)
    },
    status() {
      if (!wanted) return undefined
      return { address: addressOf(wanted, server), ...omitUndefined({ trouble }) }
    },
    async [Symbol.asyncDispose]() {
      isClosed = true
      await close()
    },
  }
}

/** Loaded only where a config asks for it. */
async function listening(
  { host, port }: MetricsListen,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Server> {
  const { createServer } = await import('node:http')
  const server = createServer({ maxHeaderSize: 8192, headersTimeout: 5000, requestTimeout: 10_000 }, handle)
  server.maxConnections = MAX_CONNECTIONS
  return await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      server.on('error', () => undefined)
      resolve(server)
    })
  })
}

function addressOf({ host, port }: MetricsListen, server?: Server): string {
  const found = server?.address()
  const actual = typeof found === 'object' && found !== null ? found.port : port
  return `${host.includes(':') ? `[${host}]` : host}:${actual}`
}

type Answering = { readonly listen: MetricsListen; readonly text: () => string; readonly log: (line: string) => void }

function answer(request: IncomingMessage, response: ServerResponse, { listen, text, log }: Answering): void {
  const refusal = refusalOf(request, listen)
  if (refusal) {
    end(response, ...refusal)
    return
  }
  try {
    const body = text()
    response.writeHead(200, { 'content-type': EXPOSITION_TYPE, 'cache-control': 'no-store', ...PLAIN })
    response.end(request.method === 'HEAD' ? undefined : body)
  } catch (error) {
    log(`metrics: octo failed: ${messageOf(error)}`)
    end(response, 500, 'octo failed')
  }
}

function refusalOf(
  request: IncomingMessage,
  { host }: MetricsListen,
): readonly [status: number, words: string] | undefined {
  if (isLoopback({ hostname: host }) && !isCalledAsOwn(request)) return [403, 'not of this machine']
  if ((request.url ?? '').split('?', 1)[0] !== '/metrics') return [404, 'measures are at /metrics']
  return request.method === 'GET' || request.method === 'HEAD' ? undefined : [405, 'only GET']
}

/** A name of others that leads here would let their pages read what is answered. */
function isCalledAsOwn({ headers: { host = '' } }: IncomingMessage): boolean {
  return isLoopback({ hostname: host.replace(/:\d*$/, '') })
}

const PLAIN = { 'x-content-type-options': 'nosniff' }

function end(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...PLAIN })
  response.end(`${words}\n`)
}
