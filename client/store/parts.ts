// A blob on its way into the store: a part file that survives an interruption, continued by whoever holds the blob's lock.
import {
  closeSync,
  constants,
  fchmodSync,
  fdatasync,
  ftruncateSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { promisify } from 'node:util'
import type { Digest } from '../../schemas/digest.ts'
import { parseJson } from '../../schemas/json.ts'
import { clearPlace, readIfWhole, writeAll, writeWhole } from '../../system/files/atomic-file.ts'
import { explainDisk } from '../../system/files/errors.ts'
import { readPieces } from '../../system/files/read-pieces.ts'
import { onStoreDisk, STORE_DISK } from './disk.ts'
import type { Layout } from './layout.ts'

/** From where the part's bytes came, so that only the same file is continued. */
type PartOrigin = { readonly url: string; readonly etag?: string }

export type Part = {
  readonly path: string
  /** Bytes that were here when the part was opened. */
  readonly size: number
  readonly origin: PartOrigin | undefined
  /** The bytes that are here now. */
  existing(): AsyncIterable<Uint8Array>
  /** Forgets them; the server has another file or does not continue. */
  restart(origin: PartOrigin): void
  write(chunk: Uint8Array): void
  /** Makes the bytes a blob of the store. Only after they were proven. */
  commit(mode: number): Promise<void>
  /** Keeps the bytes for the next attempt. */
  keep(): void
  /** Removes them: they are wrong, or the disk is full. */
  discard(): void
}

const WORTH_CONTINUING_BYTES = 4 * 1024 * 1024

const syncData = promisify(fdatasync)

/** Opens or begins the part; the caller holds the blob's lock. */
export function openPart(layout: Layout, digest: Digest): Part {
  const path = layout.part(digest)
  const originPath = `${path}.json`
  const file = onStoreDisk(path, () => openOwn(path))
  const found = readOrigin(originPath)
  const size = onStoreDisk(path, () => statSync(path).size)
  const state = { open: true, origin: found, isNoted: found !== undefined, written: 0 }
  const close = () => {
    if (state.open) closeSync(file)
    state.open = false
  }
  const forgetOrigin = () => {
    if (state.isNoted) rmSync(originPath, { force: true })
  }
  const noteOrigin = () => {
    if (state.isNoted || state.origin === undefined) return
    writeWhole(originPath, JSON.stringify(state.origin), { staging: layout.staging, ...STORE_DISK })
    state.isNoted = true
  }

  return {
    path,
    size,
    origin: found,
    existing: () => readPieces(path),
    restart(origin) {
      onStoreDisk(path, () => ftruncateSync(file, 0))
      forgetOrigin()
      Object.assign(state, { origin, isNoted: false, written: 0 })
    },
    write(chunk) {
      onStoreDisk(path, () => writeAll(file, chunk))
      state.written += chunk.length
      // Less than this is as quickly fetched again as continued, should the process be killed.
      if (state.written > WORTH_CONTINUING_BYTES) noteOrigin()
    },
    async commit(mode) {
      try {
        await syncData(file)
        fchmodSync(file, mode)
        clearPlace(layout.blob(digest))
        renameSync(path, layout.blob(digest))
      } catch (error) {
        throw explainDisk(error, path, STORE_DISK)
      } finally {
        close()
        forgetOrigin()
      }
    },
    keep() {
      close()
      noteOrigin()
    },
    discard() {
      close()
      forgetOrigin()
      rmSync(path, { force: true })
    },
  }
}

const { O_APPEND, O_CREAT, O_NOFOLLOW = 0, O_WRONLY } = constants

/** A store that was carried here may have a link in its place, which would be emptied and filled wherever it leads. */
function openOwn(path: string): number {
  clearPlace(path)
  return openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600)
}

function readOrigin(path: string): PartOrigin | undefined {
  try {
    const { url, etag } = parseJson(readIfWhole(path) ?? '{}', path, 16 * 1024) as { url?: unknown; etag?: unknown }
    if (typeof url !== 'string') return undefined
    return { url, ...(typeof etag === 'string' ? { etag } : {}) }
  } catch {
    return undefined
  }
}
