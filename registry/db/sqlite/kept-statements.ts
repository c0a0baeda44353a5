// Statements that are prepared once for each connection. What a request asks is the same SQL each time, and SQLite takes longer to
// compile most of it than to answer. After a change of the tables SQLite itself compiles a kept one anew; after each use it is
// without its values, so that no secret stays in it.
import type { Database as Sqlite, Statement } from 'better-sqlite3'

/** More than there are queries. Those with lists differ by the lengths of these, so that the oldest go. */
// allow(dead-export): the test asks more statements than this
export const MOST_KEPT = 256

/** From now on `sqlite.prepare` gives the same statement for the same SQL. None may be in use twice at a time, as `iterate` would be. */
export function keepStatements(sqlite: Sqlite): void {
  const prepare = sqlite.prepare.bind(sqlite)
  const kept = new Map<string, Statement>()
  const keep = (sql: string) => {
    const statement: Statement = prepare(sql)
    if (kept.size >= MOST_KEPT) for (const oldest of kept.keys().take(1)) kept.delete(oldest)
    kept.set(sql, statement)
    return statement
  }
  sqlite.prepare = ((sql: string) => asPrepared(kept.get(sql) ?? keep(sql))) as Sqlite['prepare']
}

/** Who used it before may have asked for its rows in another form. */
function asPrepared(statement: Statement): Statement {
  return statement.reader ? statement.pluck(false).raw(false) : statement
}
