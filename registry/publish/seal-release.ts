// The transaction that makes a proven release public and unchangeable: version, artifacts, plugin entry, audit, outbox.

import { coded } from '../../schemas/errors.ts'
import type { GrowthLimits } from '../../schemas/growth-limits.ts'
import type { Platform } from '../../schemas/platform.ts'
import type { VerifiedRelease } from '../../trust/release/verify-release.ts'
import { requireRepo } from '../admin/require-repo.ts'
import type { Principal } from '../auth/principal.ts'
import { authorizeAgain } from '../auth/principal.ts'
import type { Spending } from '../budgets/hourly-budget.ts'
import { spendBudget } from '../budgets/hourly-budget.ts'
import { writeAudit } from '../db/sqlite/audit.ts'
import { findLiveBlob } from '../db/sqlite/blobs.ts'
import type { Db } from '../db/sqlite/open.ts'
import { addToOutbox } from '../db/sqlite/outbox.ts'
import { isKeyAdmitted, repoExists } from '../db/sqlite/repos.ts'
import type { PromisedBlob, SessionRow } from '../db/sqlite/sessions.ts'
import { listUploads, markPublished } from '../db/sqlite/sessions.ts'
import { findToken } from '../db/sqlite/tokens.ts'
import { findPlugin, findVersion, insertPlugin, insertVersion } from '../db/sqlite/versions.ts'
import { refreshPlugin } from '../states/refresh-plugin.ts'
import { requireDistinctName } from './distinct-name.ts'
import { errandOf, sessionEnded } from './hold-lease.ts'
import { requireGrowth } from './require-growth.ts'
import { requireSameStatement } from './sealed-release.ts'

type Seal = {
  readonly session: SessionRow
  readonly release: VerifiedRelease
  readonly principal: Pick<Principal, 'id'>
  readonly now: number
  readonly limits: GrowthLimits & Spending['limits']
}

/**
 * Everything that was true before the proof is asked again here, where nobody can change it. False when the same release is
 * sealed already. Throws UNAUTHENTICATED, FORBIDDEN, REPO_NOT_FOUND, VERSION_EXISTS, VERSION_QUARANTINED, SESSION_NOT_FOUND,
 * SESSION_INCOMPLETE, SIGNER_NOT_ALLOWED, PLUGIN_NAME_TAKEN, LIMIT_EXCEEDED or RATE_LIMITED.
 */
export function sealRelease(tx: Db, seal: Seal): boolean {
  const { session, release, principal, now } = seal
  const { repo, plugin, version } = session
  authorizeAgain(findToken(tx, principal.id), now, errandOf(seal))
  requireRepo(repoExists(tx, repo), repo)
  const sealed = findVersion(tx, session)
  if (sealed) {
    requireSameStatement(sealed, release.predicate)
    markPublished(tx, session.id)
    return false
  }
  requireUploaded(tx, session)
  requireSigner(tx, seal)
  requireDistinctName(tx, session)
  requireGrowth(tx, session, seal.limits)
  if (!markPublished(tx, session.id)) throw sessionEnded(session)
  const spending = { owner: principal.id, limits: seal.limits, now }
  spendBudget(tx, { ...spending, name: 'releasesPerHour' })
  if (!findPlugin(tx, repo, plugin)) {
    spendBudget(tx, { ...spending, name: 'newPluginsPerHour' })
    insertPlugin(tx, newPlugin(session, release, now))
  }
  const serial = (findPlugin(tx, repo, plugin)?.serial ?? 0) + 1
  insertVersion(tx, versionRow(seal, serial), artifactRows(release))
  refreshPlugin(tx, repo, plugin)
  const subject = `${repo}/${plugin}@${version}`
  const details = { bundle: session.request.bundle.digest, signer: release.signer, serial }
  writeAudit(tx, { at: now, actor: principal.id, action: 'publish', subject, details })
  addToOutbox(tx, { repo, plugin, createdAt: now })
  return true
}

/** Throws SESSION_INCOMPLETE naming what is missing, or SIZE_MISMATCH for a blob that is here and was announced otherwise. */
export function requireUploaded(db: Db, session: SessionRow): void {
  const missing = listUploads(db, session.id).filter((promised) => !isHere(db, promised))
  const [first] = missing
  if (!first) return
  throw coded('SESSION_INCOMPLETE', {
    message: `${missing.length} of the promised blobs are not uploaded yet, the first is \`${first.digest}\``,
    details: { missing: missing.map(({ digest }) => digest) },
    hint: 'upload them, then publish again',
  })
}

/** Bytes that came with another release were never compared with what this session announced. */
function isHere(db: Db, { digest, size }: PromisedBlob): boolean {
  const blob = findLiveBlob(db, digest)
  if (!blob || blob.size === size) return blob !== undefined
  throw coded('SIZE_MISMATCH', {
    message: `blob \`${digest}\` has another size than was announced, expected ${size} bytes, found ${blob.size}`,
    details: { digest, expected: size, found: blob.size },
  })
}

function requireSigner(tx: Db, { session: { repo }, release: { signer }, now }: Seal): void {
  if (isKeyAdmitted(tx, repo, { id: signer, now })) return
  throw coded('SIGNER_NOT_ALLOWED', {
    message: `key \`${signer}\` was revoked or ran out while the release was being checked`,
    details: { repo, signer },
  })
}

function versionRow({ session, release, principal, now }: Seal, serial: number) {
  const { repo, plugin, version, request } = session
  const { digest: bundleDigest, size: bundleSize } = request.bundle
  const flags = { yanked: null, quarantined: null, deprecated: null }
  const { signer, predicate } = release
  const sealed = {
    repo,
    plugin,
    version,
    publishedAt: now,
    publishedBy: principal.id,
    serial,
    bundleDigest,
    bundleSize,
  }
  return { ...sealed, ...flags, signer, predicate }
}

function artifactRows({ predicate }: VerifiedRelease) {
  return Object.entries(predicate.platforms).map(([platform, { file, digest, size }]) => ({
    platform: platform as Platform,
    file,
    digest,
    size,
  }))
}

function newPlugin({ repo, plugin }: SessionRow, { predicate }: VerifiedRelease, now: number) {
  const { kind, category = null, description } = predicate.manifest
  return { repo, plugin, serial: 0, createdAt: now, kind, category, description, newest: null }
}
