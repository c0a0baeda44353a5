// Named queries on repos and the publisher keys they admit.
import { and, asc, count, eq, gt, isNull, lte, or } from 'drizzle-orm'
import { coded } from '../../../schemas/errors.ts'
import type { Name } from '../../../schemas/name.ts'
import { quote } from '../../../schemas/quote.ts'
import type { TrustKey } from '../../../schemas/trust-key.ts'
import type { Db } from './open.ts'
import { repoKeys, repos } from './tables.ts'

/** False when the repo exists already. */
export function insertRepo(tx: Db, name: Name, createdAt: number): boolean {
  return tx.insert(repos).values({ name, createdAt }).onConflictDoNothing().run().changes === 1
}

export function countRepos(db: Db): number {
  return db.select({ found: count() }).from(repos).get()?.found ?? 0
}

export function repoExists(db: Db, name: Name): boolean {
  return db.select({ name: repos.name }).from(repos).where(eq(repos.name, name)).get() !== undefined
}

/** Throws REPO_NOT_FOUND. */
export function requireRepo(db: Db, name: Name): void {
  if (!repoExists(db, name))
    throw coded('REPO_NOT_FOUND', {
      message: `there is no repo ${quote(name)}`,
      details: { repo: name },
      hint: `the registry’s owner makes it: \`octo registry repo create ${name} --key FILE --data DIR\``,
    })
}

export type RepoKeyRow = typeof repoKeys.$inferSelect

export function listRepoKeys(db: Db, repo: Name): RepoKeyRow[] {
  return db.select().from(repoKeys).where(eq(repoKeys.repo, repo)).orderBy(asc(repoKeys.addedAt)).all()
}

/** The keys of a repo as the proof takes them; revoked ones say so. */
export function readKeyring(db: Db, repo: Name): TrustKey[] {
  return listRepoKeys(db, repo).map(({ id, kind, pem, validFrom, validTo, revokedAt }) => ({
    id,
    kind,
    pem,
    ...(validFrom === null ? {} : { from: validFrom }),
    ...(validTo === null ? {} : { to: validTo }),
    ...(revokedAt === null ? {} : { revoked: true }),
  }))
}

export type KeyAt = { readonly id: TrustKey['id']; readonly now: number }

/** Whether the repo admits the key at this moment: it is not revoked, and inside its window. */
export function isKeyAdmitted(db: Db, repo: Name, { id, now }: KeyAt): boolean {
  const isRepoKey = and(eq(repoKeys.repo, repo), eq(repoKeys.id, id), isNull(repoKeys.revokedAt))
  const hasBegun = or(isNull(repoKeys.validFrom), lte(repoKeys.validFrom, now))
  const hasNotEnded = or(isNull(repoKeys.validTo), gt(repoKeys.validTo, now))
  const admitted = and(isRepoKey, hasBegun, hasNotEnded)
  return db.select({ id: repoKeys.id }).from(repoKeys).where(admitted).get() !== undefined
}

/** False when the repo has the key already, revoked or not. */
export function insertRepoKey(tx: Db, repo: Name, key: TrustKey, addedAt: number): boolean {
  const { id, kind, pem, from = null, to = null } = key
  const row = { repo, id, kind, pem, validFrom: from, validTo: to, addedAt }
  return tx.insert(repoKeys).values(row).onConflictDoNothing().run().changes === 1
}

/** False when there is no such key that is not revoked yet. */
export function revokeRepoKey(tx: Db, repo: Name, id: string, revokedAt: number): boolean {
  const wanted = and(eq(repoKeys.repo, repo), eq(repoKeys.id, id as TrustKey['id']), isNull(repoKeys.revokedAt))
  return tx.update(repoKeys).set({ revokedAt }).where(wanted).run().changes === 1
}
