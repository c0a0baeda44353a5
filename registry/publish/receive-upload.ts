// Takes the bytes of one promised blob. When the last byte is here and all are the promised ones, they become a blob: bytes
// first, then its row.
import { Readable } from 'node:stream'
import type { Digest } from '../../schemas/digest.ts'
import { coded, isCoded } from '../../schemas/errors.ts'
import type { BlobSource } from '../../static-tree/write/store.ts'
import type { Principal } from '../auth/principal.ts'
import { authorizeAgain } from '../auth/principal.ts'
import type { RegistryServices } from '../context.ts'
import type { PromisedUpload } from '../db/publishing-store.ts'
import type { Session } from '../db/records.ts'
import { isFatal } from '../fatal.ts'
import { readBody } from '../uploads/read-body.ts'
import type { UploadPart } from '../uploads/upload-area.ts'
import { watchRate } from '../uploads/watch-rate.ts'
import { errandOf, holdLease } from './hold-lease.ts'
import { seenUploads } from './seen-uploads.ts'

type Upload = {
  readonly session: Session
  readonly principal: Pick<Principal, 'id'>
  readonly digest: Digest
  readonly offset: number
  readonly body: Readable
  /** Ends the upload from outside: the registry is stopping. */
  readonly stop: AbortSignal
}

/** A part, and the token that its bytes are counted for. */
export type BroughtPart = UploadPart & { readonly broughtBy: string }

/** Gives the bytes that are here now. Throws what UploadArea.append or the lease throws, UPLOAD_TOO_SLOW, IO_FAILED or NOT_FOUND. */
export async function receiveUpload(services: RegistryServices, upload: Upload): Promise<number> {
  const { metadata, clock, config, uploads } = services
  const { session, offset, body } = upload
  return holdLease(services, upload, async (held) => {
    const promised = await requirePromised(metadata, session, upload.digest)
    if (promised.storedSize !== undefined) return promised.size
    const abort = new AbortController()
    const signal = AbortSignal.any([abort.signal, held])
    const chunks = watchRate(readBody(body, signal), config.times, abort)
    const { digest, size } = promised
    const part = { digest, size, session: session.id, broughtBy: session.tokenId }
    return uploads.append(part, { offset, chunks, abort }, async (bytes) => {
      authorizeAgain(await metadata.tokens.find(upload.principal.id), clock(), errandOf(upload))
      await commitPart(services, bytes, part)
    })
  })
}

/** Makes a blob of a part that a crash, or a full disk, kept from becoming one. Gives the bytes that are here now. */
export async function finishUpload(services: RegistryServices, part: BroughtPart): Promise<number> {
  const nothing = { offset: part.size, chunks: Readable.from([]), abort: new AbortController() }
  try {
    return await services.uploads.append(part, nothing, (bytes) => commitPart(services, bytes, part))
  } catch (error) {
    if (!isCoded(error, 'DIGEST_MISMATCH') && !isCoded(error, 'UPLOAD_OFFSET_MISMATCH')) throw error
    return (await isHere(services, part)) ? part.size : 0
  }
}

/** Whether the bytes count as uploaded in the session of the part. */
export async function isHere(
  { metadata }: RegistryServices,
  { session, broughtBy, digest }: BroughtPart,
): Promise<boolean> {
  const [promised] = await seenUploads(metadata, { id: session, tokenId: broughtBy }, digest)
  return promised?.storedSize !== undefined
}

/** Throws NOT_FOUND for a digest that the session did not announce. */
export async function requirePromised(
  metadata: RegistryServices['metadata'],
  session: Session,
  digest: Digest,
): Promise<PromisedUpload> {
  const [promised] = await seenUploads(metadata, session, digest)
  if (promised) return promised
  throw coded('NOT_FOUND', {
    message: 'the session did not announce a blob of this digest',
    details: { session: session.id },
  })
}

/** The part becomes a blob: its bytes first, then its row, which says that they are there to stay. */
async function commitPart(
  { blobs, metadata, clock, requireInPlace }: RegistryServices,
  bytes: BlobSource,
  part: BroughtPart,
): Promise<void> {
  const { digest, size, broughtBy } = part
  try {
    await blobs.put(bytes)
  } catch (error) {
    // Where a place is away, that is why. A disk that cannot be trusted ends the registry, wherever its places are.
    if (!isFatal(error)) await requireInPlace()
    throw error
  }
  await requireInPlace()
  await metadata.blobs.record({ digest, size, broughtBy, createdAt: clock() }, part.session)
}
