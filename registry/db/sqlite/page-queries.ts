// What the pages for people show, bounded in rows.
import { asc, count, eq, inArray } from 'drizzle-orm'
import type { Name } from '../../../schemas/name.ts'
import type { Db } from './open.ts'
import { artifacts, plugins, repos, versions } from './tables.ts'

type RepoSummary = { readonly name: Name; readonly plugins: number }

export function listRepoSummaries(db: Db, limit: number): RepoSummary[] {
  return db
    .select({ name: repos.name, plugins: count(plugins.plugin) })
    .from(repos)
    .leftJoin(plugins, eq(plugins.repo, repos.name))
    .groupBy(repos.name)
    .orderBy(asc(repos.name))
    .limit(limit)
    .all()
}

export type VersionRow = ReturnType<typeof readVersionRows>[number]

/** Versions by id, without the texts that their statements carry. */
export function readVersionRows(db: Db, ids: readonly number[]) {
  const { id, version, publishedAt, state, yanked, quarantined, deprecated, signer } = versions
  const rows = db
    .select({ id, version, publishedAt, state, yanked, quarantined, deprecated, signer })
    .from(versions)
    .where(inArray(id, [...ids]))
    .all()
  const files = db
    .select()
    .from(artifacts)
    .where(inArray(artifacts.versionId, [...ids]))
    .orderBy(asc(artifacts.platform))
    .all()
  const filesOf = Map.groupBy(files, ({ versionId }) => versionId)
  return rows.map((row) => ({ ...row, artifacts: filesOf.get(row.id) ?? [] }))
}
