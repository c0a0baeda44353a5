// Takes the bytes of one promised blob. When the last byte is here and all are the promised ones, they become a blob: file
// first, then its row.
import { Readable } from 'node:stream'
import { coded, isCoded } from '../../schemas/errors.ts'
import { findLiveBlob, recordBlob } from '../db/blobs.ts'
import type { Db } from '../db/open.ts'
import { write } from '../db/open.ts'
import type { PromisedBlob, SessionRow } from '../db/sessions.ts'
import { extendLease, listUploads } from '../db/sessions.ts'
import type { RegistryServices } from '../services.ts'
import { readBody } from '../uploads/read-body.ts'
import type { UploadPart } from '../uploads/upload-area.ts'
import { watchRate } from '../uploads/watch-rate.ts'

export type Upload = {
  readonly session: SessionRow
  readonly digest: string
  readonly offset: number
  readonly body: Readable
  /** Ends the upload from outside: the registry is stopping. */
  readonly stop: AbortSignal
}

/** Gives the bytes that are here now. Throws what UploadArea.append throws, UPLOAD_TOO_SLOW or NOT_FOUND. */
export async function receiveUpload(services: RegistryServices, upload: Upload): Promise<number> {
  const { db, clock, config, uploads } = services
  const promised = requirePromised(db, upload.session, upload.digest)
  if (findLiveBlob(db, promised.digest)) return promised.size
  const keepLease = () => write(db, (tx) => extendLease(tx, upload.session.id, clock() + config.times.leaseMs))
  keepLease()
  const renewal = setInterval(() => attempt(keepLease, services.logger), config.times.leaseMs / 4)
  const abort = new AbortController()
  const signal = AbortSignal.any([abort.signal, upload.stop])
  const chunks = watchRate(readBody(upload.body, signal), config.times, abort)
  try {
    const part = { ...promised, session: upload.session.id }
    return await uploads.append(part, { offset: upload.offset, chunks, abort }, (path) =>
      settle(services, path, promised),
    )
  } finally {
    clearInterval(renewal)
  }
}

/** A full disk keeps a lease from growing; the upload itself will say so. */
function attempt(act: () => unknown, logger: RegistryServices['logger']): void {
  try {
    act()
  } catch (error) {
    logger.warn({ err: error }, 'the lease of a session could not be renewed')
  }
}

/** Makes a blob of a part that a crash, or a full disk, kept from becoming one. Gives the bytes that are here now. */
export async function finishUpload(services: RegistryServices, part: UploadPart): Promise<number> {
  const nothing = { offset: part.size, chunks: Readable.from([]), abort: new AbortController() }
  try {
    return await services.uploads.append(part, nothing, (path) => settle(services, path, part))
  } catch (error) {
    if (!isCoded(error, 'DIGEST_MISMATCH') && !isCoded(error, 'UPLOAD_OFFSET_MISMATCH')) throw error
    return findLiveBlob(services.db, part.digest) ? part.size : 0
  }
}

/** Throws NOT_FOUND for a digest that the session did not announce. */
export function requirePromised(db: Db, session: SessionRow, digest: string): PromisedBlob {
  const promised = listUploads(db, session.id).find((blob) => blob.digest === digest)
  if (promised) return promised
  throw coded('NOT_FOUND', {
    message: 'the session did not announce a blob of this digest',
    details: { session: session.id },
  })
}

async function settle({ blobs, db, clock }: RegistryServices, path: string, blob: PromisedBlob): Promise<void> {
  await blobs.adopt(path, blob.digest)
  write(db, (tx) => recordBlob(tx, blob.digest, blob.size, clock()))
}
