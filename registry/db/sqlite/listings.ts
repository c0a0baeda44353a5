// What lists of plugins are rendered from, without reading every release of every plugin.
import type { SQL } from 'drizzle-orm'
import { and, eq, inArray, ne } from 'drizzle-orm'
import type { Digest } from '../../../schemas/digest.ts'
import type { Name } from '../../../schemas/name.ts'
import type { Version } from '../../../schemas/version.ts'
import type { Listing } from '../../../static-tree/newest.ts'
import { listingOf } from '../../../static-tree/newest.ts'
import type { Visibility } from '../records.ts'
import type { Db } from './open.ts'
import type { Given } from './prepared.ts'
import { prepared } from './prepared.ts'
import { readPluginRecord, releaseRecord } from './records.ts'
import { artifacts, plugins, repos, versions } from './tables.ts'

/** The listings of these plugins of a repo, in any order; plugins without releases have none. */
export function readListings(db: Db, repo: Name, names: readonly Name[]): Listing[] {
  const stable = new Map(readNewest(db, repo, names).map((listing) => [listing.plugin, listing]))
  return names.flatMap((plugin) => stable.get(plugin) ?? bestListing(db, repo, plugin))
}

type Bytes = { readonly digest: Digest; readonly visibility: Visibility }

const asBundle = prepared((db, given: Given<Bytes>) =>
  db
    .select({ id: versions.id })
    .from(versions)
    .innerJoin(repos, isOfKind(given))
    .where(and(eq(versions.bundleDigest, given.digest), ne(versions.state, 'quarantined')))
    .limit(1)
    .prepare(),
)

const asArtifact = prepared((db, given: Given<Bytes>) =>
  db
    .select({ id: versions.id })
    .from(artifacts)
    .innerJoin(versions, eq(versions.id, artifacts.versionId))
    .innerJoin(repos, isOfKind(given))
    .where(and(eq(artifacts.digest, given.digest), ne(versions.state, 'quarantined')))
    .limit(1)
    .prepare(),
)

/** Whether any release that may be fetched, of a repo of this kind, holds these bytes. */
export function isServed(db: Db, digest: Digest, visibility: Visibility): boolean {
  const bytes = { digest, visibility }
  return asBundle(db).get(bytes) !== undefined || asArtifact(db).get(bytes) !== undefined
}

function isOfKind({ visibility }: Given<Bytes>): SQL | undefined {
  return and(eq(repos.name, versions.repo), eq(repos.visibility, visibility))
}

const servedVersions = prepared((db, { repo, plugin }: Given<{ repo: Name; plugin: Name }>) =>
  db
    .select({ version: versions.version })
    .from(versions)
    .where(and(eq(versions.repo, repo), eq(versions.plugin, plugin), ne(versions.state, 'quarantined')))
    .prepare(),
)

/** The versions of a plugin that may be fetched. */
export function listServedVersions(db: Db, repo: Name, plugin: Name): Version[] {
  return servedVersions(db)
    .all({ repo, plugin })
    .map(({ version }) => version)
}

function readNewest(db: Db, repo: Name, names: readonly Name[]): Listing[] {
  const sameVersion = and(
    eq(versions.repo, plugins.repo),
    eq(versions.plugin, plugins.plugin),
    eq(versions.version, plugins.newest),
  )
  return db
    .select({ plugin: plugins.plugin, version: versions })
    .from(plugins)
    .innerJoin(versions, sameVersion)
    .where(and(eq(plugins.repo, repo), inArray(plugins.plugin, [...names]), eq(versions.state, 'active')))
    .all()
    .map(({ plugin, version }) => ({ repo, plugin, release: releaseRecord(version), stable: true }))
}

/** A plugin that has no stable release is described by the best of the others. */
function bestListing(db: Db, repo: Name, plugin: Name): Listing[] {
  const record = readPluginRecord(db, repo, plugin)
  const listing = record && listingOf(record)
  return listing ? [listing] : []
}
