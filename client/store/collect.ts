// Removes what no known lockfile names, nothing runs and nothing used for a while. Installs hold the store's lock shared, this holds it
// exclusive, so nothing is removed between being found and being used.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Digest } from '../../schemas/digest.ts'
import { isDigest } from '../../schemas/digest.ts'
import { DAY_MS } from '../../schemas/duration.ts'
import { takeLock } from '../../system/process-lock.ts'
import { onStoreDisk, STORE_DISK } from './disk.ts'
import { statOf } from './identity.ts'
import { forgetGonePrograms, knownPrograms } from './known-programs.ts'
import { forgetGoneLocks, rootsOf } from './known-projects.ts'
import { lastUse } from './last-use.ts'
import type { Layout } from './layout.ts'
import { isTreeKey } from './layout.ts'
import { unusedNotes } from './made-programs.ts'
import { runningDigests } from './running-trees.ts'
import { removeTree, STAGED_TREE } from './unpacked.ts'
import { digestOfName, entriesOf, sizeOf } from './weigh-store.ts'

/** Younger things stay: a lockfile that names them may be about to be written. */
const MIN_AGE_MS = DAY_MS

type CollectOptions = {
  readonly now: number
  readonly minAgeMs?: number
  readonly dryRun?: boolean
  readonly onWait?: ((line: string) => void) | undefined
}

type Collected = { readonly path: string; readonly bytes: number; readonly why: Why }

type Why = 'no known lockfile names it' | 'an earlier octo made it' | 'it was left behind, or is made anew when needed'

/** Returns what was removed, or would be with `dryRun`. */
export async function collect(layout: Layout, options: CollectOptions): Promise<readonly Collected[]> {
  using _lock = await takeLock({
    path: layout.storeLock,
    mode: 'exclusive',
    subject: 'the store',
    ...STORE_DISK,
    onWait: options.onWait,
  })
  const minAgeMs = options.minAgeMs ?? MIN_AGE_MS
  const needed = [...rootsOf(layout), ...knownPrograms(layout).keys(), ...(runningDigests(layout) ?? [])]
  const roots = new Set([...needed, ...usedAfter(layout, options.now - minAgeMs)])
  const isOld = (path: string) => ageOf(path, options.now) >= minAgeMs
  const found = new Map<string, Why>([
    ...pairs(unfinished(layout), 'it was left behind, or is made anew when needed'),
    ...pairs(outdated(layout), 'an earlier octo made it'),
    ...pairs([...unreferenced(layout, roots), ...unusedNotes(layout, roots)], 'no known lockfile names it'),
  ])
  const doomed = [...found].filter(([path]) => isOld(path))
  const removed = doomed.map(([path, why]) => ({ path, bytes: sizeOf(path, layout), why }))
  if (options.dryRun) return removed
  for (const { path } of removed) removeAny(path)
  forgetGoneLocks(layout)
  forgetGonePrograms(layout)
  return removed
}

function pairs(paths: readonly string[], why: Why): readonly (readonly [string, Why])[] {
  return paths.map((path) => [path, why])
}

/** Also of what no lockfile names: somebody ran it beside the locked version. */
function usedAfter(layout: Layout, since: number): readonly Digest[] {
  return entriesOf(layout.trees)
    .filter(isTreeKey)
    .filter((key) => (lastUse(layout, key) ?? 0) > since)
    .map(digestOfName)
    .filter(isDigest)
}

function unreferenced(layout: Layout, roots: ReadonlySet<Digest>): readonly string[] {
  const folders = [
    layout.trees,
    layout.blobs,
    layout.releases,
    layout.memos,
    layout.proven,
    layout.shimNames,
    layout.used,
  ]
  return folders.flatMap((folder) =>
    entriesOf(folder)
      .filter((name) => isUnrooted(name, roots))
      .map((name) => join(folder, name)),
  )
}

/** Everything in these folders is disposable or was left behind by a process that died. */
function unfinished(layout: Layout): readonly string[] {
  const folders = [layout.staging, layout.parts, layout.documents, layout.warm]
  const stagedTrees = entriesOf(layout.trees).filter((name) => name.startsWith(STAGED_TREE))
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
  return isDigest(digestOfName(name))
}

function isUnrooted(name: string, roots: ReadonlySet<Digest>): boolean {
  const digest = digestOfName(name)
  return isDigest(digest) && !roots.has(digest)
}

function ageOf(path: string, now: number): number {
  const stat = statOf(path)
  return stat ? now - Number(stat.ctimeMs) : 0
}

function removeAny(path: string): void {
  if (statOf(path)?.isDirectory()) removeTree(path)
  else onStoreDisk(path, () => rmSync(path, { force: true }))
}
