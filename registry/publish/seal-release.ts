// The step that makes a proven release public and unchangeable: version, artifacts, plugin entry, audit, outbox.

import { coded } from '../../schemas/errors.ts'
import type { Platform } from '../../schemas/platform.ts'
import { releaseName } from '../../schemas/release-name.ts'
import type { VerifiedRelease } from '../../trust/release/verify-release.ts'
import { requireRepo } from '../admin/require-repo.ts'
import type { Principal } from '../auth/principal.ts'
import { authorizeAgain } from '../auth/principal.ts'
import { spendBudget } from '../budgets/hourly-budget.ts'
import type { RegistryServices } from '../context.ts'
import type { FoundForSealing, PromisedUpload, Sealing } from '../db/publishing-store.ts'
import type { Artifact, AuditEntry, Session, SpentBudgets } from '../db/records.ts'
import { refreshPlugin } from '../states/refresh-plugin.ts'
import { requireDistinctName } from './distinct-name.ts'
import { errandOf, sessionEnded } from './hold-lease.ts'
import { isAdmitted } from './keyring.ts'
import { requireGrowth } from './require-growth.ts'
import { requireNotLost, requireSameStatement } from './sealed-release.ts'
import { seenUpload } from './seen-uploads.ts'

type Seal = {
  readonly session: Session
  readonly release: VerifiedRelease
  readonly principal: Pick<Principal, 'id'>
}

type Deps = Pick<RegistryServices, 'metadata' | 'clock' | 'config'>

/**
 * Everything that was true before the proof is asked again here, where nobody can change it. False when the same release is
 * sealed already. Throws UNAUTHENTICATED, FORBIDDEN, REPO_NOT_FOUND, VERSION_EXISTS, VERSION_QUARANTINED, SESSION_NOT_FOUND,
 * SESSION_INCOMPLETE, SIGNER_NOT_ALLOWED, PLUGIN_NAME_TAKEN, LIMIT_EXCEEDED or RATE_LIMITED.
 */
export function sealRelease(deps: Deps, seal: Seal): Promise<boolean> {
  const { session, release, principal } = seal
  const question = { session, tokenId: principal.id, signer: release.signer }
  return deps.metadata.publishing.seal(question, (found) => decideSealing(seal, found, deps))
}

function decideSealing(seal: Seal, found: FoundForSealing, { clock, config }: Deps): Sealing {
  const { session, release, principal } = seal
  const now = clock()
  authorizeAgain(found.token, now, errandOf(seal))
  requireRepo(found.repoExists, session.repo)
  if (found.sealed) {
    requireSameStatement(found.sealed, release.predicate)
    return { kind: 'repeated' }
  }
  requireNotLost(found, session)
  const knowledge = { scopes: found.token?.scopes ?? [], hasPrivate: found.hasPrivate }
  requireUploaded(found.uploads.map((upload) => seenUpload(upload, knowledge)))
  requireSigner(seal, found, now)
  requireDistinctName(session, found)
  requireGrowth(session, found, config.limits)
  if (!found.isOpen) throw sessionEnded(session)
  const spent = spendForRelease(found, config.limits, now)
  const versions = [...found.versions, { version: session.version, state: 'active' as const }]
  const plugin = refreshPlugin({ release: session, known: found.plugin, versions, at: now })
  return {
    kind: 'new',
    release: newRelease(seal, plugin.serial, now),
    artifacts: artifactsOf(release),
    plugin,
    spent,
    audit: published(seal, principal.id, { serial: plugin.serial, at: now }),
  }
}

/** Throws SESSION_INCOMPLETE naming what is missing, or SIZE_MISMATCH for a blob that is here and was announced otherwise. */
export function requireUploaded(uploads: readonly PromisedUpload[]): void {
  const missing = uploads.filter((upload) => !isHere(upload))
  const [first] = missing
  if (!first) return
  throw coded('SESSION_INCOMPLETE', {
    message: `${missing.length} of the promised blobs are not uploaded yet, the first is \`${first.digest}\``,
    details: { missing: missing.map(({ digest }) => digest) },
    hint: 'upload them, then publish again',
  })
}

/** Bytes that came with another release were never compared with what this session announced. */
function isHere({ digest, size, storedSize }: PromisedUpload): boolean {
  if (storedSize === undefined || storedSize === size) return storedSize !== undefined
  throw coded('SIZE_MISMATCH', {
    message: `blob \`${digest}\` has another size than was announced, expected ${size} bytes, found ${storedSize}`,
    details: { digest, expected: size, found: storedSize },
  })
}

function requireSigner({ session: { repo }, release: { signer } }: Seal, { key }: FoundForSealing, now: number): void {
  if (isAdmitted(key, now)) return
  throw coded('SIGNER_NOT_ALLOWED', {
    message: `key \`${signer}\` was revoked or ran out while the release was being checked`,
    details: { repo, signer },
  })
}

type Limits = RegistryServices['config']['limits']

function spendForRelease({ spent, plugin }: FoundForSealing, limits: Limits, now: number): SpentBudgets {
  const spending = { spent, limits, now }
  const releasesPerHour = spendBudget({ ...spending, name: 'releasesPerHour' })
  if (plugin) return { releasesPerHour }
  return { releasesPerHour, newPluginsPerHour: spendBudget({ ...spending, name: 'newPluginsPerHour' }) }
}

function newRelease({ session, release, principal }: Seal, serial: number, now: number) {
  const { repo, plugin, version, request } = session
  const { digest: bundleDigest, size: bundleSize } = request.bundle
  const { signer, predicate } = release
  const flags = { yanked: null, quarantined: null, deprecated: null }
  const origin = { publishedAt: now, publishedBy: principal.id, serial }
  return { repo, plugin, version, ...origin, ...flags, bundleDigest, bundleSize, signer, predicate }
}

export function artifactsOf({ predicate }: VerifiedRelease): Artifact[] {
  return Object.entries(predicate.platforms).map(([platform, { file, digest, size }]) => ({
    platform: platform as Platform,
    file,
    digest,
    size,
  }))
}

type Moment = { readonly serial: number; readonly at: number }

function published({ session, release }: Seal, actor: string, { serial, at }: Moment): AuditEntry {
  const { repo, plugin, version, request } = session
  const details = { bundle: request.bundle.digest, signer: release.signer, serial }
  return { at, actor, action: 'publish', subject: releaseName({ repo, plugin, version }), details }
}
