// The use cases of publishing, each one write transaction: read what the decision needs, ask it, write what it says.

import type {
  ChangedRelease,
  FoundForOpening,
  FoundForPublishing,
  FoundForSealing,
  FoundForState,
  Opening,
  OpeningQuestion,
  PluginChange,
  PublishingStore,
  Sealing,
  SealingQuestion,
  StateChange,
  StateQuestion,
} from '../publishing-store.ts'
import type { BudgetName, ReleaseKey, Session, SpentBudgets } from '../records.ts'
import { traitsOf } from '../search-filters.ts'
import { wasPublished, writeAudit } from './audit.ts'
import { findLiveBlob, sumBrought } from './blobs.ts'
import { putBudget, readBudgets } from './budgets.ts'
import type { Db } from './open.ts'
import { ask, writePatiently } from './open.ts'
import { addToOutbox } from './outbox.ts'
import { findRepoKey, findVisibility, hasPrivateRepo, repoExists } from './repos.ts'
import { indexTraits, indexWords } from './search.ts'
import {
  countOpenSessions,
  dropExpiredSessions,
  dropSession,
  extendLease,
  findIdempotencyKey,
  findSession,
  forgetSessions,
  insertSession,
  listHolders,
  listOpenSessions,
  listUploads,
  markPublished,
  putIdempotencyKey,
  putSealedSession,
  sumPromised,
} from './sessions.ts'
import { findToken } from './tokens.ts'
import {
  countPlugins,
  countVersions,
  findPlugin,
  findSameName,
  findVersion,
  insertPlugin,
  insertVersion,
  listArtifacts,
  listVersionStates,
  requireVersionRow,
  updatePlugin,
  updateVersionFlags,
} from './versions.ts'

export function publishingOf(db: Db): PublishingStore {
  return {
    open: (question, decide) =>
      writePatiently(db, (tx) => applyOpening(tx, question, decide(findForOpening(tx, question)))),
    find: (id) => ask(db, (from) => findSession(from, id)),
    uploads: (id, digest) => ask(db, (from) => listUploads(from, id, digest)),
    renew: (id, tokenId, decide) => writePatiently(db, (tx) => extendLease(tx, id, decide(findToken(tx, tokenId)))),
    abandon: (id, tokenId, decide) =>
      writePatiently(db, (tx) => {
        decide(findToken(tx, tokenId))
        dropSession(tx, id)
      }),
    seal: (question, decide) =>
      writePatiently(db, (tx) => applySealing(tx, question, decide(findForSealing(tx, question)))),
    changeState: (question, decide) =>
      writePatiently(db, (tx) => applyStateChange(tx, question, decide(findForState(tx, question)))),
    sweep: ({ now, latest, forgetBefore }) =>
      writePatiently(db, (tx) => {
        const ids = dropExpiredSessions(tx, now, latest)
        if (forgetBefore !== undefined) forgetSessions(tx, forgetBefore, latest)
        return ids
      }),
    listOpen: () => ask(db, listOpenSessions),
  }
}

function findForPublishing(tx: Db, release: ReleaseKey, tokenId: string): FoundForPublishing {
  const { repo, plugin } = release
  const known = findPlugin(tx, repo, plugin)
  const row = findVersion(tx, release)
  return {
    token: findToken(tx, tokenId),
    repoExists: repoExists(tx, repo),
    plugin: known,
    spent: readBudgets(tx, tokenId),
    sealed: row && { ...row, artifacts: listArtifacts(tx, release) },
    wasPublished: wasPublished(tx, release),
    sameName: findSameName(tx, repo, plugin),
    siblings: known ? countVersions(tx, release) : countPlugins(tx, repo),
  }
}

function findForOpening(tx: Db, question: OpeningQuestion): FoundForOpening {
  const { release, tokenId, blobs, idempotencyKey, sealedId, now, broughtSince } = question
  const repeated = idempotencyKey === undefined ? undefined : findIdempotencyKey(tx, tokenId, idempotencyKey)
  return {
    ...findForPublishing(tx, release, tokenId),
    repeated: repeated && {
      requestDigest: repeated.requestDigest,
      session: findSession(tx, repeated.sessionId),
    },
    reopened: findSession(tx, sealedId),
    openSessions: countOpenSessions(tx, tokenId, now),
    live: new Map(
      blobs.flatMap((digest) => {
        const blob = findLiveBlob(tx, digest)
        return blob ? [[digest, { isOwn: blob.broughtBy === tokenId, heldBy: listHolders(tx, digest) }] as const] : []
      }),
    ),
    hasPrivate: hasPrivateRepo(tx),
    promised: sumPromised(tx, tokenId, now),
    brought: sumBrought(tx, tokenId, { since: broughtSince, now }),
  }
}

function applyOpening(tx: Db, { tokenId }: OpeningQuestion, opening: Opening): Session {
  const { session } = opening
  if (opening.kind === 'sealed') putSealedSession(tx, session)
  if (opening.kind === 'new') {
    insertSession(tx, session, opening.uploads)
    const { idempotency } = opening
    if (idempotency)
      putIdempotencyKey(tx, { ...idempotency, tokenId, sessionId: session.id, createdAt: session.openedAt })
  }
  return session
}

function findForSealing(tx: Db, { session, tokenId, signer }: SealingQuestion): FoundForSealing {
  return {
    ...findForPublishing(tx, session, tokenId),
    isOpen: findSession(tx, session.id)?.state === 'open',
    uploads: listUploads(tx, session.id),
    key: findRepoKey(tx, session.repo, signer),
    versions: listVersionStates(tx, session.repo, session.plugin),
    hasPrivate: hasPrivateRepo(tx),
  }
}

function applySealing(tx: Db, { session, tokenId }: SealingQuestion, sealing: Sealing): boolean {
  markPublished(tx, session.id)
  if (sealing.kind === 'repeated') return false
  const { release, artifacts, plugin, spent, audit } = sealing
  if (!findPlugin(tx, release.repo, release.plugin)) insertPlugin(tx, release, plugin.at)
  insertVersion(tx, release, artifacts)
  changePlugin(tx, release, plugin)
  spend(tx, tokenId, spent)
  writeAudit(tx, audit)
  return true
}

function findForState(tx: Db, { release, tokenId }: StateQuestion): FoundForState {
  const { repo, plugin } = release
  return {
    token: findToken(tx, tokenId),
    repoExists: repoExists(tx, repo),
    isPrivate: findVisibility(tx, repo) === 'private',
    plugin: findPlugin(tx, repo, plugin),
    spent: readBudgets(tx, tokenId),
    release: findVersion(tx, release),
    versions: listVersionStates(tx, repo, plugin),
  }
}

function applyStateChange(tx: Db, { release, tokenId }: StateQuestion, change: StateChange): ChangedRelease {
  if (change.kind === 'change') {
    updateVersionFlags(tx, release, { ...change.flags, changedAt: change.plugin.at })
    changePlugin(tx, release, change.plugin)
    spend(tx, tokenId, change.spent)
    writeAudit(tx, change.audit)
  }
  const serial = findPlugin(tx, release.repo, release.plugin)?.serial ?? 0
  return { release: requireVersionRow(tx, release), serial }
}

/** The plugin's own row, what search finds of it, and what the tree has yet to show. */
function changePlugin(tx: Db, { repo, plugin }: ReleaseKey, change: PluginChange): void {
  const { serial, newest, describedBy, at } = change
  const { predicate, signer } = requireVersionRow(tx, { repo, plugin, version: describedBy })
  const { kind, category = null, description } = predicate.manifest
  updatePlugin(tx, repo, plugin, { serial, newest, kind, category, description })
  indexWords(tx, { repo, plugin, category, description })
  indexTraits(tx, { repo, plugin }, traitsOf(predicate, signer))
  addToOutbox(tx, { repo, plugin, createdAt: at })
}

function spend(tx: Db, owner: string, spent: SpentBudgets): void {
  for (const [name, { amount, at }] of Object.entries(spent))
    putBudget(tx, { owner, name: name as BudgetName, amount, at })
}
