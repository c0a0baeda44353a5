// What the static tree has yet to show. Rows are written in the transaction of the change and go once the tree shows it.
import { asc, inArray } from 'drizzle-orm'
import type { Name } from '../../../schemas/name.ts'
import type { Db } from './open.ts'
import { outbox } from './tables.ts'

export type OutboxRow = {
  readonly id: number
  readonly kind: 'plugin' | 'repo'
  readonly repo: Name
  /** Set for `plugin`. */
  readonly plugin: Name | null
}

export function addToOutbox(
  tx: Db,
  row: { readonly repo: Name; readonly plugin?: Name; readonly createdAt: number },
): void {
  tx.insert(outbox)
    .values({ ...row, kind: row.plugin === undefined ? 'repo' : 'plugin' })
    .run()
}

/** The oldest rows. They stay until `finishOutbox`, so a crash in between only repeats the work. */
export function takeOutbox(db: Db, limit = 256): OutboxRow[] {
  return db
    .select({ id: outbox.id, kind: outbox.kind, repo: outbox.repo, plugin: outbox.plugin })
    .from(outbox)
    .orderBy(asc(outbox.id))
    .limit(limit)
    .all()
}

/** Takes away rows whose change the tree shows durably. */
export function finishOutbox(db: Db, ids: readonly number[]): void {
  if (ids.length > 0)
    db.delete(outbox)
      .where(inArray(outbox.id, [...ids]))
      .run()
}
