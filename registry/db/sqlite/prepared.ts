// Queries that Drizzle builds once for each open database. What a request asks has the same SQL each time, and writing that SQL takes
// longer than asking it.
import type { Placeholder } from 'drizzle-orm'
import { sql } from 'drizzle-orm'
import type { Db } from './open.ts'

/** What stands in a query for values that come with each use. It has no keys to spread. */
export type Given<Values> = { readonly [Key in keyof Values]-?: Placeholder }

type Built = { readonly [How in 'get' | 'all' | 'run']: (values?: Record<string, unknown>) => unknown }

/** A query that takes no other values than those that it was built for. */
type Prepared<Values, Query extends Built> = {
  readonly [How in keyof Built]: (...values: keyof Values extends never ? [] : [Values]) => ReturnType<Query[How]>
}

/** The query that `build` makes, for the database that it is asked of. */
export function prepared<Values, Query extends Built>(
  build: (db: Db, given: Given<Values>) => Query,
): (db: Db) => Prepared<Values, Query> {
  const built = new WeakMap<Db, Prepared<Values, Query>>()
  return (db) => {
    const known = built.get(db)
    if (known) return known
    const query = build(db, GIVEN as Given<Values>) as Prepared<Values, Query>
    built.set(db, query)
    return query
  }
}

const GIVEN: unknown = new Proxy({}, { get: (_, name) => sql.placeholder(String(name)) })
