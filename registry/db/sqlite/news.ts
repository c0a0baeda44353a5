// What is new: versions by when they were published or their state changed, and the name of the registry that feeds of it carry.
import type { SQL } from 'drizzle-orm'
import { and, desc, eq, inArray, or, sql } from 'drizzle-orm'
import { coded } from '../../../schemas/errors.ts'
import type { Name } from '../../../schemas/name.ts'
import type { News } from '../records.ts'
import type { CatalogStore } from '../store.ts'
import type { Db } from './open.ts'
import { repos, versions } from './tables.ts'

type Question = Parameters<CatalogStore['news']>[0]

const { predicate } = versions
const COLUMNS = {
  repo: versions.repo,
  plugin: versions.plugin,
  version: versions.version,
  publishedAt: versions.publishedAt,
  changedAt: versions.changedAt,
  state: versions.state,
  signer: versions.signer,
  yanked: versions.yanked,
  quarantined: versions.quarantined,
  deprecated: versions.deprecated,
  kind: sql<string>`json_extract(${predicate}, '$.manifest.kind')`,
  category: sql<string | null>`json_extract(${predicate}, '$.manifest.category')`,
  description: sql<string>`json_extract(${predicate}, '$.manifest.description')`,
}

/** The index over `changed_at` holds the repo, too, so what may not be seen is passed over without being read; `+` has it used. */
export function listNews(db: Db, { repo, plugin, limit, offset = 0 }: Question, readable: readonly Name[]): News[] {
  const shown = db
    .select({ id: versions.id })
    .from(versions)
    .where(and(sql`+${versions.repo} IN ${visibleRepos(db, readable)}`, of(repo, plugin)))
    .orderBy(desc(versions.changedAt), desc(versions.id))
    .limit(limit)
    .offset(offset)
  return db
    .select(COLUMNS)
    .from(versions)
    .where(inArray(versions.id, shown))
    .orderBy(desc(versions.changedAt), desc(versions.id))
    .all()
}

function visibleRepos(db: Db, readable: readonly Name[]) {
  return db
    .select({ name: repos.name })
    .from(repos)
    .where(or(eq(repos.visibility, 'public'), inArray(repos.name, [...readable])))
}

function of(repo: Name | undefined, plugin: Name | undefined): SQL | undefined {
  return and(repo && eq(versions.repo, repo), plugin && eq(versions.plugin, plugin))
}

/** Throws DATA_DIR_CORRUPT when the row that the migrations made is not there. */
export function readSecret(db: Db): string {
  const row = db.get<{ secret: string } | undefined>(sql`SELECT secret FROM registry_identity WHERE id = 1`)
  if (!row)
    throw coded('DATA_DIR_CORRUPT', {
      message: 'the row of `registry_identity` is gone, which names of feeds are made with',
    })
  return row.secret
}
