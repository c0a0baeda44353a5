// Publishing sessions: open, read, give up, publish.
import { openSessionRequest } from '../../../schemas/api.ts'
import type { Principal } from '../../auth/principal.ts'
import { authorize, authorizeAgain } from '../../auth/principal.ts'
import { mayRead } from '../../auth/scope.ts'
import type { RegistryServices } from '../../context.ts'
import type { Session } from '../../db/records.ts'
import { errandOf } from '../../publish/hold-lease.ts'
import { openSession } from '../../publish/open-session.ts'
import { publishRelease } from '../../publish/publish-release.ts'
import { noSession, requireSession, sessionAnswer } from '../../publish/session-answer.ts'
import { clientGone } from '../http/client-gone.ts'
import type { RequestOf } from '../http/env.ts'
import { idempotencyKeyHeader, pluginParams, readJsonBody, sessionParam } from '../http/read-request.ts'
import type { TokenHandler } from '../http/route.ts'

export function openSessionRoute(services: RegistryServices): TokenHandler {
  return async (c, principal) => {
    const { repo, plugin } = pluginParams(c)
    authorize(principal, 'publish', repo, plugin)
    const idempotencyKey = idempotencyKeyHeader(c)
    const request = await readJsonBody(c, openSessionRequest)
    const release = { repo, plugin, version: request.version }
    const session = await openSession(services, { principal, release, request, idempotencyKey })
    return c.json(await sessionAnswer(services, session), session.state === 'open' ? 201 : 200)
  }
}

export function readSessionRoute(services: RegistryServices): TokenHandler {
  return async (c, principal) => c.json(await sessionAnswer(services, await allowedSession(c, principal, services)))
}

export function closeSessionRoute(services: RegistryServices): TokenHandler {
  return async (c, principal) => {
    const session = await allowedSession(c, principal, services)
    await services.metadata.publishing.abandon(session.id, principal.id, (token) =>
      authorizeAgain(token, services.clock(), errandOf({ session, principal })),
    )
    await services.uploads.remove(session.id)
    return c.body(null, 204)
  }
}

export function publishRoute(services: RegistryServices): TokenHandler {
  return async (c, principal) => {
    const session = await allowedSession(c, principal, services)
    const stop = AbortSignal.any([clientGone(c), services.stopUploads])
    const { answer, created } = await publishRelease(services, { id: session.id, principal, stop })
    return c.json(answer, created ? 201 : 200)
  }
}

/** Ids of sessions can be worked out by whoever knows a token’s id: what is private is not told by them. */
async function isHidden({ repo }: Session, { scopes }: Principal, { metadata }: RegistryServices): Promise<boolean> {
  return !mayRead(scopes, repo) && (await metadata.repos.visibility(repo)) === 'private'
}

/** The session of the address, for a token that may publish its plugin. */
export async function allowedSession(c: RequestOf, principal: Principal, services: RegistryServices): Promise<Session> {
  const session = await requireSession(services.metadata.publishing, sessionParam(c), services.clock())
  if (await isHidden(session, principal, services)) throw noSession(session.id)
  authorize(principal, 'publish', session.repo, session.plugin)
  return session
}
