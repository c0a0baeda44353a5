// Removes what no known lockfile names and nothing touched for a while. Installs hold the store's lock shared, this holds it
// exclusive, so nothing is removed between being found and being used.
import { readdirSync, rmSync } from 'node:fs'
import { join, sep } from 'node:path'
import type { Digest } from '../../schemas/digest.ts'
import { isDigest } from '../../schemas/digest.ts'
import { DAY_MS } from '../../schemas/duration.ts'
import { takeLock } from '../../system/process-lock.ts'
import { onDisk, STORE_DISK } from './disk.ts'
import { statOf } from './identity.ts'
import { knownPrograms } from './known-programs.ts'
import { rootsOf } from './known-projects.ts'
import type { Layout } from './layout.ts'
import { isTreeKey } from './layout.ts'
import { unusedNotes } from './made-programs.ts'
import { removeTree } from './unpacked.ts'

/** Younger things stay: a lockfile that names them may be about to be written. */
const MIN_AGE_MS = DAY_MS

type CollectOptions = {
  readonly now: number
  readonly minAgeMs?: number
  readonly dryRun?: boolean
  readonly onWait?: (line: string) => void
}

type Collected = { readonly path: string; readonly bytes: number }

/** Returns what was removed, or would be with `dryRun`. */
export async function collect(layout: Layout, options: CollectOptions): Promise<readonly Collected[]> {
  using _lock = await takeLock({
    path: layout.storeLock,
    mode: 'exclusive',
    subject: 'the store',
    ...STORE_DISK,
    ...(options.onWait ? { onWait: options.onWait } : {}),
  })
  const roots = new Set([...rootsOf(layout), ...knownPrograms(layout).keys()])
  const isOld = (path: string) => ageOf(path, options.now) >= (options.minAgeMs ?? MIN_AGE_MS)
  const found = new Set([
    ...unreferenced(layout, roots),
    ...unusedNotes(layout, roots),
    ...outdated(layout),
    ...unfinished(layout),
  ])
  const doomed = [...found].filter(isOld)
  const removed = doomed.map((path) => ({ path, bytes: sizeOf(path, layout) }))
  if (!options.dryRun) for (const { path } of removed) removeAny(path)
  return removed
}

function unreferenced(layout: Layout, roots: ReadonlySet<Digest>): readonly string[] {
  const folders = [layout.trees, layout.blobs, layout.releases, layout.memos, layout.proven, layout.shimNames]
  return folders.flatMap((folder) =>
    entriesOf(folder)
      .filter((name) => isUnrooted(name, roots))
      .map((name) => join(folder, name)),
  )
}

/** Everything in these folders is disposable or was left behind by a process that died. */
function unfinished(layout: Layout): readonly string[] {
  const folders = [layout.staging, layout.parts, layout.documents, layout.warm]
  const stagedTrees = entriesOf(layout.trees).filter((name) => name.startsWith('.staging-'))
  return [
    ...folders.flatMap((folder) => entriesOf(folder).map((name) => join(folder, name))),
    ...stagedTrees.map((name) => join(layout.trees, name)),
  ]
}

/** Names that an earlier octo gave to trees and memos: this one never looks for them. */
function outdated(layout: Layout): readonly string[] {
  const named = [layout.trees, layout.memos].flatMap((folder) =>
    entriesOf(folder)
      .filter((name) => isNamedByDigest(name) && !isTreeKey(name.replace(/\.json$/, '')))
      .map((name) => join(folder, name)),
  )
  const contents = join(layout.base, 'contents')
  return statOf(contents) ? [...named, contents] : named
}

function isNamedByDigest(name: string): boolean {
  return isDigest(`sha256:${name.slice(0, 64)}`)
}

function isUnrooted(name: string, roots: ReadonlySet<Digest>): boolean {
  const digest = `sha256:${name.slice(0, 64)}`
  return isDigest(digest) && !roots.has(digest)
}

function entriesOf(folder: string): readonly string[] {
  return onDisk(folder, () => readdirSync(folder))
}

function ageOf(path: string, now: number): number {
  const stat = statOf(path)
  return stat ? now - Number(stat.ctimeMs) : 0
}

/** What is linked counts once, with its blob. */
function sizeOf(path: string, layout: Layout): number {
  const stat = statOf(path)
  if (!stat) return 0
  if (stat.isDirectory()) return entriesOf(path).reduce((sum, name) => sum + sizeOf(join(path, name), layout), 0)
  return stat.nlink > 1n && !path.startsWith(`${layout.blobs}${sep}`) ? 0 : Number(stat.size)
}

function removeAny(path: string): void {
  if (statOf(path)?.isDirectory()) removeTree(path)
  else onDisk(path, () => rmSync(path, { force: true }))
}
