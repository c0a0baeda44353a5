// The store makes room by itself: beyond its limit, what nobody used for longest goes first. Never what a known lockfile names or
// named until lately, what a service uses, what runs, or what was used or came within a day; and nothing where any of that cannot be
// told. Bounded, and never waited for: where somebody installs at the same time, nothing is done.
//
// Killed at any point nothing is lost: what is executed vanishes by one rename before its blob does, and what was renamed is
// removed the next time.
import { renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Digest } from '../../schemas/digest.ts'
import { DAY_MS } from '../../schemas/duration.ts'
import type { CodedError } from '../../schemas/errors.ts'
import { throwDefect } from '../../schemas/errors.ts'
import { tryLock } from '../../system/process-lock.ts'
import type { CollectionNote } from './collection-note.ts'
import { readCollection, writeCollection } from './collection-note.ts'
import { onStoreDisk, STORE_DISK } from './disk.ts'
import { statOf } from './identity.ts'
import { notedPrograms } from './known-programs.ts'
import { keptDigests } from './known-projects.ts'
import { lastUse } from './last-use.ts'
import type { Layout } from './layout.ts'
import { isOpenToReaders } from './open-to-readers.ts'
import { runningDigests } from './running-trees.ts'
import { removeTree, STAGED_TREE, stagedTree } from './unpacked.ts'
import type { KnownSizes, StoreWeight, Weighed } from './weigh-store.ts'
import { entriesOf, weighStore } from './weigh-store.ts'

type KeepOptions = {
  /** Undefined where it is off. */
  readonly limitBytes: number | undefined
  readonly now: number
  /** What whoever waits for the command may be kept by it. */
  readonly budgetMs?: number
  /** Told before each step that changes the store. */
  readonly onStep?: (step: string) => void
}

type Kept =
  /** `early`: it was looked at within a day; `shared`: others use what is here, and nobody knows what. */
  | { readonly state: 'off' | 'early' | 'busy' | 'shared' }
  | { readonly state: 'refused'; readonly error: CodedError }
  | { readonly state: 'done'; readonly removed: readonly Weighed[]; readonly bytes: number }

const BUDGET_MS = 250
const MIN_AGE_MS = DAY_MS
/** Where nobody can tell what runs. */
const MIN_AGE_UNSEEN_MS = 30 * DAY_MS

/** Once a day, after something came. Throws what the disk says. */
export async function keepSmall(layout: Layout, options: KeepOptions): Promise<Kept> {
  const { limitBytes, now, onStep = () => undefined } = options
  if (limitBytes === undefined) return { state: 'off' }
  const before = readCollection(layout)
  if (before && !before.unfinished && Math.abs(now - before.at) < DAY_MS) return { state: 'early' }
  if (isOpenToReaders(layout)) return { state: 'shared' }
  const deadline = performance.now() + (options.budgetMs ?? BUDGET_MS)
  const doomed: string[] = []
  const kept = await underLock(layout, () => {
    const plan = planRoom(layout, { limitBytes, now }, before?.sizes)
    if ('error' in plan) return { state: 'refused', error: plan.error } as const
    const removed: Weighed[] = []
    for (const artifact of plan.removable) {
      // On a machine so busy that the time is up already, one goes all the same.
      if (removed.length > 0 && performance.now() > deadline) break
      if (isUsedSince(layout, artifact)) continue
      doomed.push(...removeArtifact(layout, artifact, onStep))
      removed.push(artifact)
    }
    doomed.push(...leftBehind(layout, now))
    noteOutcome(layout, { plan, removed, options })
    return { state: 'done', removed, bytes: plan.weight.bytes - bytesOf(removed) } as const
  })
  // All have a name that nobody looks for, so that nobody has to wait for them to be gone, or has them taken away.
  for (const path of doomed) {
    if (performance.now() > deadline) break
    onStep('clear')
    if (statOf(path)?.isDirectory()) removeTree(path)
    else onStoreDisk(path, () => rmSync(path, { force: true }))
  }
  return kept
}

/** Somebody who holds the lock installs, or makes room as well. */
async function underLock(layout: Layout, act: () => Kept): Promise<Kept> {
  using lock = await tryLock({ path: layout.storeLock, mode: 'exclusive', subject: 'the store', ...STORE_DISK })
  return lock ? act() : { state: 'busy' }
}

export type Room =
  | { readonly weight: StoreWeight; readonly removable: readonly Weighed[] }
  /** A lockfile that cannot be read may name anything. */
  | { readonly error: CodedError }

/** What would go now. Changes nothing. */
export function planRoom(
  layout: Layout,
  { limitBytes, now }: { readonly limitBytes: number; readonly now: number },
  sizes: KnownSizes = {},
): Room {
  const weight = weighStore(layout, sizes)
  if (weight.bytes <= limitBytes) return { weight, removable: [] }
  try {
    const running = runningDigests(layout)
    const needed = new Set<Digest>([...keptDigests(layout, now), ...notedPrograms(layout), ...(running ?? [])])
    const minAge = running ? MIN_AGE_MS : MIN_AGE_UNSEEN_MS
    const isFree = ({ digest, lastUse, since }: Weighed) =>
      !needed.has(digest) && now - lastUse >= minAge && now - since >= minAge
    const free = weight.artifacts.filter(isFree).toSorted((left, right) => left.lastUse - right.lastUse)
    return { weight, removable: untilWithin(free, weight.bytes - limitBytes) }
  } catch (error) {
    throwDefect(error)
    return { error }
  }
}

function untilWithin(free: readonly Weighed[], tooMany: number): readonly Weighed[] {
  let left = tooMany
  return free.filter(({ bytes }) => {
    const isNeeded = left > 0
    left -= bytes
    return isNeeded
  })
}

/** A run takes no lock: it may have begun since. */
function isUsedSince(layout: Layout, artifact: Weighed): boolean {
  return artifact.trees.some((key) => (lastUse(layout, key) ?? 0) > artifact.lastUse)
}

/** Gives what is left to be removed, under names that nobody looks for. */
function removeArtifact(layout: Layout, { digest, trees }: Weighed, onStep: (step: string) => void): readonly string[] {
  const left = trees.flatMap((key) => {
    onStep('tree')
    const gone = putAside(layout, layout.tree(key))
    onStep('records')
    for (const record of [layout.memo(key), layout.useMark(key)])
      onStoreDisk(record, () => rmSync(record, { force: true }))
    const shimNames = dirname(layout.shimName(key, 'name'))
    return statOf(shimNames) ? [gone, putAside(layout, shimNames)] : [gone]
  })
  onStep('blob')
  onStoreDisk(layout.blob(digest), () => rmSync(layout.blob(digest), { force: true }))
  return left
}

/** By processes that died, a day ago or longer. The next download goes on with a part: what goes is put aside before it can begin. */
function leftBehind(layout: Layout, now: number): readonly string[] {
  const isOld = (path: string) => now - Number(statOf(path)?.ctimeMs ?? now) >= MIN_AGE_MS
  const oldIn = (folder: string) =>
    entriesOf(folder)
      .map((name) => join(folder, name))
      .filter(isOld)
  const trees = oldIn(layout.trees).filter((path) => basename(path).startsWith(STAGED_TREE))
  return [...trees, ...oldIn(layout.staging), ...oldIn(layout.parts).map((path) => putAside(layout, path))]
}

/** By one rename: whoever comes next finds nothing in its place. */
function putAside(layout: Layout, path: string): string {
  const aside = stagedTree(layout)
  onStoreDisk(path, () => renameSync(path, aside))
  return aside
}

type Outcome = {
  readonly plan: Extract<Room, { weight: StoreWeight }>
  readonly removed: readonly Weighed[]
  readonly options: KeepOptions
}

function noteOutcome(layout: Layout, { plan, removed, options }: Outcome): void {
  const gone = new Set<string>(removed.flatMap(({ trees }) => trees))
  const note: CollectionNote = {
    at: options.now,
    removed: removed.length,
    removedBytes: bytesOf(removed),
    unfinished: removed.length < plan.removable.length,
    sizes: Object.fromEntries(Object.entries(plan.weight.sizes).filter(([key]) => !gone.has(key))),
  }
  writeCollection(layout, note)
}

function bytesOf(artifacts: readonly Weighed[]): number {
  return artifacts.reduce((sum, { bytes }) => sum + bytes, 0)
}
