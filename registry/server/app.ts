// Mounts the API on hono: routes from the table of operations, errors as problems, headers that every answer carries.
import { Hono } from 'hono'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { RegistryServices } from '../context.ts'
import { isFatal } from '../fatal.ts'
import type { App, Env, Handler, RequestOf } from './http/env.ts'
import type { Operation, OperationName } from './http/operations.ts'
import { OPERATIONS } from './http/operations.ts'
import { problemAnswer } from './http/problem.ts'
import { contextOf } from './http/request-context.ts'
import { livezRoute, readyzRoute } from './routes/health.ts'
import { openApiRoute, searchRoute, whoamiRoute } from './routes/reading.ts'
import { closeSessionRoute, openSessionRoute, publishRoute, readSessionRoute } from './routes/sessions.ts'
import { appendUploadRoute, readUploadRoute } from './routes/uploads.ts'
import { changeStateRoute } from './routes/versions.ts'

const HEADERS: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
}

/** `pages` are what people see; they bring headers of their own. */
export function createApp(services: RegistryServices, pages?: App): App {
  const app: App = new Hono<Env>()
  app.use(async (c, next) => {
    await next()
    for (const [name, value] of Object.entries(HEADERS)) if (!c.res.headers.has(name)) c.header(name, value)
    c.header('X-Request-Id', contextOf(c.env.incoming).id)
  })
  for (const [name, handler] of Object.entries(handlersOf(services)))
    mount(app, OPERATIONS[name as OperationName], handler)
  for (const [path, handler] of Object.entries(plainRoutes(services))) mount(app, { method: 'GET', path }, handler)
  refuseOtherMethods(app)
  if (pages) app.route('/', pages)
  app.notFound((c) => refuse(c, services, nothingAt(c)))
  app.onError((error, c) => refuse(c, services, error))
  return app

  function mount(to: App, { method, path }: Pick<Operation, 'method' | 'path'>, handler: Handler): void {
    to.on(method, path, (c) => {
      if (method !== 'GET') requireAccepting(services)
      return handler(c)
    })
  }
}

function handlersOf(services: RegistryServices): Readonly<Record<OperationName, Handler>> {
  return {
    openSession: openSessionRoute(services),
    readSession: readSessionRoute(services),
    closeSession: closeSessionRoute(services),
    readUpload: readUploadRoute(services),
    appendUpload: appendUploadRoute(services),
    publish: publishRoute(services),
    changeState: changeStateRoute(services),
    whoami: whoamiRoute(services),
    search: searchRoute(services),
  }
}

function plainRoutes(services: RegistryServices): Readonly<Record<string, Handler>> {
  return { '/livez': livezRoute, '/readyz': readyzRoute(services), '/api/v1/openapi.json': openApiRoute(services) }
}

/** Behind all routes: an address that exists, asked with a method it does not take. */
function refuseOtherMethods(app: App): void {
  const methods = Map.groupBy(
    app.routes.filter(({ method }) => method !== 'ALL'),
    ({ path }) => path,
  )
  for (const [path, routes] of methods) {
    const allow = routes.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
    app.all(path, (c) => {
      throw coded('METHOD_NOT_ALLOWED', {
        message: `this address does not take ${quote(c.req.method)}, expected ${allow.map(quote).join(' or ')}`,
        details: { allow },
      })
    })
  }
}

function requireAccepting({ refusal }: RegistryServices): void {
  const error = refusal()
  if (error) throw error
}

function refuse(c: RequestOf, services: RegistryServices, error: unknown): Response {
  if (isFatal(error)) services.halt(error)
  const { status, headers, body } = problemAnswer(error, contextOf(c.env.incoming).id, services.logger)
  return new Response(c.req.method === 'HEAD' ? null : body, { status, headers })
}

function nothingAt(c: RequestOf): Error {
  return coded('NOT_FOUND', { message: `there is nothing at ${quote(c.req.path)}` })
}
