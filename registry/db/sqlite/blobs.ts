// Named queries on blobs: which bytes count, and which nobody refers to.
import { and, asc, count, eq, gt, lt, lte, notExists, or, sql, sum } from 'drizzle-orm'
import type { Digest } from '../../../schemas/digest.ts'
import type { Amount, BlobRecords, UnreferencedAt } from '../publishing-store.ts'
import type { Blob } from '../records.ts'
import type { Db } from './open.ts'
import { ask, writePatiently } from './open.ts'
import type { Given } from './prepared.ts'
import { prepared } from './prepared.ts'
import { amountOf, markReceived } from './sessions.ts'
import { artifacts, blobs, sessions, uploads, versions } from './tables.ts'
import { isEverythingHere } from './upkeep.ts'

const PAGE = 500

export function blobsOf(db: Db): BlobRecords {
  return {
    record: (blob, session) =>
      writePatiently(db, (tx) => {
        recordBlob(tx, blob)
        if (session !== undefined) markReceived(tx, session, blob.digest)
      }),
    findLive: (digest) => ask(db, (from) => findLiveBlob(from, digest)),
    has: (digest) => ask(db, (from) => hasBlobRow(from, digest)),
    async *walk() {
      for (let last: Digest | '' = ''; ; ) {
        const page: Blob[] = await ask(db, (from) => pageBlobs(from, last))
        yield* page
        if (page.length < PAGE) return
        last = page.at(-1)?.digest ?? last
      }
    },
    unreferenced: (times) => ask(db, (from) => listUnreferenced(from, times)),
    markForDeletion: (digest) =>
      writePatiently(db, (tx) => {
        if (!isReferenced(tx, digest)) markBlobForDeletion(tx, digest)
      }),
    giveUp: (digest) =>
      writePatiently(db, (tx) => {
        if (isReferenced(tx, digest) || !isEverythingHere(tx)) return false
        markBlobForDeletion(tx, digest)
        return true
      }),
    forget: (digest) =>
      writePatiently(db, (tx) => {
        const isKept = hasBlobRow(tx, digest) && !isMarkedForDeletion(tx, digest)
        if (isKept || isReferenced(tx, digest)) return false
        deleteBlobRow(tx, digest)
        return true
      }),
  }
}

// allow(dead-export): measurements fill a database with more than could be published
export function recordBlob(tx: Db, row: Omit<Blob, 'state'>): void {
  const { createdAt, broughtBy } = row
  tx.insert(blobs)
    .values({ ...row, state: 'live' })
    .onConflictDoUpdate({ target: blobs.digest, set: { createdAt, broughtBy, state: 'live' } })
    .run()
}

type Bringing = { tokenId: string; since: number; now: number }

/** A time that is yet to come was given while the clock was ahead, and says nothing of what was brought lately. */
const broughtAmount = prepared((db, { tokenId, since, now }: Given<Bringing>) => {
  const recent = and(eq(blobs.broughtBy, tokenId), gt(blobs.createdAt, since), lte(blobs.createdAt, now))
  return db
    .select({ bytes: sum(blobs.size), blobs: count() })
    .from(blobs)
    .where(recent)
    .prepare()
})

export function sumBrought(db: Db, tokenId: string, { since, now }: { since: number; now: number }): Amount {
  return amountOf(broughtAmount(db).get({ tokenId, since, now }))
}

const liveBlob = prepared((db, { digest }: Given<{ digest: Digest }>) =>
  db
    .select()
    .from(blobs)
    .where(and(eq(blobs.digest, digest), eq(blobs.state, 'live')))
    .prepare(),
)

export function findLiveBlob(db: Db, digest: Digest): Blob | undefined {
  return liveBlob(db).get({ digest })
}

function pageBlobs(db: Db, after: Digest | ''): Blob[] {
  return db
    .select()
    .from(blobs)
    .where(gt(blobs.digest, after as Digest))
    .orderBy(asc(blobs.digest))
    .limit(PAGE)
    .all()
}

function hasBlobRow(db: Db, digest: Digest): boolean {
  return db.select({ digest: blobs.digest }).from(blobs).where(eq(blobs.digest, digest)).get() !== undefined
}

function isMarkedForDeletion(db: Db, digest: Digest): boolean {
  return db.select({ state: blobs.state }).from(blobs).where(eq(blobs.digest, digest)).get()?.state === 'deleting'
}

function deleteBlobRow(tx: Db, digest: Digest): void {
  tx.delete(blobs).where(eq(blobs.digest, digest)).run()
}

function listUnreferenced(db: Db, { before, now, latest }: UnreferencedAt): Blob[] {
  const isDue = or(lt(blobs.createdAt, before), gt(blobs.createdAt, latest), eq(blobs.state, 'deleting'))
  return db
    .select()
    .from(blobs)
    .where(and(unreferenced(db, now), isDue))
    .orderBy(asc(blobs.digest))
    .all()
}

/** Named by a release or an open session, whether or not there is a row for it. */
function isReferenced(db: Db, digest: Digest): boolean {
  const asked = sql`EXISTS (SELECT 1 FROM artifacts WHERE digest = ${digest})
    OR EXISTS (SELECT 1 FROM versions WHERE bundle_digest = ${digest})
    OR EXISTS (SELECT 1 FROM uploads JOIN sessions ON id = session_id WHERE digest = ${digest} AND state = 'open')`
  return db.get<{ found: number }>(sql`SELECT (${asked}) AS found`)?.found === 1
}

function markBlobForDeletion(tx: Db, digest: Digest): void {
  tx.update(blobs).set({ state: 'deleting' }).where(eq(blobs.digest, digest)).run()
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
