// Under which digests releases are served as component versions.
import { and, asc, eq, notExists } from 'drizzle-orm'
import type { OciDigestStore } from '../store.ts'
import type { Db } from './open.ts'
import { ask, writePatiently } from './open.ts'
import { ociDigests, versions } from './tables.ts'

export function ociDigestsOf(db: Db): OciDigestStore {
  return {
    find: ({ repo, plugin }, digest) =>
      ask(
        db,
        (from) =>
          from
            .select({ version: ociDigests.version })
            .from(ociDigests)
            .where(and(eq(ociDigests.digest, digest), eq(ociDigests.repo, repo), eq(ociDigests.plugin, plugin)))
            .get()?.version,
      ),
    unknown: ({ repo, plugin }, { domain, limit }) =>
      ask(db, (from) => {
        const noted = from
          .select({ digest: ociDigests.digest })
          .from(ociDigests)
          .where(
            and(
              eq(ociDigests.repo, versions.repo),
              eq(ociDigests.plugin, versions.plugin),
              eq(ociDigests.version, versions.version),
              eq(ociDigests.domain, domain),
            ),
          )
        return from
          .select({ version: versions.version })
          .from(versions)
          .where(and(eq(versions.repo, repo), eq(versions.plugin, plugin), notExists(noted)))
          .orderBy(asc(versions.version))
          .limit(limit)
          .all()
          .map(({ version }) => version)
      }),
    note: ({ repo, plugin }, { domain, digests }) =>
      writePatiently(db, (tx) => {
        const rows = digests.map((each) => ({ ...each, repo, plugin, domain }))
        tx.insert(ociDigests).values(rows).onConflictDoNothing().run()
      }),
  }
}
