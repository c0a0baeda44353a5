// Opens a publishing session: everything that can be refused before the first byte is uploaded is refused here.
import { randomBytes } from 'node:crypto'
import type { OpenSessionRequest } from '../../schemas/api.ts'
import { digestOf, hexOf } from '../../schemas/digest.ts'
import { DAY_MS } from '../../schemas/duration.ts'
import { coded } from '../../schemas/errors.ts'
import { stableJson } from '../../schemas/json.ts'
import { announcedBlobs, requireLimits } from '../../static-tree/release-limits.ts'
import { requireRepo } from '../admin/require-repo.ts'
import type { Principal } from '../auth/principal.ts'
import { authorizeAgain } from '../auth/principal.ts'
import type { Spending } from '../budgets/hourly-budget.ts'
import { requireBudget } from '../budgets/hourly-budget.ts'
import type { RegistryServices } from '../context.ts'
import type { FoundForOpening, Opening } from '../db/publishing-store.ts'
import type { ReleaseKey, Session } from '../db/records.ts'
import { requireDistinctName } from './distinct-name.ts'
import { requireGrowth } from './require-growth.ts'
import type { FreeRoom } from './require-space.ts'
import { requireSpace } from './require-space.ts'
import { isSealed, requireNotLost } from './sealed-release.ts'

type OpenSession = {
  readonly principal: Principal
  readonly release: ReleaseKey
  readonly request: OpenSessionRequest
  /** The client's name for this request: sending it again gives the same session. */
  readonly idempotencyKey: string | undefined
}

/**
 * Gives the session; one that is `published` when the same release is sealed already. Throws REPO_NOT_FOUND, VERSION_EXISTS,
 * PLUGIN_NAME_TAKEN, LIMIT_EXCEEDED, FORMAT_INVALID, RATE_LIMITED, NO_SPACE or IDEMPOTENCY_KEY_REUSED.
 */
export async function openSession(services: RegistryServices, open: OpenSession): Promise<Session> {
  const { principal, release, request, idempotencyKey } = open
  requireLimits(request, services.config.limits)
  const free = { uploads: await services.uploads.freeSpace(), blobs: await services.blobs.freeSpace() }
  const sealedId = sealedSessionId(open)
  const now = services.clock()
  const question = {
    release,
    tokenId: principal.id,
    blobs: announcedBlobs(request).map(({ digest }) => digest),
    idempotencyKey,
    sealedId,
    now,
    broughtSince: now - DAY_MS,
  }
  const { publishing } = services.metadata
  return publishing.open(question, (found) => decideOpening(services, { ...open, free, sealedId }, found))
}

type MeasuredOpen = OpenSession & { readonly free: FreeRoom; readonly sealedId: string }

function decideOpening({ config, clock }: RegistryServices, open: MeasuredOpen, found: FoundForOpening): Opening {
  const { principal, release, request, idempotencyKey } = open
  const { limits, times } = config
  const now = clock()
  authorizeAgain(found.token, now, { principal, action: 'publish', ...release })
  requireRepo(found.repoExists, release.repo)
  requireNotLost(found, release)
  const leaseUntil = now + times.leaseMs
  if (isSealed(found, request)) return { kind: 'sealed', session: reopenSealed(open, found, leaseUntil) }
  const requestDigest = digestOf(stableJson({ release, request }))
  const repeated = findRepeated(found, requestDigest, now)
  if (repeated) return { kind: 'known', session: repeated }
  requireDistinctName(release, found)
  requireGrowth(release, found, limits)
  requireBudgets(found, { spent: found.spent, limits, now })
  requireRoom(found, limits.openSessions)
  requireSpace(open, found)
  const id = randomBytes(16).toString('hex')
  return {
    kind: 'new',
    session: { ...release, id, state: 'open', tokenId: principal.id, openedAt: now, leaseUntil, request },
    uploads: announcedBlobs(request),
    idempotency: idempotencyKey ? { key: idempotencyKey, requestDigest } : undefined,
  }
}

/** Nothing is left to do, so asking again makes no record but the first: its id is made of who asks and for what. */
function sealedSessionId({ principal, release }: OpenSession): string {
  return hexOf(digestOf(stableJson({ token: principal.id, ...release }))).slice(0, 32)
}

function reopenSealed(open: MeasuredOpen, { reopened }: FoundForOpening, leaseUntil: number): Session {
  const { principal, release, request, sealedId } = open
  const openedAt = reopened?.openedAt ?? leaseUntil
  return { ...release, id: sealedId, state: 'published', tokenId: principal.id, openedAt, leaseUntil, request }
}

/** The session of an earlier request with this key, unless it has ended without a result. */
function findRepeated({ repeated }: FoundForOpening, requestDigest: string, now: number): Session | undefined {
  if (!repeated) return undefined
  if (repeated.requestDigest !== requestDigest)
    throw coded('IDEMPOTENCY_KEY_REUSED', {
      message: 'this Idempotency-Key was sent with another request',
      hint: 'use a new key for a new request',
    })
  const { session } = repeated
  const ended = !session || session.state === 'closed' || (session.state === 'open' && session.leaseUntil <= now)
  return ended ? undefined : session
}

/** Before the bytes travel; what counts is asked again where the release is sealed. */
function requireBudgets({ sealed, plugin }: FoundForOpening, spending: Omit<Spending, 'name'>): void {
  if (sealed) return
  requireBudget({ ...spending, name: 'releasesPerHour' })
  if (!plugin) requireBudget({ ...spending, name: 'newPluginsPerHour' })
}

function requireRoom({ openSessions }: FoundForOpening, limit: number): void {
  if (openSessions < limit) return
  throw coded('RATE_LIMITED', {
    message: `this token has ${limit} publishing sessions open, which is its \`open-sessions\``,
    details: { setting: 'open-sessions', limit, retryAfter: 60 },
    hint: (data) =>
      `finish or delete a session; the registry’s owner can raise it: \`octo registry serve --data ${data} --limit open-sessions=NUMBER\``,
  })
}
