// The publishing session of one release at a registry: open it (or find it again), publish it.
import { randomUUID } from 'node:crypto'
import type { PublishedAnswer, SessionAnswer } from '../../schemas/api.ts'
import { publishedAnswer, sessionAnswer } from '../../schemas/api.ts'
import type { Digest } from '../../schemas/digest.ts'
import { digestOf, hexOf } from '../../schemas/digest.ts'
import { stableJson } from '../../schemas/json.ts'
import type { Platform } from '../../schemas/platform.ts'
import type { ReleaseArtifact, ReleasePredicate } from '../../schemas/release-statement.ts'
import type { Connection } from '../../system/http/connection.ts'
import { callApi } from './call-api.ts'

type BundleInfo = { readonly digest: Digest; readonly size: number }

/** The same release opens the same session again, so that an interrupted publish goes on where it was. */
export function openSession(
  connection: Connection,
  predicate: ReleasePredicate,
  bundle: BundleInfo,
): Promise<SessionAnswer> {
  const { repo, plugin, version, platforms } = predicate
  const entries = Object.entries(platforms) as [Platform, ReleaseArtifact][]
  const artifacts = entries.map(([platform, { file, digest, size }]) => ({ platform, file, digest, size }))
  const path = `api/v1/repos/${repo}/plugins/${plugin}/publishes`
  const json = { version, bundle, artifacts }
  // Named after what is asked, not after this attempt: another process that asks the same gets the same session.
  const key = hexOf(digestOf(stableJson({ path, json })))
  return callApi(connection, { method: 'POST', path, headers: { 'idempotency-key': key }, json }, sessionAnswer)
}

/** Makes the version visible with all its platforms and seals it. */
export function publishSession(connection: Connection, id: string): Promise<PublishedAnswer> {
  return callApi(
    connection,
    { method: 'POST', path: `${sessionPath(id)}/publish`, headers: { 'idempotency-key': randomUUID() }, json: {} },
    publishedAnswer,
  )
}

export function sessionPath(id: string): string {
  return `api/v1/publishes/${encodeURIComponent(id)}`
}
