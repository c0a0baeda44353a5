// Whether the tables, indexes and triggers are the ones that the migrations made. Without its triggers a database forgets what
// it must never change or delete.
import BetterSqlite from 'better-sqlite3'
import { sql } from 'drizzle-orm'
import { MIGRATIONS } from './migrations.ts'
import type { Db } from './open.ts'

type Part = { readonly type: string; readonly name: string; readonly sql: string | null }

const PARTS = 'SELECT type, name, sql FROM sqlite_master'

let expectedParts: readonly Part[] | undefined

/** e.g. `trigger audit_are_kept is gone`. */
export function findSchemaDrift(db: Db): string[] {
  const found = new Map(db.all<Part>(sql.raw(PARTS)).map((part) => [`${part.type} ${part.name}`, part.sql]))
  expectedParts ??= readExpected()
  const expected = new Map(expectedParts.map((part) => [`${part.type} ${part.name}`, part.sql]))
  const gone = [...expected.keys()].filter((name) => !found.has(name)).map((name) => `${name} is gone`)
  const extra = [...found.keys()].filter((name) => !expected.has(name)).map((name) => `${name} does not belong there`)
  const changed = [...expected]
    .filter(([name, text]) => found.has(name) && found.get(name) !== text)
    .map(([name]) => `${name} was changed`)
  return [...gone, ...changed, ...extra]
}

function readExpected(): Part[] {
  const fresh = new BetterSqlite(':memory:')
  try {
    for (const migration of MIGRATIONS) fresh.exec(migration)
    return fresh.prepare(PARTS).all() as Part[]
  } finally {
    fresh.close()
  }
}
