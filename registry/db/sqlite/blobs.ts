// Named queries on blobs: which bytes count, and which nobody refers to.
import { and, asc, eq, gt, lt, notExists, sql, sum } from 'drizzle-orm'
import type { Digest } from '../../../schemas/digest.ts'
import type { Db } from './open.ts'
import { artifacts, blobs, sessions, uploads, versions } from './tables.ts'

export type BlobRow = typeof blobs.$inferSelect

/** The bytes are durable on disk. Also brings back a blob marked for deletion, whose bytes were just written again. */
export function recordBlob(db: Db, row: Omit<BlobRow, 'state'>): void {
  const { createdAt, broughtBy } = row
  db.insert(blobs)
    .values({ ...row, state: 'live' })
    .onConflictDoUpdate({ target: blobs.digest, set: { createdAt, broughtBy, state: 'live' } })
    .run()
}

/** Bytes that a token has uploaded since then and that are still here, published or not. */
export function sumBrought(db: Db, tokenId: string, since: number): number {
  const recent = and(eq(blobs.broughtBy, tokenId), gt(blobs.createdAt, since))
  return Number(
    db
      .select({ bytes: sum(blobs.size) })
      .from(blobs)
      .where(recent)
      .get()?.bytes ?? 0,
  )
}

export function findLiveBlob(db: Db, digest: Digest): BlobRow | undefined {
  return db
    .select()
    .from(blobs)
    .where(and(eq(blobs.digest, digest), eq(blobs.state, 'live')))
    .get()
}

/** All rows by digest, a page after `after`. */
export function listBlobs(db: Db, after: Digest | '', limit: number): BlobRow[] {
  return db
    .select()
    .from(blobs)
    .where(gt(blobs.digest, after as Digest))
    .orderBy(asc(blobs.digest))
    .limit(limit)
    .all()
}

export function hasBlobRow(db: Db, digest: Digest): boolean {
  return db.select({ digest: blobs.digest }).from(blobs).where(eq(blobs.digest, digest)).get() !== undefined
}

/** Blobs that no release and no living session refers to, older than `before` or marked for deletion. */
export function listUnreferenced(db: Db, before: number, now: number): BlobRow[] {
  return db
    .select()
    .from(blobs)
    .where(and(unreferenced(db, now), sql`(${lt(blobs.createdAt, before)} OR ${eq(blobs.state, 'condemned')})`))
    .all()
}

/** True when a blob (row or file alone) is named by a release or an open session. */
export function isReferenced(db: Db, digest: Digest): boolean {
  const asked = sql`EXISTS (SELECT 1 FROM artifacts WHERE digest = ${digest})
    OR EXISTS (SELECT 1 FROM versions WHERE bundle_digest = ${digest})
    OR EXISTS (SELECT 1 FROM uploads JOIN sessions ON id = session_id WHERE digest = ${digest} AND state = 'open')`
  return db.get<{ found: number }>(sql`SELECT (${asked}) AS found`)?.found === 1
}

export function markBlobForDeletion(tx: Db, digest: Digest): void {
  tx.update(blobs).set({ state: 'condemned' }).where(eq(blobs.digest, digest)).run()
}

export function isMarkedForDeletion(db: Db, digest: Digest): boolean {
  return db.select({ state: blobs.state }).from(blobs).where(eq(blobs.digest, digest)).get()?.state === 'condemned'
}

export function deleteBlobRow(tx: Db, digest: Digest): void {
  tx.delete(blobs).where(eq(blobs.digest, digest)).run()
}

function unreferenced(db: Db, now: number) {
  const openUpload = db
    .select({ one: sql`1` })
    .from(uploads)
    .innerJoin(sessions, eq(sessions.id, uploads.sessionId))
    .where(and(eq(uploads.digest, blobs.digest), eq(sessions.state, 'open'), gt(sessions.leaseUntil, now)))
  return and(
    notExists(db.select({ one: sql`1` }).from(artifacts).where(eq(artifacts.digest, blobs.digest))),
    notExists(db.select({ one: sql`1` }).from(versions).where(eq(versions.bundleDigest, blobs.digest))),
    notExists(openUpload),
  )
}
