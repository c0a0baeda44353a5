// Uploads in progress: DIR/uploads/<session>/<hex>.part. One request at a time writes a part; a newer one ends an older one,
// because a client that comes back knows better than a connection that died unnoticed.
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { hexOf } from '../../schemas/digest.ts'
import { coded } from '../../schemas/errors.ts'
import type { BlobSource } from '../../static-tree/write/store.ts'
import { ignoring } from '../../system/errno.ts'
import { explainDisk } from '../../system/files/errors.ts'
import type { FreeSpace } from '../data-dir/free-space.ts'
import { measureSpace } from '../data-dir/free-space.ts'
import { uploadsPath } from '../data-dir/paths.ts'
import type { Promised } from './append.ts'
import { appendToPart } from './append.ts'
import { finishedUpload } from './finished-upload.ts'
import { openPrefixHashes } from './prefix-hashes.ts'

export type UploadPart = Promised & { readonly session: string }

type UploadBody = {
  readonly offset: number
  readonly chunks: AsyncIterable<Buffer>
  /** Ends the chunks. */
  readonly abort: AbortController
}

export type UploadArea = {
  /** Bytes of the part that are on disk at this moment. */
  peek(part: UploadPart): Promise<number>
  /** Bytes of the part that are on disk, after ending an upload of it that is still running. */
  offsetOf(part: UploadPart): Promise<number>
  /**
   * Appends the body. Once the part holds exactly the promised bytes, synced, hands them to `commit`, and they go when it stored them.
   * Throws UPLOAD_OFFSET_MISMATCH, SIZE_MISMATCH, DIGEST_MISMATCH or NO_SPACE. Gives the bytes that are here now.
   */
  append(part: UploadPart, body: UploadBody, commit: (upload: BlobSource) => Promise<void>): Promise<number>
  /** Ends running uploads of the session and removes its parts. */
  remove(session: string): Promise<void>
  /** Sessions that have a folder. */
  list(): Promise<string[]>
  /** What it can still be filled with. */
  freeSpace(): Promise<FreeSpace>
}

type Running = { readonly abort: AbortController; readonly ended: Promise<unknown> }

export async function openUploadArea(dataDir: string): Promise<UploadArea> {
  const folder = uploadsPath(dataDir)
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw explainDisk(error, folder)
  })
  const hashes = openPrefixHashes()
  const running = new Map<string, Running>()
  const pathOf = ({ session, digest }: UploadPart) => join(folder, session, `${hexOf(digest)}.part`)

  /** Synchronous from the last look at `running` to the start of `act`, so that no two can start at once. */
  async function alone<T>(path: string, abort: AbortController, act: () => Promise<T>): Promise<T> {
    for (let other = running.get(path); other; other = running.get(path)) {
      other.abort.abort(takenOver())
      await other.ended
    }
    const work = act()
    const mine = { abort, ended: work.catch(() => undefined) }
    running.set(path, mine)
    try {
      return await work
    } finally {
      if (running.get(path) === mine) running.delete(path)
    }
  }

  return {
    peek: (part) => sizeOf(pathOf(part)),
    offsetOf: (part) => alone(pathOf(part), new AbortController(), () => sizeOf(pathOf(part))),
    append(part, { offset, chunks, abort }, commit) {
      const path = pathOf(part)
      return alone(path, abort, async () => {
        const complete = await appendToPart({ path, promised: part, offset, chunks, hashes })
        if (!complete) return sizeOf(path)
        await commit(finishedUpload(path, part))
        await rm(path, { force: true })
        return part.size
      })
    },
    async remove(session) {
      const own = join(folder, session)
      const mine = [...running].filter(([path]) => path.startsWith(`${own}/`)).map(([, upload]) => upload)
      for (const { abort } of mine) abort.abort(takenOver())
      await Promise.all(mine.map(({ ended }) => ended))
      hashes.forget(own)
      await rm(own, { recursive: true, force: true })
    },
    list: () => readdir(folder),
    freeSpace: () => measureSpace(dataDir),
  }
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(ignoring('ENOENT'))
  return found?.size ?? 0
}

function takenOver(): Error {
  return coded('UPLOAD_OFFSET_MISMATCH', {
    message: 'another request continues this upload',
    hint: 'ask for the offset with HEAD and continue from there',
  })
}
