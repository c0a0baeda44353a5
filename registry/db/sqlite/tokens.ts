// Named queries on tokens. Only the digest of a secret is ever stored or looked up.
import { and, asc, eq, isNull } from 'drizzle-orm'
import type { Db } from './open.ts'
import { tokens } from './tables.ts'

export type TokenRow = Omit<typeof tokens.$inferSelect, 'secretSha256'>

const SHOWN = {
  id: tokens.id,
  name: tokens.name,
  scopes: tokens.scopes,
  createdAt: tokens.createdAt,
  expiresAt: tokens.expiresAt,
  lastUsedAt: tokens.lastUsedAt,
  revokedAt: tokens.revokedAt,
}

export function insertToken(tx: Db, row: typeof tokens.$inferInsert): void {
  tx.insert(tokens).values(row).run()
}

export function findTokenBySecret(db: Db, secretSha256: string): TokenRow | undefined {
  return db.select(SHOWN).from(tokens).where(eq(tokens.secretSha256, secretSha256)).get()
}

export function findToken(db: Db, id: string): TokenRow | undefined {
  return db.select(SHOWN).from(tokens).where(eq(tokens.id, id)).get()
}

export function listTokens(db: Db): TokenRow[] {
  return db.select(SHOWN).from(tokens).orderBy(asc(tokens.createdAt), asc(tokens.id)).all()
}

/** False when there is no such token that is not revoked yet. */
export function markTokenRevoked(tx: Db, id: string, revokedAt: number): boolean {
  const wanted = and(eq(tokens.id, id), isNull(tokens.revokedAt))
  return tx.update(tokens).set({ revokedAt }).where(wanted).run().changes === 1
}

export function markTokenUsed(db: Db, id: string, lastUsedAt: number): void {
  db.update(tokens).set({ lastUsedAt }).where(eq(tokens.id, id)).run()
}
