// Named queries on publishing sessions, their promised uploads and the keys that make opening one repeatable.

import type { SQL } from 'drizzle-orm'
import { and, asc, count, eq, gt, lte, ne, or, sql, sum } from 'drizzle-orm'
import type { Digest } from '../../../schemas/digest.ts'
import type { Amount, FoundForOpening, PromisedUpload } from '../publishing-store.ts'
import type { PromisedBlob, Session } from '../records.ts'
import type { Db } from './open.ts'
import type { Given } from './prepared.ts'
import { prepared } from './prepared.ts'
import { blobs, idempotencyKeys, sessions, uploads } from './tables.ts'

export function insertSession(tx: Db, row: Session, promised: readonly PromisedBlob[]): void {
  tx.insert(sessions).values(row).run()
  if (promised.length === 0) return
  tx.insert(uploads)
    .values(promised.map(({ digest, size }) => ({ sessionId: row.id, digest, size })))
    .run()
}

/** The session of a release that is sealed already: one for each who asks, however often. */
export function putSealedSession(tx: Db, row: Session): void {
  const { leaseUntil } = row
  tx.insert(sessions).values(row).onConflictDoUpdate({ target: sessions.id, set: { leaseUntil } }).run()
}

const sessionOfId = prepared((db, { id }: Given<{ id: string }>) =>
  db.select().from(sessions).where(eq(sessions.id, id)).prepare(),
)

export function findSession(db: Db, id: string): Session | undefined {
  return sessionOfId(db).get({ id })
}

const uploadsOf = prepared((db, { sessionId }: Given<{ sessionId: string }>) =>
  selectUploads(db, eq(uploads.sessionId, sessionId)),
)

const uploadOf = prepared((db, { sessionId, digest }: Given<{ sessionId: string; digest: Digest }>) =>
  selectUploads(db, and(eq(uploads.sessionId, sessionId), eq(uploads.digest, digest))),
)

function selectUploads(db: Db, which: SQL | undefined) {
  const live = and(eq(blobs.digest, uploads.digest), eq(blobs.state, 'live'))
  return db
    .select({
      digest: uploads.digest,
      size: uploads.size,
      storedSize: blobs.size,
      received: uploads.received,
      broughtBy: blobs.broughtBy,
      tokenId: sessions.tokenId,
    })
    .from(uploads)
    .innerJoin(sessions, eq(sessions.id, uploads.sessionId))
    .leftJoin(blobs, live)
    .where(which)
    .orderBy(asc(uploads.digest))
    .prepare()
}

export function listUploads(db: Db, sessionId: string, digest?: Digest): PromisedUpload[] {
  const found = digest === undefined ? uploadsOf(db).all({ sessionId }) : uploadOf(db).all({ sessionId, digest })
  return found.map(({ storedSize, received, broughtBy, tokenId, ...promised }) => ({
    ...promised,
    storedSize: storedSize ?? undefined,
    isOwn: received || broughtBy === tokenId,
    heldBy: storedSize === null ? [] : listHolders(db, promised.digest),
  }))
}

export function listHolders(db: Db, digest: Digest): PromisedUpload['heldBy'] {
  return db.all(sql`SELECT name AS repo, visibility FROM repos WHERE name IN (
    SELECT repo FROM versions WHERE bundle_digest = ${digest}
    UNION SELECT repo FROM versions JOIN artifacts ON version_id = versions.id WHERE artifacts.digest = ${digest})`)
}

export function markReceived(tx: Db, sessionId: string, digest: Digest): void {
  tx.update(uploads)
    .set({ received: true })
    .where(and(eq(uploads.sessionId, sessionId), eq(uploads.digest, digest)))
    .run()
}

type Asker = { readonly tokenId: string; readonly now: number }

const openSessionCount = prepared((db, { tokenId, now }: Given<Asker>) => {
  const open = and(eq(sessions.tokenId, tokenId), eq(sessions.state, 'open'), gt(sessions.leaseUntil, now))
  return db.select({ found: count() }).from(sessions).where(open).prepare()
})

export function countOpenSessions(db: Db, tokenId: string, now: number): number {
  return openSessionCount(db).get({ tokenId, now })?.found ?? 0
}

const promisedWhere = (compare: typeof eq) =>
  prepared((db, { tokenId, now }: Given<Asker>) =>
    db
      .select({ bytes: sum(uploads.size), blobs: count() })
      .from(uploads)
      .innerJoin(sessions, eq(uploads.sessionId, sessions.id))
      .where(and(eq(sessions.state, 'open'), gt(sessions.leaseUntil, now), compare(sessions.tokenId, tokenId)))
      .prepare(),
  )

const promisedToToken = promisedWhere(eq)
const promisedToOthers = promisedWhere(ne)

/** What open sessions may upload: those of the token, and those of all others. */
export function sumPromised(db: Db, tokenId: string, now: number): FoundForOpening['promised'] {
  const asker = { tokenId, now }
  return { own: amountOf(promisedToToken(db).get(asker)), others: amountOf(promisedToOthers(db).get(asker)) }
}

/** A sum of nothing is null, and others are texts. */
export function amountOf(row: { readonly bytes: string | null; readonly blobs: number } | undefined): Amount {
  return { bytes: Number(row?.bytes ?? 0), blobs: row?.blobs ?? 0 }
}

/** False when the session is no longer open: it was closed or swept in the meantime. */
export function extendLease(db: Db, id: string, leaseUntil: number): boolean {
  const open = and(eq(sessions.id, id), eq(sessions.state, 'open'))
  return db.update(sessions).set({ leaseUntil }).where(open).run().changes === 1
}

/** False when the session is no longer open. */
export function markPublished(tx: Db, id: string): boolean {
  const open = and(eq(sessions.id, id), eq(sessions.state, 'open'))
  return tx.update(sessions).set({ state: 'published' }).where(open).run().changes === 1
}

/** Forgets an open session with its uploads and idempotency keys: nothing is left of what came to nothing. */
export function dropSession(tx: Db, id: string): void {
  tx.delete(sessions)
    .where(and(eq(sessions.id, id), eq(sessions.state, 'open')))
    .run()
}

/** Forgets open sessions that nobody used for the length of a lease, or that would be open after `latest`; gives their ids. */
export function dropExpiredSessions(tx: Db, now: number, latest = Number.MAX_SAFE_INTEGER): string[] {
  const isOver = or(lte(sessions.leaseUntil, now), gt(sessions.leaseUntil, latest))
  const expired = and(eq(sessions.state, 'open'), isOver)
  return tx
    .delete(sessions)
    .where(expired)
    .returning({ id: sessions.id })
    .all()
    .map(({ id }) => id)
}

/** Forgets sessions that ended before `before`, or that would end after `latest`. */
export function forgetSessions(tx: Db, before: number, latest = Number.MAX_SAFE_INTEGER): number {
  const isOver = or(lte(sessions.leaseUntil, before), gt(sessions.leaseUntil, latest))
  return tx
    .delete(sessions)
    .where(and(ne(sessions.state, 'open'), isOver))
    .run().changes
}

export function listOpenSessions(db: Db): string[] {
  return db
    .select({ id: sessions.id })
    .from(sessions)
    .where(eq(sessions.state, 'open'))
    .all()
    .map(({ id }) => id)
}

type IdempotencyRow = typeof idempotencyKeys.$inferSelect

const rowOfKey = prepared((db, { tokenId, key }: Given<{ tokenId: string; key: string }>) => {
  const wanted = and(eq(idempotencyKeys.tokenId, tokenId), eq(idempotencyKeys.key, key))
  return db.select().from(idempotencyKeys).where(wanted).prepare()
})

export function findIdempotencyKey(db: Db, tokenId: string, key: string): IdempotencyRow | undefined {
  return rowOfKey(db).get({ tokenId, key })
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
