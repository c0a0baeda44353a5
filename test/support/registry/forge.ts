// What somebody can do who writes to the database of a registry: triggers dropped, and every digest made good again.
import { releaseDigest } from '../../../registry/db/release-digest.ts'
import { pageVersions } from '../../../registry/db/sqlite/versions.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { stableJson } from '../../../schemas/json.ts'
import { databaseOf } from './test-db.ts'
import type { TestRegistry } from './test-registry.ts'

export function dropTriggers({ serving }: TestRegistry): void {
  const { $client } = databaseOf(serving.registry.services)
  for (const name of $client.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").pluck().all())
    $client.exec(`DROP TRIGGER ${name}`)
  $client.pragma('foreign_keys = 0')
}

/** Gives every row of the audit log the digest and the predecessor that it would have had. */
export async function forgeChain({ serving }: TestRegistry): Promise<void> {
  const { services } = serving.registry
  const { $client } = databaseOf(services)
  let previous: string = digestOf('octo audit')
  let id = 0
  const rows = await Array.fromAsync(services.metadata.audit.walk())
  $client.exec('DELETE FROM audit')
  for (const { rowSha256: _old, ...row } of rows) {
    const forged = { ...row, id: ++id, previous }
    previous = digestOf(stableJson(forged))
    $client
      .prepare('INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
      .run(id, row.at, row.actor, row.action, row.subject, JSON.stringify(row.details), forged.previous, previous)
  }
}

/** Gives every row of a version its digest. */
export function forgeVersions({ serving }: TestRegistry): void {
  const db = databaseOf(serving.registry.services)
  for (const { id, rowSha256: _old, artifacts, changedAt: _changed, ...release } of pageVersions(db, 0, 500))
    db.$client.prepare('UPDATE versions SET row_sha256 = ? WHERE id = ?').run(releaseDigest(release, artifacts), id)
}
