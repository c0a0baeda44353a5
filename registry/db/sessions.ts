// Named queries on publishing sessions, their promised uploads and the keys that make opening one repeatable.
import { and, count, eq, gt, inArray, lte, sum } from 'drizzle-orm'
import type { Digest } from '../../schemas/digest.ts'
import type { Db } from './open.ts'
import { idempotencyKeys, sessions, uploads } from './tables.ts'

export type SessionRow = typeof sessions.$inferSelect
export type PromisedBlob = { readonly digest: Digest; readonly size: number }

export function insertSession(tx: Db, row: SessionRow, promised: readonly PromisedBlob[]): void {
  tx.insert(sessions).values(row).run()
  if (promised.length === 0) return
  tx.insert(uploads)
    .values(promised.map(({ digest, size }) => ({ sessionId: row.id, digest, size })))
    .run()
}

export function findSession(db: Db, id: string): SessionRow | undefined {
  return db.select().from(sessions).where(eq(sessions.id, id)).get()
}

export function listUploads(db: Db, sessionId: string): PromisedBlob[] {
  const wanted = { digest: uploads.digest, size: uploads.size }
  return db.select(wanted).from(uploads).where(eq(uploads.sessionId, sessionId)).all()
}

export function countOpenSessions(db: Db, tokenId: string, now: number): number {
  const open = and(eq(sessions.tokenId, tokenId), eq(sessions.state, 'open'), gt(sessions.leaseUntil, now))
  return db.select({ found: count() }).from(sessions).where(open).get()?.found ?? 0
}

/** Bytes that all open sessions together may upload. */
export function sumPromised(db: Db, now: number): number {
  const open = and(eq(sessions.state, 'open'), gt(sessions.leaseUntil, now))
  const promised = db.select({ bytes: sum(uploads.size) }).from(uploads)
  return Number(promised.innerJoin(sessions, eq(uploads.sessionId, sessions.id)).where(open).get()?.bytes ?? 0)
}

/** False when the session is no longer open: it was closed or swept in the meantime. */
export function extendLease(db: Db, id: string, leaseUntil: number): boolean {
  const open = and(eq(sessions.id, id), eq(sessions.state, 'open'))
  return db.update(sessions).set({ leaseUntil }).where(open).run().changes === 1
}

/** False when the session is no longer open. */
export function endSession(tx: Db, id: string, state: 'published' | 'closed'): boolean {
  const open = and(eq(sessions.id, id), eq(sessions.state, 'open'))
  return tx.update(sessions).set({ state }).where(open).run().changes === 1
}

/** Closes what nobody used for the length of a lease; gives their ids. */
export function closeExpiredSessions(tx: Db, now: number): string[] {
  const expired = and(eq(sessions.state, 'open'), lte(sessions.leaseUntil, now))
  return tx
    .update(sessions)
    .set({ state: 'closed' })
    .where(expired)
    .returning({ id: sessions.id })
    .all()
    .map(({ id }) => id)
}

/** Forgets sessions that ended before `before`, with their uploads and idempotency keys. */
export function forgetSessions(tx: Db, before: number): number {
  const old = and(inArray(sessions.state, ['published', 'closed']), lte(sessions.leaseUntil, before))
  return tx.delete(sessions).where(old).run().changes
}

export function listOpenSessions(db: Db): string[] {
  return db
    .select({ id: sessions.id })
    .from(sessions)
    .where(eq(sessions.state, 'open'))
    .all()
    .map(({ id }) => id)
}

export type IdempotencyRow = typeof idempotencyKeys.$inferSelect

export function findIdempotencyKey(db: Db, tokenId: string, key: string): IdempotencyRow | undefined {
  const wanted = and(eq(idempotencyKeys.tokenId, tokenId), eq(idempotencyKeys.key, key))
  return db.select().from(idempotencyKeys).where(wanted).get()
}

/** Remembers the key, in place of one whose session ended without a result. */
export function putIdempotencyKey(tx: Db, row: IdempotencyRow): void {
  const { requestDigest, sessionId, createdAt } = row
  tx.insert(idempotencyKeys)
    .values(row)
    .onConflictDoUpdate({
      target: [idempotencyKeys.tokenId, idempotencyKeys.key],
      set: { requestDigest, sessionId, createdAt },
    })
    .run()
}
