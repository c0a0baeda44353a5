// Removes blobs that no release and no open session refers to. Mark and sweep from rows, safe beside a running server: a blob
// is first marked for deletion, so that nobody builds on it, and its file goes only under the write lock, after asking once
// more.
import { readdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Digest } from '../../schemas/digest.ts'
import { DAY_MS } from '../../schemas/duration.ts'
import { coded } from '../../schemas/errors.ts'
import type { RegistryDeps } from '../context.ts'
import {
  deleteBlobRow,
  hasBlobRow,
  isMarkedForDeletion,
  isReferenced,
  listUnreferenced,
  markBlobForDeletion,
} from '../db/sqlite/blobs.ts'
import { writePatiently } from '../db/sqlite/open.ts'
import { dropExpiredSessions } from '../db/sqlite/sessions.ts'
import { isEverythingHere } from '../db/sqlite/upkeep.ts'
import { trashPath } from '../settings.ts'

export type GarbageReport = {
  readonly dryRun: boolean
  /** Blobs with a row, and files that never got one. */
  readonly blobs: readonly { readonly digest: Digest; readonly bytes: number }[]
  readonly bytes: number
  /** Files that left the trash for good. */
  readonly emptied: number
}

const TRASH_MS = DAY_MS

export type Collection = {
  readonly dryRun: boolean
  /** Younger blobs are left alone. */
  readonly graceMs: number
}

/** Throws DATA_DIR_CORRUPT when versions are missing. */
export async function collectGarbage(deps: RegistryDeps, { dryRun, graceMs }: Collection): Promise<GarbageReport> {
  requireEverything(deps)
  const before = deps.clock() - graceMs
  if (!dryRun) await writePatiently(deps.db, (tx) => void dropExpiredSessions(tx, deps.clock()))
  const rows = listUnreferenced(deps.db, before, deps.clock()).map(({ digest, size }) => ({ digest, bytes: size }))
  const orphans = await listOrphans(deps, before)
  const blobs = [...rows, ...orphans]
  const removed = dryRun ? blobs : await sweepAll(deps, blobs)
  const emptied = dryRun ? 0 : await emptyTrash(deps)
  return { dryRun, blobs: removed, bytes: removed.reduce((sum, { bytes }) => sum + bytes, 0), emptied }
}

/** What looks unused may belong to a version whose row was cut away. */
function requireEverything({ db }: RegistryDeps): void {
  if (isEverythingHere(db)) return
  throw coded('DATA_DIR_CORRUPT', {
    message: 'the audit log names more published versions than there are, so no blob is removed',
    hint: '`octo registry fsck --data DIR`, then restore a backup',
  })
}

async function sweepAll(deps: RegistryDeps, blobs: GarbageReport['blobs']): Promise<GarbageReport['blobs']> {
  const removed: GarbageReport['blobs'][number][] = []
  for (const blob of blobs) {
    if (await sweep(deps, blob.digest)) removed.push(blob)
    // Requests get their turn between two blobs.
    await new Promise(setImmediate)
  }
  return removed
}

/** False when someone began to use the blob in the meantime. */
async function sweep({ db, blobs }: RegistryDeps, digest: Digest): Promise<boolean> {
  await writePatiently(db, (tx) => {
    if (!isReferenced(tx, digest)) markBlobForDeletion(tx, digest)
  })
  // A session that opens from here on sees no live blob and uploads the bytes again, or holds them by its announcement.
  return writePatiently(db, (tx) => {
    if (isReferenced(tx, digest) || (hasBlobRow(tx, digest) && !isMarkedForDeletion(tx, digest))) return false
    blobs.discard(digest)
    deleteBlobRow(tx, digest)
    return true
  })
}

/** Files whose row was never written: a crash came between the two. */
async function listOrphans({ blobs, db }: RegistryDeps, before: number) {
  const found: { digest: Digest; bytes: number }[] = []
  for await (const entry of blobs.list()) {
    if (typeof entry !== 'string' || hasBlobRow(db, entry)) continue
    const file = await stat(blobs.pathOf(entry)).catch(() => undefined)
    if (file && file.mtimeMs < before) found.push({ digest: entry, bytes: file.size })
  }
  return found
}

async function emptyTrash({ config, clock }: RegistryDeps): Promise<number> {
  const folder = trashPath(config.dataDir)
  let emptied = 0
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    // ctime is when the file was moved here; a blob's mtime is when it was uploaded.
    const file = await stat(path).catch(() => undefined)
    if (!file || file.ctimeMs > clock() - TRASH_MS) continue
    await unlink(path)
    emptied++
  }
  return emptied
}
