// Publishes a session: all its blobs are here → the proof holds → one short transaction seals the version → the tree shows it.
import type { PublishedAnswer } from '../../schemas/api.ts'
import { coded } from '../../schemas/errors.ts'
import { pluginDocumentPath } from '../../schemas/static-tree/paths.ts'
import type { Principal } from '../auth/principal.ts'
import { write } from '../db/open.ts'
import type { SessionRow } from '../db/sessions.ts'
import { extendLease } from '../db/sessions.ts'
import type { VersionRow } from '../db/versions.ts'
import { findVersion } from '../db/versions.ts'
import type { RegistryServices } from '../services.ts'
import { proveRelease } from './prove-release.ts'
import { requireUploaded, sealRelease } from './seal-release.ts'
import { requireSession } from './session-answer.ts'

export type Published = {
  readonly answer: PublishedAnswer
  /** False when the release was sealed before. */
  readonly created: boolean
}

/**
 * Answers only once the tree shows the version. Throws SESSION_NOT_FOUND, SESSION_INCOMPLETE, VERSION_EXISTS,
 * PLUGIN_NAME_TAKEN or what the proof throws; then nothing is published.
 */
export async function publishRelease(services: RegistryServices, id: string, principal: Principal): Promise<Published> {
  const session = requireSession(services.db, id, services.clock())
  const created = session.state === 'open' && (await proveAndSeal(services, session, principal))
  await services.tree.drain(session)
  await services.uploads.remove(id)
  const sealed = findVersion(services.db, session)
  if (!sealed)
    throw coded('DATA_DIR_CORRUPT', { message: `session \`${id}\` is published, and its version is not there` })
  return { answer: publishedAnswer(sealed), created }
}

/** False when the same release was sealed by someone else in the meantime. */
async function proveAndSeal(services: RegistryServices, session: SessionRow, principal: Principal): Promise<boolean> {
  const { db, clock, config } = services
  requireUploaded(db, session)
  write(db, (tx) => extendLease(tx, session.id, clock() + config.times.leaseMs))
  const release = await proveRelease(services, session)
  return write(db, (tx) => sealRelease(tx, { session, release, actor: principal.id, now: clock() }))
}

function publishedAnswer({ repo, plugin, version, publishedAt, serial }: VersionRow): PublishedAnswer {
  const document = pluginDocumentPath(repo, plugin, 'json')
  return { repo, plugin, version, publishedAt: new Date(publishedAt).toISOString(), serial, document }
}
