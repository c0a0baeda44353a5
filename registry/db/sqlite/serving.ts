// The row that says which process serves this database.
import { eq } from 'drizzle-orm'
import type { Db } from './open.ts'
import { serving } from './tables.ts'

export type ServingRow = Omit<typeof serving.$inferSelect, 'id'>

export function readServing(db: Db): ServingRow | undefined {
  return db.select().from(serving).get()
}

/** Names the holder, in place of any other. */
export function putServing(tx: Db, row: Omit<ServingRow, 'challenge'>): void {
  const mine = { ...row, challenge: null }
  tx.insert(serving)
    .values({ id: 1, ...mine })
    .onConflictDoUpdate({ target: serving.id, set: mine })
    .run()
}

/** Asks the holder to answer. */
export function putChallenge(tx: Db, challenge: string): void {
  tx.update(serving).set({ challenge }).run()
}

export function answerChallenge(tx: Db, holder: string): void {
  tx.update(serving).set({ challenge: null }).where(eq(serving.holder, holder)).run()
}

export function removeServing(tx: Db, holder: string): void {
  tx.delete(serving).where(eq(serving.holder, holder)).run()
}
