// What tells one state of a file from another without reading it: device, inode, mode, size and times. Changing a file
// changes its ctime, which no program can set back. Remembered identities count within one boot only: after a power cut,
// the times of a file may be on disk while its bytes are not. Imports nothing of ours, because warm runs start with it.
import type { BigIntStats } from 'node:fs'
import { lstatSync, readFileSync } from 'node:fs'
import { uptime } from 'node:os'
import { join } from 'node:path'

/** Relative path, and what identifies its content. */
export type MemoEntry = readonly [path: string, identity: string]

export type Memo = { readonly boot: string; readonly entries: readonly MemoEntry[] }

/** True when every remembered file and folder below `root` is the same as when it was hashed. */
export function isUnchanged(root: string, memo: Memo | undefined): boolean {
  if (!memo || memo.entries.length === 0 || memo.boot !== bootId()) return false
  return memo.entries.every(([path, identity]) => identityOf(statOf(join(root, path))) === identity)
}

export function statOf(path: string): BigIntStats | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false })
}

export function identityOf(stat: BigIntStats | undefined): string {
  return stat ? [stat.dev, stat.ino, stat.mode, stat.size, stat.mtimeNs, stat.ctimeNs].join(':') : ''
}

let boot: string | undefined
export function bootId(): string {
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
