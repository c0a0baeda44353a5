// Remembers which files were hashed, by device, inode, size and times, so that a warm check costs microseconds. Changing a
// file changes its ctime, which no program can set back. Memos count within one boot only: after a power cut, the times of
// a file may be on disk while its bytes are not.
import type { BigIntStats } from 'node:fs'
import { lstatSync, readFileSync } from 'node:fs'
import { uptime } from 'node:os'
import { join } from 'node:path'
import { readIfThere, writeWhole } from './files.ts'
import type { Layout, StoredArtifact } from './layout.ts'

/** Relative path, and what identifies its content. */
export type MemoEntry = readonly [path: string, identity: string]

type Memo = { readonly boot: string; readonly entries: readonly MemoEntry[] }

/** Kernels before 6.13 stamp files in steps of up to 10 ms: a change within the same step would go unseen. */
const SETTLED_NS = 20_000_000n

/** True when every remembered file and folder is the same as when it was hashed. */
export function isRemembered(layout: Layout, artifact: StoredArtifact): boolean {
  const memo = readMemo(layout.memo(artifact))
  if (!memo || memo.entries.length === 0 || memo.boot !== bootId()) return false
  const root = layout.tree(artifact.digest)
  return memo.entries.every(([path, identity]) => identityOf(statOf(join(root, path))) === identity)
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

export function statOf(path: string): BigIntStats | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false })
}

function identityOf(stat: BigIntStats | undefined): string {
  return stat ? [stat.dev, stat.ino, stat.mode, stat.size, stat.mtimeNs, stat.ctimeNs].join(':') : ''
}

function readMemo(path: string): Memo | undefined {
  try {
    return JSON.parse(readIfThere(path) ?? 'null') as Memo
  } catch {
    return undefined
  }
}

let boot: string | undefined
function bootId(): string {
  boot ??= readBootId()
  return boot
}

function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  } catch {
    // Where no kernel names its boot, its time must do; a clock that is set meanwhile only costs a new hash.
    return `at ${Math.round((Date.now() / 1000 - uptime()) / 10)}`
  }
}
