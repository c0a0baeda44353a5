// What the static tree has yet to show. Rows are written in the transaction of the change and go once the tree shows it.
import { asc, inArray } from 'drizzle-orm'
import type { Name } from '../../../schemas/name.ts'
import type { OutboxRow } from '../records.ts'
import type { OutboxStore } from '../store.ts'
import type { Db } from './open.ts'
import { ask, writePatiently } from './open.ts'
import type { Given } from './prepared.ts'
import { prepared } from './prepared.ts'
import { outbox } from './tables.ts'

export function outboxOf(db: Db): OutboxStore {
  return {
    take: (limit) => ask(db, (from) => takeOutbox(from, limit)),
    finish: (ids) =>
      writePatiently(db, (tx) => {
        if (ids.length > 0)
          tx.delete(outbox)
            .where(inArray(outbox.id, [...ids]))
            .run()
      }),
  }
}

export function addToOutbox(
  tx: Db,
  row: { readonly repo: Name; readonly plugin?: Name; readonly createdAt: number },
): void {
  tx.insert(outbox)
    .values({ ...row, kind: row.plugin === undefined ? 'repo' : 'plugin' })
    .run()
}

const oldestRows = prepared((db, { limit }: Given<{ limit: number }>) =>
  db
    .select({ id: outbox.id, kind: outbox.kind, repo: outbox.repo, plugin: outbox.plugin })
    .from(outbox)
    .orderBy(asc(outbox.id))
    .limit(limit)
    .prepare(),
)

function takeOutbox(db: Db, limit: number): OutboxRow[] {
  return oldestRows(db).all({ limit })
}
