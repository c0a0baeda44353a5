// Uploads one blob from an offset, in pieces; after an interruption it asks the registry how far it came and goes on there.
import { Readable } from 'node:stream'
import type { Digest } from '../../schemas/digest.ts'
import { coded, isCoded } from '../../schemas/errors.ts'
import { readRange } from '../../system/files/read-chunks.ts'
import { isSuccess } from '../../system/http/call-refusal.ts'
import type { Connection, HttpReply } from '../../system/http/connection.ts'
import { readProblem } from '../../system/http/problem.ts'
import { isTransientReply, RetryBudget, sendPatiently } from '../../system/http/retry-budget.ts'
import { changedWhileRead } from '../dist-folder/changed-while-read.ts'
import { publishRefusalOf } from './call-refusal.ts'
import { sessionPath } from './publishing-session.ts'

export type BlobSource = { readonly path: string } | { readonly text: string }

type Upload = {
  readonly session: string
  readonly digest: Digest
  readonly size: number
  /** What errors call the blob. */
  readonly name: string
  readonly source: BlobSource
  readonly onProgress: (bytes: number) => void
}

/** So much is lost at most when a proxy in between keeps bodies until they are whole. */
const PIECE_BYTES = 64 * 1024 * 1024
/** Something in front may take smaller bodies only: nginx 1 MiB, unless it is told otherwise. */
const SMALLEST_PIECE_BYTES = 64 * 1024

/** Returns when the registry has all bytes. */
export async function uploadBlob(connection: Connection, upload: Upload, start: number): Promise<void> {
  const budget = new RetryBudget(connection)
  const shown = countShown(upload)
  let [offset, furthest, pieceBytes] = [start, start, PIECE_BYTES]
  // A registry that counts back and forth again and again makes no progress.
  const goOnAt = (reached: number) => {
    offset = reached
    if (offset <= furthest) return
    furthest = offset
    budget.reset()
  }
  shown.reach(start)
  while (offset < upload.size) {
    const size = Math.min(pieceBytes, upload.size - offset)
    const reply = await sendPiece(connection, upload, { offset, size, onProgress: shown.add })
    const reached = reply && isSuccess(reply) ? offsetOf(reply) : undefined
    if (reached !== undefined && reached > offset) {
      goOnAt(reached)
      continue
    }
    shown.reach(offset)
    if (reply && isTooLarge(reply) && size > SMALLEST_PIECE_BYTES) {
      pieceBytes = smallerThan(size)
      continue
    }
    if (reply && isFinal(reply)) throw publishRefusalOf(reply, `upload of ${upload.name}`)
    if (!(await budget.wait(reply))) throw gaveUp(upload, offset, reply)
    goOnAt(await askOffset(connection, upload))
    shown.reach(offset)
  }
}

/** Something in front limits bodies; the registry itself says its own limits in a problem document. */
function isTooLarge(reply: HttpReply): boolean {
  return reply.status === 413 && readProblem(reply.text)?.code === undefined
}

/** The next power of 8, from 64 MiB down: few tries, and 1 MiB, where most limits are, is one of them. */
function smallerThan(size: number): number {
  let piece = PIECE_BYTES
  while (piece >= size && piece > SMALLEST_PIECE_BYTES) piece /= 8
  return Math.max(piece, SMALLEST_PIECE_BYTES)
}

/** What was shown as sent and was not taken is taken back. */
function countShown({ onProgress }: Upload) {
  let shown = 0
  const add = (bytes: number) => {
    shown += bytes
    onProgress(bytes)
  }
  return { add, reach: (offset: number) => (offset === shown ? undefined : add(offset - shown)) }
}

type Piece = { readonly offset: number; readonly size: number; readonly onProgress: (bytes: number) => void }

/** No reply means that the connection broke: how much arrived must be asked. */
async function sendPiece(
  connection: Connection,
  upload: Upload,
  { offset, size, onProgress }: Piece,
): Promise<HttpReply | undefined> {
  try {
    return await connection.send({
      method: 'PATCH',
      path: blobPathOf(upload),
      headers: { 'upload-offset': String(offset) },
      body: { size, chunks: counted(chunksOf(upload, offset, size), onProgress) },
    })
  } catch (error) {
    if (isCoded(error, 'FETCH_FAILED')) return undefined
    throw error
  }
}

function chunksOf({ source }: Upload, offset: number, size: number): AsyncIterable<Uint8Array> {
  if ('path' in source) return readRange(source.path, { size, offset }, changedWhileRead)
  return Readable.from([Buffer.from(source.text).subarray(offset, offset + size)])
}

async function* counted(chunks: AsyncIterable<Uint8Array>, onProgress: (bytes: number) => void) {
  for await (const chunk of chunks) {
    yield chunk
    onProgress(chunk.length)
  }
}

async function askOffset(connection: Connection, upload: Upload): Promise<number> {
  const reply = await sendPatiently(connection, { method: 'HEAD', path: blobPathOf(upload) })
  const offset = isSuccess(reply) ? offsetOf(reply) : undefined
  if (offset !== undefined && offset <= upload.size) return offset
  throw publishRefusalOf(reply, `question how much of ${upload.name} arrived`)
}

function offsetOf(reply: HttpReply): number | undefined {
  const text = reply.headers['upload-offset']
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

/** Trying again would bring the same answer. A success that counted no bytes is not final: the offset must be asked. */
function isFinal(reply: HttpReply): boolean {
  const elsewhere = reply.status === 409 && reply.text.includes('"UPLOAD_OFFSET_MISMATCH"')
  return !isSuccess(reply) && !isTransientReply(reply) && !elsewhere
}

function blobPathOf({ session, digest }: Upload): string {
  return `${sessionPath(session)}/blobs/${digest}`
}

function gaveUp(upload: Upload, offset: number, reply: HttpReply | undefined): Error {
  if (reply && !isSuccess(reply)) return publishRefusalOf(reply, `upload of ${upload.name}`)
  return coded('FETCH_FAILED', {
    message: `upload of \`${upload.name}\` broke off at byte ${offset} of ${upload.size} again and again`,
    details: { file: upload.name, offset, size: upload.size },
    hint: 'run the same command again: it goes on where it stopped',
  })
}
