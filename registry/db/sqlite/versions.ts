// Named queries on plugins, their sealed versions and artifacts.
import { and, asc, count, eq, gt } from 'drizzle-orm'
import type { Digest } from '../../../schemas/digest.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { stableJson } from '../../../schemas/json.ts'
import type { Name } from '../../../schemas/name.ts'
import type { Version } from '../../../schemas/version.ts'
import type { Db } from './open.ts'
import { artifacts, plugins, versions } from './tables.ts'

export type VersionRow = typeof versions.$inferSelect
export type ArtifactRow = typeof artifacts.$inferSelect
export type ReleaseKey = { readonly repo: Name; readonly plugin: Name; readonly version: Version }
type Sealed = Omit<VersionRow, 'id' | 'state' | 'rowSha256'>

export function findVersion(db: Db, { repo, plugin, version }: ReleaseKey): VersionRow | undefined {
  const wanted = and(eq(versions.repo, repo), eq(versions.plugin, plugin), eq(versions.version, version))
  return db.select().from(versions).where(wanted).get()
}

export function listArtifacts(db: Db, versionId: number): ArtifactRow[] {
  return db.select().from(artifacts).where(eq(artifacts.versionId, versionId)).orderBy(asc(artifacts.platform)).all()
}

export function countVersions(db: Db, { repo, plugin }: Pick<ReleaseKey, 'repo' | 'plugin'>): number {
  const own = and(eq(versions.repo, repo), eq(versions.plugin, plugin))
  return db.select({ found: count() }).from(versions).where(own).get()?.found ?? 0
}

export function countPlugins(db: Db, repo: Name): number {
  return db.select({ found: count() }).from(plugins).where(eq(plugins.repo, repo)).get()?.found ?? 0
}

/** Versions of a plugin with just enough to rank them. */
export function listVersionStates(db: Db, repo: Name, plugin: Name) {
  return db
    .select({ id: versions.id, version: versions.version, state: versions.state })
    .from(versions)
    .where(and(eq(versions.repo, repo), eq(versions.plugin, plugin)))
    .all()
}

export function readVersion(db: Db, id: number): VersionRow | undefined {
  return db.select().from(versions).where(eq(versions.id, id)).get()
}

/** A page of all versions, for a scrub. */
export function pageVersions(db: Db, after: number, limit: number): VersionRow[] {
  return db.select().from(versions).where(gt(versions.id, after)).orderBy(asc(versions.id)).limit(limit).all()
}

type NewArtifact = Omit<ArtifactRow, 'versionId'>

/** Seals a version; its uniqueness is the database's own rule. */
export function insertVersion(tx: Db, row: Sealed, files: readonly NewArtifact[]): void {
  const { id } = tx
    .insert(versions)
    .values({ ...row, rowSha256: versionDigest(row, files) })
    .returning({ id: versions.id })
    .get()
  tx.insert(artifacts)
    .values(files.map((file) => ({ ...file, versionId: id })))
    .run()
}

export type VersionFlags = Pick<VersionRow, 'yanked' | 'quarantined' | 'deprecated'>

export function updateVersionFlags(tx: Db, row: VersionRow, change: Partial<VersionFlags>): void {
  const rowSha256 = versionDigest({ ...row, ...change }, listArtifacts(tx, row.id))
  tx.update(versions)
    .set({ ...change, rowSha256 })
    .where(eq(versions.id, row.id))
    .run()
}

/** What `row_sha256` must be: everything a version says, its artifacts included. */
export function versionDigest(row: Sealed, files: readonly NewArtifact[]): Digest {
  const { repo, plugin, version, publishedAt, publishedBy, serial, yanked, quarantined, deprecated } = row
  const { bundleDigest, bundleSize, signer, predicate } = row
  const sealed = {
    repo,
    plugin,
    version,
    publishedAt,
    publishedBy,
    serial,
    bundleDigest,
    bundleSize,
    signer,
    predicate,
  }
  const listed = files
    .map(({ platform, file, digest, size }) => ({ platform, file, digest, size }))
    .sort((left, right) => (left.platform < right.platform ? -1 : 1))
  return digestOf(stableJson({ ...sealed, yanked, quarantined, deprecated, artifacts: listed }))
}

type PluginRow = typeof plugins.$inferSelect

export function findPlugin(db: Db, repo: Name, plugin: Name): PluginRow | undefined {
  return db
    .select()
    .from(plugins)
    .where(and(eq(plugins.repo, repo), eq(plugins.plugin, plugin)))
    .get()
}

/** A plugin of the repo whose name differs only in `-`. */
export function findConfusable(db: Db, repo: Name, plugin: Name): Name | undefined {
  const sameFolded = and(eq(plugins.repo, repo), eq(plugins.folded, foldName(plugin)))
  return db.select({ plugin: plugins.plugin }).from(plugins).where(sameFolded).get()?.plugin
}

export function insertPlugin(tx: Db, row: Omit<PluginRow, 'id' | 'folded'>): void {
  tx.insert(plugins)
    .values({ ...row, folded: foldName(row.plugin) })
    .run()
}

type PluginSummary = Pick<PluginRow, 'serial' | 'kind' | 'category' | 'description' | 'newest'>

export function updatePlugin(tx: Db, repo: Name, plugin: Name, summary: Partial<PluginSummary>): void {
  tx.update(plugins)
    .set(summary)
    .where(and(eq(plugins.repo, repo), eq(plugins.plugin, plugin)))
    .run()
}

function foldName(plugin: Name): string {
  return plugin.replaceAll('-', '')
}
