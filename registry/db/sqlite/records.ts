// Rows as the static tree wants them.
import { and, asc, eq } from 'drizzle-orm'
import type { Name } from '../../../schemas/name.ts'
import type { PluginRecord, ReleaseRecord } from '../../../static-tree/record.ts'
import type { Release } from '../records.ts'
import type { Db } from './open.ts'
import type { Given } from './prepared.ts'
import { prepared } from './prepared.ts'
import { plugins, versions } from './tables.ts'

type Named = { readonly repo: Name; readonly plugin: Name }

const serialOf = prepared((db, { repo, plugin }: Given<Named>) =>
  db
    .select({ serial: plugins.serial })
    .from(plugins)
    .where(and(eq(plugins.repo, repo), eq(plugins.plugin, plugin)))
    .prepare(),
)

const releasesOf = prepared((db, { repo, plugin }: Given<Named>) =>
  db
    .select()
    .from(versions)
    .where(and(eq(versions.repo, repo), eq(versions.plugin, plugin)))
    .orderBy(asc(versions.id))
    .prepare(),
)

/** One plugin with all its releases, in the order they were published. */
export function readPluginRecord(db: Db, repo: Name, plugin: Name): PluginRecord | undefined {
  const row = serialOf(db).get({ repo, plugin })
  if (!row) return undefined
  const releases = releasesOf(db).all({ repo, plugin })
  return { repo, plugin, serial: row.serial, releases: releases.map(releaseRecord) }
}

/** One version's row as the static tree wants it. */
export function releaseRecord(row: Release): ReleaseRecord {
  const reason = row.quarantined ?? row.yanked
  return {
    version: row.version,
    publishedAt: new Date(row.publishedAt).toISOString(),
    state: row.state,
    ...(reason === null ? {} : { reason }),
    ...(row.deprecated === null ? {} : { deprecated: row.deprecated }),
    bundle: { digest: row.bundleDigest, size: row.bundleSize },
    predicate: row.predicate,
  }
}
