// Remembers which files were hashed, so that a warm check costs microseconds.
import type { BigIntStats } from 'node:fs'
import { closeSync, fstatSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Digest } from '../../schemas/digest.ts'
import { identityOf, isSameState } from '../../system/files/file-identity.ts'
import { stagedPath } from '../../system/files/staged-file.ts'
import type { Memo, MemoEntry } from './identity.ts'
import { isUnchanged, statOf } from './identity.ts'
import type { Layout, TreeKey } from './layout.ts'
import { readOwnRecord } from './own-record.ts'
import type { StoredArtifact, StoredFile } from './stored-artifact.ts'
import { writeOwnRecord } from './write-own-record.ts'

/** The artifact's files, when every remembered file and folder is the same as when it was hashed. */
export function rememberedFiles(layout: Layout, artifact: StoredArtifact): readonly StoredFile[] | undefined {
  const memo = readOwnRecord(layout.memo(artifact.key)) as Memo | undefined
  if (!isUnchanged(layout.tree(artifact.key), memo)) return undefined
  return memo.entries.flatMap(([path, _identity, digest, size, places]) =>
    digest === undefined ? [] : [{ path, size: size ?? 0, digest: digest as Digest, ...(places ? { places } : {}) }],
  )
}

type States = ReadonlyMap<string, BigIntStats>

/** As this process found them in records of this boot, which it does not outlive. */
const foundStates = new WeakMap<Layout, Map<TreeKey, States>>()

/** The same question of an artifact that runs again and again: its record is read once, its files are looked at each time. */
export function isRemembered(layout: Layout, artifact: StoredArtifact): boolean {
  const found = foundStates.get(layout) ?? new Map<TreeKey, States>()
  foundStates.set(layout, found)
  const before = found.get(artifact.key)
  if (before && isStill(before)) return true
  const states = rememberedPlaces(layout, artifact)
  if (states) found.set(artifact.key, states)
  else found.delete(artifact.key)
  return states !== undefined
}

function isStill(states: States): boolean {
  for (const [path, state] of states) if (!isSameState(state, statOf(path))) return false
  return true
}

/** Everything in the artifact's folder, by absolute path, while it is as it was when it was hashed. */
export function rememberedPlaces(layout: Layout, { key }: StoredArtifact): Map<string, BigIntStats> | undefined {
  const memo = readOwnRecord(layout.memo(key)) as Memo | undefined
  const root = layout.tree(key)
  if (!isUnchanged(root, memo)) return undefined
  const places = new Map<string, BigIntStats>()
  for (const [path, identity] of memo.entries) {
    const stat = statOf(join(root, path))
    if (stat === undefined || identityOf(stat) !== identity) return undefined
    places.set(join(root, path), stat)
  }
  return places
}

export type Hashed = {
  /** What the file system's own clock said before the stats were taken; undefined where it cannot be asked. */
  readonly since: bigint | undefined
  /** By relative path, each from before its file was hashed. */
  readonly stats: Map<string, BigIntStats>
  /** They lie in the store of all users, where root may own them. */
  readonly isShared: boolean
}

export function beginHashing(layout: Layout): Hashed {
  const isShared = layout.sharedRoot !== undefined
  return { since: isShared ? sharedTime(layout) : fileSystemTime(layout), stats: new Map(), isShared }
}

/** Remembers files just hashed; skipped while they are too fresh for their times to tell every change. */
export function remember(
  layout: Layout,
  artifact: StoredArtifact,
  { since, stats }: Pick<Hashed, 'since' | 'stats'>,
  files: readonly StoredFile[],
): void {
  if (since === undefined) return
  if ([...stats.values()].some(({ ctimeNs }) => !isSettled(ctimeNs, since))) return
  const known = new Map(files.map((file) => [file.path, file]))
  const entries = [...stats].map(([path, stat]): MemoEntry => {
    const file = known.get(path)
    if (!file) return [path, identityOf(stat)]
    const { digest, size, places } = file
    return places ? [path, identityOf(stat), digest, size, places] : [path, identityOf(stat), digest, size]
  })
  const memo: Memo = { entries }
  writeOwnRecord(layout, layout.memo(artifact.key), memo)
}

/** Kernels before 6.13 stamp files in steps of up to 10 ms: a change within the same step would go unseen. */
const STEP_NS = 20_000_000n
/** Times without digits below a millisecond come from a file system that rounds them, by up to two seconds. */
const ROUNDED_STEP_NS = 3_000_000_000n
const ROUNDED_TO_NS = 1_000_000n

/** True when any later change would give the file another time. */
export function isSettled(ctimeNs: bigint, nowNs: bigint): boolean {
  const step = ctimeNs % ROUNDED_TO_NS === 0n ? ROUNDED_STEP_NS : STEP_NS
  return ctimeNs <= nowNs - step
}

/** Nobody writes there to ask its clock. That of another file system may go otherwise, by as much as servers are ever apart. */
const OTHER_CLOCK_NS = 60_000_000_000n

function sharedTime(layout: Layout): bigint | undefined {
  const since = fileSystemTime(layout)
  const isSameClock = statOf(layout.trees)?.dev === statOf(layout.staging)?.dev
  return since === undefined || isSameClock ? since : since - OTHER_CLOCK_NS
}

/** From a file made now: on a network file system, the server's clock is the one that stamps. */
function fileSystemTime(layout: Layout): bigint | undefined {
  const probe = stagedPath(layout.staging, 'clock')
  try {
    const file = openSync(probe, 'wx', 0o600)
    try {
      return fstatSync(file, { bigint: true }).ctimeNs
    } finally {
      closeSync(file)
      rmSync(probe, { force: true })
    }
  } catch {
    return undefined
  }
}
