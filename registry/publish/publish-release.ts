// Publishes a session: all its blobs are here → the proof holds → one short transaction seals the version → the tree shows it.
import type { PublishedAnswer } from '../../schemas/api.ts'
import { coded } from '../../schemas/errors.ts'
import { pluginDocumentPath } from '../../static-tree/paths.ts'
import type { Principal } from '../auth/principal.ts'
import type { RegistryServices } from '../context.ts'
import type { Release } from '../db/records.ts'
import type { Work } from './hold-lease.ts'
import { holdLease } from './hold-lease.ts'
import { proveRelease } from './prove-release.ts'
import { requireUploaded, sealRelease } from './seal-release.ts'
import { seenUploads } from './seen-uploads.ts'
import { requireSession } from './session-answer.ts'

type Published = {
  readonly answer: PublishedAnswer
  /** False when the release was sealed before. */
  readonly created: boolean
}

type Publish = {
  readonly id: string
  readonly principal: Pick<Principal, 'id'>
  /** Ends the proof: who asked for it is gone, or the registry is stopping. */
  readonly stop: AbortSignal
}

/**
 * Answers only once the tree shows the version. Throws SESSION_NOT_FOUND, SESSION_INCOMPLETE, VERSION_EXISTS,
 * PLUGIN_NAME_TAKEN, what the lease or the proof throws; then nothing is published.
 */
export async function publishRelease(services: RegistryServices, publish: Publish): Promise<Published> {
  const { id } = publish
  const { publishing, catalog } = services.metadata
  const session = await requireSession(publishing, id, services.clock())
  const created = session.state === 'open' && (await proveAndSeal(services, { ...publish, session }))
  await services.tree.drain(session)
  await services.uploads.remove(id)
  const sealed = await catalog.release(session)
  if (!sealed)
    throw coded('DATA_DIR_CORRUPT', { message: `session \`${id}\` is published, and its version is not there` })
  return { answer: publishedAnswer(sealed), created }
}

/** False when the same release was sealed by someone else in the meantime. */
async function proveAndSeal(services: RegistryServices, work: Work): Promise<boolean> {
  const { session, principal } = work
  requireUploaded(await seenUploads(services.metadata, session))
  return holdLease(services, work, async (signal) => {
    const release = await proveRelease(services, { session, owner: principal.id, signal })
    signal.throwIfAborted()
    return sealRelease(services, { session, release, principal })
  })
}

function publishedAnswer({ repo, plugin, version, publishedAt, serial }: Release): PublishedAnswer {
  const document = pluginDocumentPath(repo, plugin, 'json')
  return { repo, plugin, version, publishedAt: new Date(publishedAt).toISOString(), serial, document }
}
