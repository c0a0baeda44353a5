// A publishing session as its clients see it, and the one way to find an open one.
import type { SessionAnswer } from '../../schemas/api.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { RegistryServices } from '../context.ts'
import type { PublishingStore } from '../db/publishing-store.ts'
import type { PromisedBlob, Session } from '../db/records.ts'
import type { BroughtPart } from './receive-upload.ts'
import { finishUpload, isHere } from './receive-upload.ts'
import { seenUploads } from './seen-uploads.ts'

/** Throws SESSION_NOT_FOUND for one that is unknown, closed or expired. */
export async function requireSession(publishing: PublishingStore, id: string, now: number): Promise<Session> {
  const session = await publishing.find(id)
  const alive = session && (session.state === 'published' || (session.state === 'open' && session.leaseUntil > now))
  if (alive) return session
  throw noSession(id)
}

export function noSession(id: string): Error {
  return coded('SESSION_NOT_FOUND', {
    message: `publishing session ${quote(id)} is unknown or has expired`,
    hint: 'publish again: what is uploaded already is not uploaded twice',
  })
}

/** Only looks: uploads of the session that are running go on. */
export async function sessionAnswer(services: RegistryServices, session: Session): Promise<SessionAnswer> {
  const { id, repo, plugin, version } = session
  const promised = session.state === 'open' ? await seenUploads(services.metadata, session) : []
  const uploads = await Promise.all(
    promised.map(async ({ digest, size }) => {
      const blob = { digest, size }
      const part = { ...blob, session: id, broughtBy: session.tokenId }
      return { ...blob, offset: await countedOffset(services, part, await services.uploads.peek(part)) }
    }),
  )
  const state = session.state === 'published' ? 'published' : 'open'
  return { id, repo, plugin, version, expiresAt: new Date(session.leaseUntil).toISOString(), state, uploads }
}

/** Bytes of the blob that need not be sent again, for a client that goes on from there. */
export async function uploadOffset(
  services: RegistryServices,
  { id, tokenId }: Session,
  { digest, size }: PromisedBlob,
): Promise<number> {
  const part = { digest, size, session: id, broughtBy: tokenId }
  return countedOffset(services, part, await services.uploads.offsetOf(part))
}

/** The row is asked after the part was looked at, as a running upload may end in one. */
async function countedOffset(services: RegistryServices, part: BroughtPart, offset: number): Promise<number> {
  if (await isHere(services, part)) return part.size
  // Whoever is told that all bytes are here sends none, so they have to become the blob now.
  return offset < part.size ? offset : finishUpload(services, part)
}
