// Named queries on repos and the publisher keys they admit.
import { and, asc, count, eq, isNull, sql } from 'drizzle-orm'
import type { Name } from '../../../schemas/name.ts'
import type { TrustKey } from '../../../schemas/trust-key.ts'
import type { RepoKey, Visibility } from '../records.ts'
import type { FoundKey, NewRepoKey, RepoStore } from '../store.ts'
import { writeAudit } from './audit.ts'
import type { Db } from './open.ts'
import { ask, writePatiently } from './open.ts'
import { addToOutbox } from './outbox.ts'
import type { Given } from './prepared.ts'
import { prepared } from './prepared.ts'
import { moveWords } from './search.ts'
import { repoKeys, repos } from './tables.ts'

export function reposOf(db: Db): RepoStore {
  return {
    create: (repo, decide) =>
      writePatiently(db, (tx) => {
        const made = decide({ exists: repoExists(tx, repo), repos: countRepos(tx) })
        const { createdAt, visibility = 'public', keys, audit } = made
        tx.insert(repos).values({ name: repo, createdAt, visibility }).run()
        for (const key of keys) insertKey(tx, repo, { key, addedAt: createdAt })
        for (const entry of audit) writeAudit(tx, entry)
        addToOutbox(tx, { repo, createdAt })
      }),
    addKey: (repo, id, decide) =>
      writePatiently(db, (tx) => {
        const added = decide(findKey(tx, repo, id))
        insertKey(tx, repo, added)
        writeAudit(tx, added.audit)
      }),
    revokeKey: (repo, id, decide) =>
      writePatiently(db, (tx) => {
        const { revokedAt, audit } = decide(findKey(tx, repo, id))
        const admitted = and(keyIs({ repo, id: id as TrustKey['id'] }), isNull(repoKeys.revokedAt))
        tx.update(repoKeys).set({ revokedAt }).where(admitted).run()
        writeAudit(tx, audit)
      }),
    changeVisibility: (repo, decide) =>
      writePatiently(db, (tx) => {
        const change = decide(findVisibility(tx, repo))
        if (!change) return
        const { visibility, at, audit } = change
        tx.update(repos).set({ visibility }).where(eq(repos.name, repo)).run()
        moveWords(tx, repo, visibility)
        writeAudit(tx, audit)
        addToOutbox(tx, { repo, createdAt: at })
      }),
    exists: (repo) => ask(db, (from) => repoExists(from, repo)),
    visibility: (repo) => ask(db, (from) => findVisibility(from, repo)),
    list: (visibility) => ask(db, (from) => listRepos(from, visibility)),
    hasPrivate: () => ask(db, hasPrivateRepo),
    keys: (repo) => ask(db, (from) => listRepoKeys(from, repo)),
  }
}

/** One row for every name: reading one takes longer than finding none, and would tell a private repo from none by the time. */
const visibilityOf = prepared((db, { name }: Given<{ name: Name }>) =>
  db
    .select({ found: sql<Visibility | 'absent'>`coalesce(max(${repos.visibility}), 'absent')` })
    .from(repos)
    .where(eq(repos.name, name))
    .prepare(),
)

export function findVisibility(db: Db, name: Name): Visibility | undefined {
  const { found = 'absent' } = visibilityOf(db).get({ name }) ?? {}
  return found === 'absent' ? undefined : found
}

const aPrivateRepo = prepared((db) =>
  db.select({ name: repos.name }).from(repos).where(eq(repos.visibility, 'private')).limit(1).prepare(),
)

export function hasPrivateRepo(db: Db): boolean {
  return aPrivateRepo(db).get() !== undefined
}

function listRepos(db: Db, visibility: Visibility | undefined): Name[] {
  return db
    .select({ name: repos.name })
    .from(repos)
    .where(visibility && eq(repos.visibility, visibility))
    .orderBy(asc(repos.name))
    .all()
    .map(({ name }) => name)
}

function countRepos(db: Db): number {
  return db.select({ found: count() }).from(repos).get()?.found ?? 0
}

function findKey(db: Db, repo: Name, id: string): FoundKey {
  return { repoExists: repoExists(db, repo), key: findRepoKey(db, repo, id) }
}

type KeyName = { readonly repo: Name; readonly id: TrustKey['id'] }

const keyOfId = prepared((db, given: Given<KeyName>) => db.select().from(repoKeys).where(keyIs(given)).prepare())

export function findRepoKey(db: Db, repo: Name, id: string): RepoKey | undefined {
  return keyOfId(db).get({ repo, id: id as TrustKey['id'] })
}

function keyIs({ repo, id }: KeyName | Given<KeyName>) {
  return and(eq(repoKeys.repo, repo), eq(repoKeys.id, id))
}

function insertKey(tx: Db, repo: Name, { key, addedAt }: Omit<NewRepoKey, 'audit'>): void {
  const { id, kind, pem, from = null, to = null } = key
  tx.insert(repoKeys).values({ repo, id, kind, pem, validFrom: from, validTo: to, addedAt }).run()
}

export function repoExists(db: Db, name: Name): boolean {
  return findVisibility(db, name) !== undefined
}

const keysOf = prepared((db, { repo }: Given<{ repo: Name }>) =>
  db.select().from(repoKeys).where(eq(repoKeys.repo, repo)).orderBy(asc(repoKeys.addedAt), asc(repoKeys.id)).prepare(),
)

function listRepoKeys(db: Db, repo: Name): RepoKey[] {
  return keysOf(db).all({ repo })
}
