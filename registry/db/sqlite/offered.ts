// What the OCI face reads: versions page by page, and what plugins offer to managers of the protocol `ocm`.
import type { SQL } from 'drizzle-orm'
import { and, asc, eq, gt, inArray, ne, sql } from 'drizzle-orm'
import type { Digest } from '../../../schemas/digest.ts'
import type { Name } from '../../../schemas/name.ts'
import type { ReleasePredicate } from '../../../schemas/release-statement.ts'
import type { Version } from '../../../schemas/version.ts'
import type { OfferedPlugin, Plugin } from '../records.ts'
import type { Db } from './open.ts'
import { artifacts, plugins, versions } from './tables.ts'

type PluginKey = { readonly repo: Name; readonly plugin: Name }

/** Whether a release of the plugin that may be fetched holds these bytes. */
export function holdsBlob(db: Db, key: PluginKey, digest: Digest): boolean {
  const isFetchable = and(isOf(key), ne(versions.state, 'quarantined'))
  const asArtifact = db
    .select({ id: versions.id })
    .from(artifacts)
    .innerJoin(versions, eq(versions.id, artifacts.versionId))
    .where(and(eq(artifacts.digest, digest), isFetchable))
    .limit(1)
  const asBundle = db
    .select({ id: versions.id })
    .from(versions)
    .where(and(eq(versions.bundleDigest, digest), isFetchable))
    .limit(1)
  return asArtifact.get() !== undefined || asBundle.get() !== undefined
}

export function listActiveVersions(
  db: Db,
  key: PluginKey,
  { after, limit }: { readonly after?: string | undefined; readonly limit: number },
): Version[] {
  const behind = after === undefined ? undefined : gt(versions.version, after as Version)
  return db
    .select({ version: versions.version })
    .from(versions)
    .where(and(isOf(key), eq(versions.state, 'active'), behind))
    .orderBy(asc(versions.version))
    .limit(limit)
    .all()
    .map(({ version }) => version)
}

export function listSerials(db: Db, repo: Name): Pick<Plugin, 'plugin' | 'serial'>[] {
  return db
    .select({ plugin: plugins.plugin, serial: plugins.serial })
    .from(plugins)
    .where(eq(plugins.repo, repo))
    .orderBy(asc(plugins.plugin))
    .all()
}

/** One statement, so that serials and releases are of one moment. */
export function readOffered(db: Db, repo: Name, names: readonly Name[]): OfferedPlugin[] {
  const { predicate, version, deprecated } = versions
  const isOffered = and(
    eq(versions.repo, plugins.repo),
    eq(versions.plugin, plugins.plugin),
    eq(versions.state, 'active'),
    eq(sql`json_extract(${predicate}, '$.manifest.protocol')`, 'ocm'),
  )
  const rows = db
    .select({
      plugin: plugins.plugin,
      serial: plugins.serial,
      version,
      deprecated,
      description: sql<string>`json_extract(${predicate}, '$.manifest.description')`,
      platforms: sql<string>`json_extract(${predicate}, '$.platforms')`,
    })
    .from(plugins)
    .leftJoin(versions, isOffered)
    .where(and(eq(plugins.repo, repo), inArray(plugins.plugin, [...names])))
    .all()
  return [...Map.groupBy(rows, ({ plugin }) => plugin)].map(([plugin, group]) => ({
    plugin,
    serial: group[0]?.serial ?? 0,
    releases: group.flatMap(({ version: found, deprecated: reason, description, platforms }) =>
      found === null
        ? []
        : {
            version: found,
            deprecated: reason,
            description,
            platforms: JSON.parse(platforms) as ReleasePredicate['platforms'],
          },
    ),
  }))
}

function isOf({ repo, plugin }: PluginKey): SQL | undefined {
  return and(eq(versions.repo, repo), eq(versions.plugin, plugin))
}
