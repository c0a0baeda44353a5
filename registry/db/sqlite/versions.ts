// Named queries on plugins, their sealed versions and artifacts.
import type { SQL } from 'drizzle-orm'
import { and, asc, count, eq, getTableColumns, gt } from 'drizzle-orm'
import { coded } from '../../../schemas/errors.ts'
import type { Name } from '../../../schemas/name.ts'
import { foldName } from '../folded-name.ts'
import type { Artifact, Plugin, RankedVersion, Release, ReleaseKey, VersionFlags } from '../records.ts'
import { releaseDigest } from '../release-digest.ts'
import type { Db } from './open.ts'
import type { Given } from './prepared.ts'
import { prepared } from './prepared.ts'
import { artifacts, plugins, versions } from './tables.ts'

type VersionRow = typeof versions.$inferSelect
type PluginKey = Pick<ReleaseKey, 'repo' | 'plugin'>

const { id: _versionId, rowSha256: _rowSha256, changedAt: _changedAt, ...RELEASE } = getTableColumns(versions)
const { id: _pluginId, folded: _folded, ...PLUGIN } = getTableColumns(plugins)
const { versionId: _ofVersion, ...ARTIFACT } = getTableColumns(artifacts)

const releaseOf = prepared((db, given: Given<ReleaseKey>) =>
  db.select(RELEASE).from(versions).where(versionIs(given)).prepare(),
)

export function findVersion(db: Db, release: ReleaseKey): Release | undefined {
  return releaseOf(db).get(release)
}

/** Throws DATA_DIR_CORRUPT. */
export function requireVersionRow(db: Db, release: ReleaseKey): Release {
  const found = findVersion(db, release)
  if (found) return found
  const { repo, plugin, version } = release
  throw coded('DATA_DIR_CORRUPT', { message: `version \`${repo}/${plugin}@${version}\` is not there any more` })
}

const artifactsOf = prepared((db, given: Given<ReleaseKey>) =>
  db
    .select(ARTIFACT)
    .from(artifacts)
    .innerJoin(versions, eq(versions.id, artifacts.versionId))
    .where(versionIs(given))
    .orderBy(asc(artifacts.platform))
    .prepare(),
)

export function listArtifacts(db: Db, release: ReleaseKey): Artifact[] {
  return artifactsOf(db).all(release)
}

const versionCount = prepared((db, given: Given<PluginKey>) =>
  db.select({ found: count() }).from(versions).where(versionOf(given)).prepare(),
)

export function countVersions(db: Db, key: PluginKey): number {
  return versionCount(db).get(key)?.found ?? 0
}

const pluginCount = prepared((db, { repo }: Given<{ repo: Name }>) =>
  db.select({ found: count() }).from(plugins).where(eq(plugins.repo, repo)).prepare(),
)

export function countPlugins(db: Db, repo: Name): number {
  return pluginCount(db).get({ repo })?.found ?? 0
}

const versionStates = prepared((db, given: Given<PluginKey>) => {
  const { version, state } = versions
  return db.select({ version, state }).from(versions).where(versionOf(given)).prepare()
})

export function listVersionStates(db: Db, repo: Name, plugin: Name): RankedVersion[] {
  return versionStates(db).all({ repo, plugin })
}

/** A page of all versions with their artifacts, for a scrub. */
export function pageVersions(
  db: Db,
  after: number,
  limit: number,
): (VersionRow & { readonly artifacts: Artifact[] })[] {
  const page = db.select().from(versions).where(gt(versions.id, after)).orderBy(asc(versions.id)).limit(limit).all()
  return page.map((row) => ({
    ...row,
    artifacts: db.select(ARTIFACT).from(artifacts).where(eq(artifacts.versionId, row.id)).all(),
  }))
}

/** Seals a version; its uniqueness is the database's own rule. */
export function insertVersion(tx: Db, release: Omit<Release, 'state'>, files: readonly Artifact[]): void {
  const { id } = tx
    .insert(versions)
    .values({ ...release, rowSha256: releaseDigest(release, files), changedAt: release.publishedAt })
    .returning({ id: versions.id })
    .get()
  tx.insert(artifacts)
    .values(files.map((file) => ({ ...file, versionId: id })))
    .run()
}

type FlagChange = Partial<VersionFlags> & { readonly changedAt?: number }

export function updateVersionFlags(tx: Db, release: ReleaseKey, change: FlagChange): void {
  const sealed = { ...requireVersionRow(tx, release), ...change }
  const rowSha256 = releaseDigest(sealed, listArtifacts(tx, release))
  tx.update(versions)
    .set({ ...change, rowSha256 })
    .where(versionIs(release))
    .run()
}

const pluginOf = prepared((db, given: Given<PluginKey>) =>
  db.select(PLUGIN).from(plugins).where(pluginIs(given)).prepare(),
)

export function findPlugin(db: Db, repo: Name, plugin: Name): Plugin | undefined {
  return pluginOf(db).get({ repo, plugin })
}

const nameOfFolded = prepared((db, { repo, folded }: Given<{ repo: Name; folded: string }>) => {
  const sameFolded = and(eq(plugins.repo, repo), eq(plugins.folded, folded))
  return db.select({ plugin: plugins.plugin }).from(plugins).where(sameFolded).prepare()
})

/** The plugin of the repo whose name differs at most in `-`. */
export function findSameName(db: Db, repo: Name, plugin: Name): Name | undefined {
  return nameOfFolded(db).get({ repo, folded: foldName(plugin) })?.plugin
}

/** As it stands until `updatePlugin` says more. */
export function insertPlugin(tx: Db, { repo, plugin }: PluginKey, createdAt: number): void {
  const empty = { serial: 0, kind: '', category: null, description: '', newest: null }
  tx.insert(plugins)
    .values({ ...empty, repo, plugin, createdAt, folded: foldName(plugin) })
    .run()
}

type PluginSummary = Pick<Plugin, 'serial' | 'kind' | 'category' | 'description' | 'newest'>

export function updatePlugin(tx: Db, repo: Name, plugin: Name, summary: Partial<PluginSummary>): void {
  tx.update(plugins).set(summary).where(pluginIs({ repo, plugin })).run()
}

function versionIs(release: ReleaseKey | Given<ReleaseKey>): SQL | undefined {
  return and(versionOf(release), eq(versions.version, release.version))
}

function versionOf({ repo, plugin }: PluginKey | Given<PluginKey>): SQL | undefined {
  return and(eq(versions.repo, repo), eq(versions.plugin, plugin))
}

function pluginIs({ repo, plugin }: PluginKey | Given<PluginKey>): SQL | undefined {
  return and(eq(plugins.repo, repo), eq(plugins.plugin, plugin))
}
