// Remembers which files were hashed, so that a warm check costs microseconds.
import type { BigIntStats } from 'node:fs'
import { parseJson } from '../../schemas/json.ts'
import { readIfThere, writeWhole } from './files.ts'
import type { Memo, MemoEntry } from './identity.ts'
import { bootId, identityOf, isUnchanged } from './identity.ts'
import type { Layout, StoredArtifact } from './layout.ts'

/** Kernels before 6.13 stamp files in steps of up to 10 ms: a change within the same step would go unseen. */
const SETTLED_NS = 20_000_000n

/** True when every remembered file and folder is the same as when it was hashed. */
export function isRemembered(layout: Layout, artifact: StoredArtifact): boolean {
  return isUnchanged(layout.tree(artifact.digest), readMemo(layout.memo(artifact)))
}

export type Hashed = {
  /** Milliseconds since 1970, from before the stats were taken. */
  readonly since: number
  /** By relative path, each from before its file was hashed. */
  readonly stats: Map<string, BigIntStats>
}

/** Remembers files just hashed; skipped while they are too fresh for their times to tell every change. */
export function remember(layout: Layout, artifact: StoredArtifact, { since, stats }: Hashed): void {
  const now = BigInt(since) * 1_000_000n
  const entries: MemoEntry[] = []
  for (const [path, stat] of stats) {
    if (stat.ctimeNs > now - SETTLED_NS) return
    entries.push([path, identityOf(stat)])
  }
  const memo: Memo = { boot: bootId(), entries }
  writeWhole(layout.memo(artifact), JSON.stringify(memo), { staging: layout.staging })
}

/** A memo has one short line for each file of at most 10 000. */
const MAX_MEMO_BYTES = 32 * 1024 * 1024

function readMemo(path: string): Memo | undefined {
  try {
    return parseJson(readIfThere(path) ?? 'null', path, MAX_MEMO_BYTES) as Memo
  } catch {
    return undefined
  }
}
