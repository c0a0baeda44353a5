// What is read for those who look: the tree, pages and search.
import { and, asc, count, eq, gt, inArray, or } from 'drizzle-orm'
import type { Name } from '../../../schemas/name.ts'
import type { Version } from '../../../schemas/version.ts'
import type { RepoSummary, ShownVersion } from '../records.ts'
import type { CatalogStore } from '../store.ts'
import { isServed, listServedVersions, readListings } from './listings.ts'
import { listNews, readSecret } from './news.ts'
import { holdsBlob, listActiveVersions, listSerials, readOffered } from './offered.ts'
import type { Db } from './open.ts'
import { ask } from './open.ts'
import { readPluginRecord } from './records.ts'
import { searchPlugins } from './search.ts'
import { artifacts, plugins, repos, versions } from './tables.ts'
import { findPlugin, findVersion, listVersionStates } from './versions.ts'

export function catalogOf(db: Db): CatalogStore {
  return {
    plugin: (repo, plugin) => ask(db, (from) => findPlugin(from, repo, plugin)),
    release: (release) => ask(db, (from) => findVersion(from, release)),
    plugins: (repo, page) => ask(db, (from) => listPlugins(from, repo, page)),
    record: (repo, plugin) => ask(db, (from) => readPluginRecord(from, repo, plugin)),
    versions: (repo, plugin) => ask(db, (from) => listVersionStates(from, repo, plugin)),
    servedVersions: (repo, plugin) => ask(db, (from) => listServedVersions(from, repo, plugin)),
    shownVersions: (repo, plugin, shown) => ask(db, (from) => listShownVersions(from, { repo, plugin }, shown)),
    listings: (repo, names) => ask(db, (from) => readListings(from, repo, names)),
    isServed: (digest, visibility) => ask(db, (from) => isServed(from, digest, visibility)),
    holds: (repo, plugin, digest) => ask(db, (from) => holdsBlob(from, { repo, plugin }, digest)),
    activeVersions: (repo, plugin, page) => ask(db, (from) => listActiveVersions(from, { repo, plugin }, page)),
    serials: (repo) => ask(db, (from) => listSerials(from, repo)),
    offered: (repo, names) => ask(db, (from) => readOffered(from, repo, names)),
    repoSummaries: (limit, readable = []) => ask(db, (from) => listRepoSummaries(from, limit, readable)),
    search: (query, repo, readable = [], narrowing = {}) =>
      ask(db, (from) => searchPlugins(from, { query, repo, readable, narrowing })),
    news: (of, readable = []) => ask(db, (from) => listNews(from, of, readable)),
    secret: () => ask(db, readSecret),
  }
}

function listPlugins(
  db: Db,
  repo: Name,
  { after = '' as Name, limit = -1 }: { readonly after?: Name | undefined; readonly limit?: number | undefined } = {},
): Name[] {
  return db
    .select({ plugin: plugins.plugin })
    .from(plugins)
    .where(and(eq(plugins.repo, repo), gt(plugins.plugin, after)))
    .orderBy(asc(plugins.plugin))
    .limit(limit)
    .all()
    .map(({ plugin }) => plugin)
}

function listRepoSummaries(db: Db, limit: number, readable: readonly Name[]): RepoSummary[] {
  return db
    .select({ name: repos.name, visibility: repos.visibility, plugins: count(plugins.plugin) })
    .from(repos)
    .leftJoin(plugins, eq(plugins.repo, repos.name))
    .where(or(eq(repos.visibility, 'public'), inArray(repos.name, [...readable])))
    .groupBy(repos.name)
    .orderBy(asc(repos.name))
    .limit(limit)
    .all()
}

type Named = { readonly repo: Name; readonly plugin: Name }

function listShownVersions(db: Db, { repo, plugin }: Named, shown: readonly Version[]): ShownVersion[] {
  const { id, version, publishedAt, state, yanked, quarantined, deprecated, signer } = versions
  const rows = db
    .select({ id, version, publishedAt, state, yanked, quarantined, deprecated, signer })
    .from(versions)
    .where(and(eq(versions.repo, repo), eq(versions.plugin, plugin), inArray(version, [...shown])))
    .all()
  const ids = rows.map((row) => row.id)
  const files = db.select().from(artifacts).where(inArray(artifacts.versionId, ids)).orderBy(asc(artifacts.platform))
  const filesOf = Map.groupBy(files.all(), ({ versionId }) => versionId)
  return rows.map(({ id: own, ...row }) => ({
    ...row,
    artifacts: (filesOf.get(own) ?? []).map(({ versionId: _, ...file }) => file),
  }))
}
