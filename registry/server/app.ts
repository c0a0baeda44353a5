// Mounts the API on hono: routes from the table of operations, errors as problems, headers that every answer carries.
import { Hono } from 'hono'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { ReadGate } from '../auth/read-gate.ts'
import type { RegistryServices } from '../context.ts'
import { isFatal } from '../fatal.ts'
import { answerPeople } from './answer-people.ts'
import { principalOf } from './http/authenticate.ts'
import type { App, Env, Handler, RequestOf } from './http/env.ts'
import type { OperationName } from './http/operations.ts'
import { OPERATIONS } from './http/operations.ts'
import { problemAnswer, readProblemAnswer } from './http/problem.ts'
import { requirePlainBody } from './http/read-request.ts'
import { contextOf } from './http/request-context.ts'
import type { HandlerFor, Route } from './http/route.ts'
import { guardedBy } from './http/route.ts'
import { linksOf } from './pages/links.ts'
import { pageRoutes } from './pages/pages.ts'
import { feedRoutes } from './routes/feeds.ts'
import { livezRoute, readyzRoute } from './routes/health.ts'
import { KEYS_ROUTE, keysRoute } from './routes/keys.ts'
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

/** All that the framework answers, each with the decision who may see it; there is no other way to mount a route. */
// allow(dead-export): the test asks of every route who may see it
export function routesOf(services: RegistryServices): readonly Route[] {
  return [...operationRoutes(services), ...plainRoutes(services), ...pageRoutes(services), ...feedRoutes(services)]
}

export function createApp(services: RegistryServices, gate: Pick<ReadGate, 'sight'>): App {
  const app: App = new Hono<Env>()
  app.use(async (c, next) => {
    await next()
    for (const [name, value] of Object.entries(HEADERS)) if (!c.res.headers.has(name)) c.header(name, value)
    c.header('X-Request-Id', contextOf(c.env.incoming).id)
  })
  const guards = {
    sight: (c: RequestOf) => gate.sight(c.env.incoming),
    principal: (c: RequestOf) => principalOf(c, services),
  }
  for (const route of routesOf(services)) {
    const handler = guardedBy(route, guards)
    app.on(route.method, route.path, (c) => {
      if (route.method !== 'GET') {
        requireAccepting(services)
        requirePlainBody(c)
      }
      return handler(c)
    })
  }
  refuseOtherMethods(app)
  app.notFound((c) => refuse(c, services, nothingAt(c)))
  app.onError((error, c) => refuse(c, services, error))
  return app
}

type Handlers = { readonly [Name in OperationName]: HandlerFor[(typeof OPERATIONS)[Name]['access']] }

function operationRoutes(services: RegistryServices): readonly Route[] {
  const handlers: Handlers = {
    openSession: openSessionRoute(services),
    readSession: readSessionRoute(services),
    closeSession: closeSessionRoute(services),
    readUpload: readUploadRoute(services),
    appendUpload: appendUploadRoute(services),
    publish: publishRoute(services),
    changeState: changeStateRoute(services),
    whoami: whoamiRoute,
    search: searchRoute(services),
  }
  return Object.entries(handlers).map(([name, handle]) => {
    const { method, path, access } = OPERATIONS[name as OperationName]
    return { method, path, access, handle } as Route
  })
}

function plainRoutes(services: RegistryServices): readonly Route[] {
  const open = (path: string, handle: Handler): Route => ({ method: 'GET', path, access: 'everyone', handle })
  return [
    open('/livez', livezRoute),
    open('/readyz', readyzRoute(services)),
    open('/api/v1/openapi.json', openApiRoute(services)),
    { method: 'GET', path: KEYS_ROUTE, access: 'sight', handle: keysRoute(services) },
  ]
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

async function refuse(c: RequestOf, services: RegistryServices, error: unknown): Promise<Response> {
  if (isFatal(error)) services.halt(error)
  const render = isRead(c) ? readProblemAnswer : problemAnswer
  const problem = render(error, contextOf(c.env.incoming).id, services.logger)
  const varying = { ...problem, headers: { ...problem.headers, Vary: 'Authorization' } }
  const { status, headers, body } = await answerPeople(varying, c.req.header('accept'), linksOf(services))
  return new Response(c.req.method === 'HEAD' ? null : body, { status, headers })
}

/** Of the write API nothing takes a password: a browser that has one would send it along for any page. */
function isRead({ req: { path } }: RequestOf): boolean {
  return !path.startsWith('/api/') || path === OPERATIONS.search.path
}

function nothingAt(c: RequestOf): Error {
  return coded('NOT_FOUND', { message: `there is nothing at ${quote(c.req.path)}` })
}
