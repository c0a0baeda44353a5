// The metadata port on SQLite: each method is one read, or one write transaction that runs from beginning to end without
// giving the thread away, so nothing can come between its statements.
import type { MetadataStore } from '../store.ts'
import { auditOf } from './audit.ts'
import { blobsOf } from './blobs.ts'
import { catalogOf } from './catalog.ts'
import { ociDigestsOf } from './oci-digests.ts'
import type { OpenOptions, RegistryDb } from './open.ts'
import { closeDb, openDb } from './open.ts'
import { outboxOf } from './outbox.ts'
import { publishingOf } from './publishing.ts'
import { reposOf } from './repos.ts'
import { servingOf } from './serving.ts'
import { tokensOf } from './tokens.ts'
import { upkeepOf } from './upkeep.ts'

export type SqliteStore = MetadataStore & { readonly db: RegistryDb }

/** Opens or creates the database of this file; throws DATA_DIR_CORRUPT, IO_FAILED or NO_SPACE. */
export function openSqliteStore(path: string, options: OpenOptions = {}): SqliteStore {
  const db = openDb(path, options)
  return {
    db,
    tokens: tokensOf(db),
    repos: reposOf(db),
    audit: auditOf(db),
    publishing: publishingOf(db),
    blobs: blobsOf(db),
    catalog: catalogOf(db),
    ociDigests: ociDigestsOf(db),
    outbox: outboxOf(db),
    serving: servingOf(db),
    upkeep: upkeepOf(db),
    close: async () => closeDb(db),
  }
}
