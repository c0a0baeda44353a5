// The HTTP server: the static tree and the OCI face first, as plainly as Node can, then the API and pages on hono. Stops without losing a
// request in flight.

import { once } from 'node:events'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Logger } from 'pino'
import { coded } from '../../schemas/errors.ts'
import { basePath, parseBaseUrl } from '../../static-tree/base-url.ts'
import { createPullTokens } from '../auth/pull-token.ts'
import { createReadGate } from '../auth/read-gate.ts'
import { createOciReader } from '../oci/reader.ts'
import type { OpenRegistry } from '../open-registry.ts'
import { beyondPublic } from '../read/private-face.ts'
import { createTreeReader } from '../read/reader.ts'
import { answerPeople, prefersHtml } from './answer-people.ts'
import { createApp } from './app.ts'
import { limitConnections } from './connection-limit.ts'
import { answerUnreadable, watchExchange } from './http/answer-unreadable.ts'
import { afterRefusal } from './http/authenticate.ts'
import type { ClientAddress } from './http/client-address.ts'
import { clientAddressBehind } from './http/client-address.ts'
import { finishUnread } from './http/finish-unread.ts'
import { guardRequest } from './http/guard-request.ts'
import { logRequest } from './http/log-request.ts'
import { ociErrorAnswer } from './http/oci-error.ts'
import { answerAlive, asksWhetherAlive } from './http/probes.ts'
import type { ProblemAnswer } from './http/problem.ts'
import { problemAnswer, readProblemAnswer } from './http/problem.ts'
import { contextOf } from './http/request-context.ts'
import { belowSite } from './http/site-path.ts'
import type { Link } from './pages/links.ts'
import { linksOf } from './pages/links.ts'

export type Serving = {
  /** e.g. `http://127.0.0.1:8787` */
  readonly url: string
  readonly registry: OpenRegistry
  /** Lets requests in flight end, ends uploads that take too long, closes everything. */
  stop(): Promise<void>
}

type ServeOptions = {
  readonly host: string
  /** 0 picks a free one. */
  readonly port: number
  readonly logger: Logger
  /** Whom log lines name; the other end of the connection when nothing is said. */
  readonly clientAddress?: ClientAddress
  /** Whether an address is that of a proxy that the operator named. */
  readonly isProxy?: (address: string) => boolean
  /** Opens the registry once the address is known: links in documents need it. */
  readonly open: (url: string) => Promise<OpenRegistry>
}

const SERVER_OPTIONS = {
  // Uploads take as long as they need while they move; watch-rate.ts ends those that do not.
  requestTimeout: 0,
  headersTimeout: 15_000,
  connectionsCheckingInterval: 5_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16 * 1024,
}
/** A connection on which nothing moves; proofs of large archives take their time. */
const SOCKET_IDLE_MS = 300_000

/** Listens before it opens, so that a port in use costs nothing; until then answers are 503. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { logger, clientAddress = clientAddressBehind([]), isProxy } = options
  let handle: RequestListener = answerStarting(logger)
  const server = createServer(SERVER_OPTIONS, (request, response) => {
    finishUnread(request, response)
    handle(request, response)
    watchExchange(request, response)
  })
  limitConnections(server, isProxy ? { isProxy } : {})
  server.setTimeout(SOCKET_IDLE_MS)
  server.on('clientError', answerUnreadable)
  const url = await listen(server, options)
  try {
    const registry = await options.open(url)
    handle = createHandler(registry, { logger, clientAddress })
    return { url, registry, stop: () => stop(server, registry, logger) }
  } catch (error) {
    await closeServer(server)
    throw error
  }
}

type HandlerSetting = Required<Pick<ServeOptions, 'logger' | 'clientAddress'>>

function createHandler(registry: OpenRegistry, { logger, clientAddress }: HandlerSetting): RequestListener {
  const { services, tree } = registry
  const sitePath = basePath(parseBaseUrl(services.config.baseUrl))
  const pullTokens = createPullTokens()
  const gate = createReadGate({
    ...services,
    pullTokens,
    noteReader: (request, tokenId) => {
      contextOf(request).tokenId = tokenId
    },
    afterRefusal: (request, error) => afterRefusal(error, clientAddress(request), services),
  })
  const app = createApp(services, gate)
  const link = linksOf(services)
  const refuseRead = (request: IncomingMessage, response: ServerResponse, error: unknown) =>
    refuse(error, { request, response, logger, link }, readProblemAnswer)
  // Two readers with a memory each: what is private never stands where everybody is answered from.
  const privateReader = createTreeReader({ tree: tree.shown.private, visibility: 'private', refuse: refuseRead })
  const reader = createTreeReader({
    tree: tree.shown.public,
    visibility: 'public',
    refuse: refuseRead,
    beyond: beyondPublic({ gate, reader: privateReader, tree: tree.shown.private }),
  })
  const trees = { public: reader, private: privateReader }
  const oci = createOciReader({
    services,
    gate,
    pullTokens,
    trees,
    refuse: (request, response, error) => refuse(error, { request, response, logger }, ociErrorAnswer),
  })
  tree.onChange((path, visibility) => {
    trees[visibility].forget(path)
    oci.forget(path)
  })
  const api = getRequestListener((request, env) => app.fetch(request, env), {
    overrideGlobalObjects: false,
    autoCleanupIncoming: false,
    errorHandler: (error) => problemResponse(toUsage(error), logger),
  })
  // A line for each of many thousand reads a second costs more than the reads.
  const logReads = logger.isLevelEnabled('debug')
  return (request, response) => {
    try {
      guardRequest(request)
    } catch (error) {
      return refuse(error, { request, response, logger, link })
    }
    request.url = belowSite(request.url ?? '/', sitePath)
    if (logReads) logRequest({ logger, clientAddress }, request, response)
    if (reader.handle(request, response) || oci.handle(request, response)) return
    contextOf(request).address = clientAddress(request)
    if (!logReads) logRequest({ logger, clientAddress }, request, response)
    void api(request, response)
  }
}

async function stop(server: Server, registry: OpenRegistry, logger: Logger): Promise<void> {
  const { drainMs } = registry.services.config.times
  registry.refuse(coded('SHUTTING_DOWN', { message: 'the registry is stopping', hint: 'try again in a moment' }))
  const closed = closeServer(server)
  const late = setTimeout(() => {
    logger.warn('requests in flight took too long and were ended')
    registry.endUploads()
    setTimeout(() => server.closeAllConnections(), 1000).unref()
  }, drainMs)
  await closed
  clearTimeout(late)
  await registry.close()
}

async function listen(server: Server, { host, port }: ServeOptions): Promise<string> {
  server.listen({ host, port })
  try {
    await once(server, 'listening')
  } catch (error) {
    throw cannotListen(error, { host, port })
  }
  const address = server.address() as AddressInfo
  return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`
}

function cannotListen(cause: unknown, { host, port }: { readonly host: string; readonly port: number }): Error {
  const reason = (cause as NodeJS.ErrnoException).code
  const details = { host, port, reason }
  if (reason === 'EADDRINUSE')
    return coded('PORT_TAKEN', {
      message: `port ${port} of \`${host}\` is used by another program`,
      details,
      hint: 'give another --port, or --port 0 for a free one',
      cause,
    })
  const words: Readonly<Record<string, string>> = {
    EACCES: 'this user may not listen on a port below 1024',
    EADDRNOTAVAIL: 'this machine has no such address',
    ENOTFOUND: 'no address is known by this name',
  }
  const problem = words[reason ?? ''] ?? (cause instanceof Error ? cause.message : 'refused')
  return coded('OS_FAILED', {
    message: `cannot listen on \`${host}:${port}\`: ${problem}`,
    details,
    hint:
      reason === 'EACCES'
        ? 'give a --port from 1024 on'
        : 'give an address of this machine as --host, or leave it away',
    cause,
  })
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  // Connections become idle one by one, as their last requests end.
  const closing = setInterval(() => server.closeIdleConnections(), 50)
  await closed
  clearInterval(closing)
}

/** A start may take longer than whoever watches over the process has patience, so that it is alive from the first moment on. */
function answerStarting(logger: Logger): RequestListener {
  return (request, response) => {
    if (asksWhetherAlive(request)) return answerAlive(request, response)
    const error = coded('STARTING', { message: 'the registry is starting', hint: 'try again in a moment' })
    return refuse(error, { request, response, logger })
  }
}

type Refusal = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly logger: Logger
  /** Where pages for people can lead; without it nobody is answered with one. */
  readonly link?: Link
}

function refuse(error: unknown, { request, response, logger, link }: Refusal, render = problemAnswer): void {
  const problem = render(error, contextOf(request).id, logger)
  const send = ({ status, headers, body }: ProblemAnswer) => {
    response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : body)
  }
  if (!link || !prefersHtml(request.headers.accept)) send(problem)
  else answerPeople(problem, request.headers.accept, link).then(send, () => send(problem))
}

function problemResponse(error: unknown, logger: Logger): Response {
  const { status, headers, body } = problemAnswer(error, 'none', logger)
  return new Response(body, { status, headers })
}

/** The adapter itself refuses requests that make no URL. */
function toUsage(error: unknown): unknown {
  return error instanceof Error && error.name === 'RequestError'
    ? coded('USAGE', { message: 'the request cannot be understood', cause: error })
    : error
}
