// Removes blobs that no release and no open session refers to. Mark and sweep from rows, safe beside a running server: a blob
// is first marked for deletion, so that nobody builds on it; then, asked once more, its row goes, and after it the bytes that
// were there before the question. Bytes that somebody brings meanwhile are others, and stay.
import type { Digest } from '../../schemas/digest.ts'
import { DAY_MS } from '../../schemas/duration.ts'
import { coded } from '../../schemas/errors.ts'
import type { RegistryDeps } from '../context.ts'
import { findMissingRows } from '../witness/missing-rows.ts'

type GarbageReport = {
  readonly dryRun: boolean
  /** Blobs with a row, and files that never got one. */
  readonly blobs: readonly { readonly digest: Digest; readonly bytes: number }[]
  readonly bytes: number
  /** Files that left the trash for good. */
  readonly emptied: number
}

const TRASH_MS = DAY_MS
/** As clocks are set back a little all the time. */
const SET_BACK_MS = DAY_MS

type Collection = {
  readonly dryRun: boolean
  /** Younger blobs are left alone. */
  readonly graceMs: number
}

type Ages = { readonly before: number; readonly latest: number }

/** Throws DATA_DIR_CORRUPT when versions are missing. */
export async function collectGarbage(deps: RegistryDeps, { dryRun, graceMs }: Collection): Promise<GarbageReport> {
  await requireEverything(deps)
  const now = deps.clock()
  const ages = { before: now - graceMs, latest: now + SET_BACK_MS }
  if (!dryRun) await deps.metadata.publishing.sweep({ now })
  const unreferenced = await deps.metadata.blobs.unreferenced({ ...ages, now })
  const rows = unreferenced.map(({ digest, size }) => ({ digest, bytes: size }))
  const orphans = await listOrphans(deps, ages)
  const blobs = [...rows, ...orphans]
  const removed = dryRun ? blobs : await sweepAll(deps, blobs)
  const emptied = dryRun ? 0 : await emptyTrash(deps)
  return { dryRun, blobs: removed, bytes: removed.reduce((sum, { bytes }) => sum + bytes, 0), emptied }
}

function emptyTrash({ blobs, metadata, clock }: RegistryDeps): Promise<number> {
  const now = clock()
  return blobs.purge({ beforeMs: now - TRASH_MS, latestMs: now + SET_BACK_MS }, metadata.blobs.has)
}

/** What looks unused may belong to a version whose row was cut away. */
async function requireEverything(deps: RegistryDeps): Promise<void> {
  const missing = await findMissingRows(deps)
  if (missing === undefined) return
  const { what, whenLost } = missing
  const otherwise = whenLost === undefined ? '' : `, or ${whenLost}`
  throw coded('DATA_DIR_CORRUPT', {
    message: `${what}, so no blob is removed`,
    hint: (data) =>
      `\`octo registry fsck --data ${data}\` says what is missing; restore a backup that has it${otherwise}`,
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
async function sweep({ metadata, blobs }: RegistryDeps, digest: Digest): Promise<boolean> {
  const stored = await blobs.stat(digest)
  await metadata.blobs.markForDeletion(digest)
  // A session that opens from here on sees no live blob and uploads the bytes again, or holds them by its announcement.
  const isUnused = await metadata.blobs.forget(digest)
  return isUnused && (stored === undefined || blobs.delete(digest, stored.generation))
}

/** Bytes whose row was never written, or went before them: a crash came between the two. */
async function listOrphans({ blobs, metadata }: RegistryDeps, { before, latest }: Ages) {
  const found: { digest: Digest; bytes: number }[] = []
  for await (const entry of blobs.list()) {
    if (typeof entry !== 'string' || (await metadata.blobs.has(entry))) continue
    const stored = await blobs.stat(entry)
    if (stored && (stored.writtenAtMs < before || stored.writtenAtMs > latest))
      found.push({ digest: entry, bytes: stored.size })
  }
  return found
}
