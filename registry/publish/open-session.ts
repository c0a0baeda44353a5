// Opens a publishing session: everything that can be refused before the first byte is uploaded is refused here.
import { randomBytes } from 'node:crypto'
import type { OpenSessionRequest } from '../../schemas/api.ts'
import { digestOf, hexOf } from '../../schemas/digest.ts'
import { coded } from '../../schemas/errors.ts'
import { stableJson } from '../../schemas/json.ts'
import { announcedBlobs, requireLimits } from '../../static-tree/release-limits.ts'
import { requireRepo } from '../admin/require-repo.ts'
import type { Principal } from '../auth/principal.ts'
import { authorizeAgain } from '../auth/principal.ts'
import type { Spending } from '../budgets/hourly-budget.ts'
import { requireBudget } from '../budgets/hourly-budget.ts'
import type { RegistryServices } from '../context.ts'
import type { Db } from '../db/sqlite/open.ts'
import { writePatiently } from '../db/sqlite/open.ts'
import { repoExists } from '../db/sqlite/repos.ts'
import type { SessionRow } from '../db/sqlite/sessions.ts'
import {
  countOpenSessions,
  findIdempotencyKey,
  findSession,
  insertSession,
  putIdempotencyKey,
  putSealedSession,
} from '../db/sqlite/sessions.ts'
import { findToken } from '../db/sqlite/tokens.ts'
import type { ReleaseKey } from '../db/sqlite/versions.ts'
import { findPlugin, findVersion } from '../db/sqlite/versions.ts'
import { requireDistinctName } from './distinct-name.ts'
import { requireGrowth } from './require-growth.ts'
import { measureSpace, requireSpace } from './require-space.ts'
import { isSealed } from './sealed-release.ts'

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
export async function openSession(services: RegistryServices, open: OpenSession): Promise<SessionRow> {
  requireLimits(open.request, services.config.limits)
  const freeBytes = await measureSpace(services.config.dataDir)
  return writePatiently(services.db, (tx) => openInTransaction(tx, services, { ...open, freeBytes }))
}

type MeasuredOpen = OpenSession & { readonly freeBytes: number }

function openInTransaction(tx: Db, { config, clock }: RegistryServices, open: MeasuredOpen): SessionRow {
  const { principal, release, request, idempotencyKey, freeBytes } = open
  const now = clock()
  authorizeAgain(findToken(tx, principal.id), now, { principal, action: 'publish', ...release })
  requireRepo(repoExists(tx, release.repo), release.repo)
  if (isSealed(tx, release, request)) return reopenSealed(tx, open, now + config.times.leaseMs)
  const requestDigest = digestOf(stableJson({ release, request }))
  const repeated =
    idempotencyKey && findRepeated(tx, { tokenId: principal.id, key: idempotencyKey, requestDigest, now })
  if (repeated) return repeated
  requireDistinctName(tx, release)
  requireGrowth(tx, release, config.limits)
  requireBudgets(tx, release, { owner: principal.id, limits: config.limits, now })
  requireRoom(tx, principal.id, now, config.limits.openSessions)
  requireSpace(tx, { request, tokenId: principal.id, freeBytes, now })
  const session: SessionRow = {
    ...release,
    id: randomBytes(16).toString('hex'),
    state: 'open',
    tokenId: principal.id,
    openedAt: now,
    leaseUntil: now + config.times.leaseMs,
    request,
  }
  insertSession(tx, session, announcedBlobs(request))
  if (idempotencyKey)
    putIdempotencyKey(tx, {
      tokenId: principal.id,
      key: idempotencyKey,
      requestDigest,
      sessionId: session.id,
      createdAt: now,
    })
  return session
}

/** Nothing is left to do, so asking again makes no row but the first: its id is made of who asks and for what. */
function reopenSealed(tx: Db, { principal, release, request }: OpenSession, leaseUntil: number): SessionRow {
  const id = hexOf(digestOf(stableJson({ token: principal.id, ...release }))).slice(0, 32)
  const openedAt = findSession(tx, id)?.openedAt ?? leaseUntil
  const session: SessionRow = {
    ...release,
    id,
    state: 'published',
    tokenId: principal.id,
    openedAt,
    leaseUntil,
    request,
  }
  putSealedSession(tx, session)
  return session
}

type Repeat = {
  readonly tokenId: string
  readonly key: string
  readonly requestDigest: string
  readonly now: number
}

/** The session of an earlier request with this key, unless it has ended without a result. */
function findRepeated(tx: Db, { tokenId, key, requestDigest, now }: Repeat): SessionRow | undefined {
  const known = findIdempotencyKey(tx, tokenId, key)
  if (!known) return undefined
  if (known.requestDigest !== requestDigest)
    throw coded('IDEMPOTENCY_KEY_REUSED', {
      message: 'this Idempotency-Key was sent with another request',
      hint: 'use a new key for a new request',
    })
  const session = findSession(tx, known.sessionId)
  const ended = !session || session.state === 'closed' || (session.state === 'open' && session.leaseUntil <= now)
  return ended ? undefined : session
}

/** Before the bytes travel; what counts is asked again where the release is sealed. */
function requireBudgets(tx: Db, release: ReleaseKey, spending: Omit<Spending, 'name'>): void {
  if (findVersion(tx, release)) return
  requireBudget(tx, { ...spending, name: 'releasesPerHour' })
  if (!findPlugin(tx, release.repo, release.plugin)) requireBudget(tx, { ...spending, name: 'newPluginsPerHour' })
}

function requireRoom(tx: Db, tokenId: string, now: number, limit: number): void {
  if (countOpenSessions(tx, tokenId, now) < limit) return
  throw coded('RATE_LIMITED', {
    message: `this token has ${limit} publishing sessions open, which is its \`open-sessions\``,
    details: { setting: 'open-sessions', limit, retryAfter: 60 },
    hint: 'finish or delete a session; the registry’s owner can raise it: `octo registry serve --data DIR --limit open-sessions=NUMBER`',
  })
}
