// Work on a publishing session, as long as it may be done: the lease is renewed, and whoever may no longer publish is stopped
// in the middle, not at the end.
import { coded, isCoded } from '../../schemas/errors.ts'
import type { Errand, Principal } from '../auth/principal.ts'
import { authorizeAgain } from '../auth/principal.ts'
import type { RegistryServices } from '../context.ts'
import type { Session, Token } from '../db/records.ts'

export type Work = {
  readonly session: Session
  readonly principal: Pick<Principal, 'id'>
  /** Ends the work from outside. */
  readonly stop: AbortSignal
}

const CHECK_EVERY_MS = 2000

/** Throws SESSION_NOT_FOUND, UNAUTHENTICATED or FORBIDDEN, also later through the signal that `act` is given. */
export async function holdLease<T>(
  services: RegistryServices,
  work: Work,
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { leaseMs } = services.config.times
  const { session, stop } = work
  const refused = new AbortController()
  let renewedAt = performance.now()
  const { publishing, tokens } = services.metadata
  const renew = async () => {
    const isOpen = await publishing.renew(session.id, work.principal.id, (token) => {
      const now = services.clock()
      requireAllowed(token, work, now)
      return now + leaseMs
    })
    if (!isOpen) throw sessionEnded(session)
  }
  await renew()
  const checkAgain = async () => {
    if (performance.now() - renewedAt < leaseMs / 4)
      return requireAllowed(await tokens.find(work.principal.id), work, services.clock())
    renewedAt = performance.now()
    await renew()
  }
  const timer = setInterval(
    () => checkAgain().catch((error: unknown) => (isTransient(error) ? note(services, error) : refused.abort(error))),
    Math.min(CHECK_EVERY_MS, leaseMs / 4),
  )
  try {
    return await act(AbortSignal.any([refused.signal, stop]))
  } finally {
    clearInterval(timer)
  }
}

/** What publishing in the session needs. */
export function errandOf({ session: { repo, plugin }, principal }: Pick<Work, 'session' | 'principal'>): Errand {
  return { principal, action: 'publish', repo, plugin }
}

export function sessionEnded({ id }: Pick<Session, 'id'>): Error {
  return coded('SESSION_NOT_FOUND', {
    message: `publishing session \`${id}\` was closed while it was being worked on`,
    hint: 'publish again: what is uploaded already is not uploaded twice',
  })
}

function requireAllowed(token: Token | undefined, work: Work, now: number): void {
  authorizeAgain(token, now, errandOf(work))
}

/** What may be over at the next check: a full disk keeps a lease from growing, and the work itself will say so. */
function isTransient(error: unknown): boolean {
  return isCoded(error, 'NO_SPACE') || isCoded(error, 'STORE_BUSY')
}

function note({ logger }: RegistryServices, error: unknown): void {
  logger.warn({ err: error }, 'the lease of a session could not be renewed')
}
