// Publishing sessions: open, read, give up, publish.
import { openSessionRequest } from '../../../schemas/api.ts'
import type { Principal } from '../../auth/principal.ts'
import { authorize, authorizeAgain } from '../../auth/principal.ts'
import type { RegistryServices } from '../../context.ts'
import type { Session } from '../../db/records.ts'
import { errandOf } from '../../publish/hold-lease.ts'
import { openSession } from '../../publish/open-session.ts'
import { publishRelease } from '../../publish/publish-release.ts'
import { requireSession, sessionAnswer } from '../../publish/session-answer.ts'
import { principalOf } from '../http/authenticate.ts'
import { clientGone } from '../http/client-gone.ts'
import type { Handler, RequestOf } from '../http/env.ts'
import { idempotencyKeyHeader, pluginParams, readJsonBody, sessionParam } from '../http/read-request.ts'

export function openSessionRoute(services: RegistryServices): Handler {
  return async (c) => {
    const principal = await principalOf(c, services)
    const { repo, plugin } = pluginParams(c)
    authorize(principal, 'publish', repo, plugin)
    const idempotencyKey = idempotencyKeyHeader(c)
    const request = await readJsonBody(c, openSessionRequest)
    const release = { repo, plugin, version: request.version }
    const session = await openSession(services, { principal, release, request, idempotencyKey })
    return c.json(await sessionAnswer(services, session), session.state === 'open' ? 201 : 200)
  }
}

export function readSessionRoute(services: RegistryServices): Handler {
  return async (c) => c.json(await sessionAnswer(services, (await allowedSession(c, services)).session))
}

export function closeSessionRoute(services: RegistryServices): Handler {
  return async (c) => {
    const { session, principal } = await allowedSession(c, services)
    await services.metadata.publishing.abandon(session.id, principal.id, (token) =>
      authorizeAgain(token, services.clock(), errandOf({ session, principal })),
    )
    await services.uploads.remove(session.id)
    return c.body(null, 204)
  }
}

export function publishRoute(services: RegistryServices): Handler {
  return async (c) => {
    const { session, principal } = await allowedSession(c, services)
    const stop = AbortSignal.any([clientGone(c), services.stopUploads])
    const { answer, created } = await publishRelease(services, { id: session.id, principal, stop })
    return c.json(answer, created ? 201 : 200)
  }
}

/** The session of the address, for a token that may publish its plugin. */
export async function allowedSession(
  c: RequestOf,
  services: RegistryServices,
): Promise<{ readonly session: Session; readonly principal: Principal }> {
  const principal = await principalOf(c, services)
  const session = await requireSession(services.metadata.publishing, sessionParam(c), services.clock())
  authorize(principal, 'publish', session.repo, session.plugin)
  return { session, principal }
}
