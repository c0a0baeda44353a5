// What tells one state of a file from another without reading it: device, inode, owner, mode, size and times. Changing a
// file changes its ctime, which no program can set back. Remembered identities count within one boot only: after a power cut,
// the times of a file may be on disk while its bytes are not. Imports nothing of ours, because warm runs start with it.
import type { BigIntStats } from 'node:fs'
import { lstatSync } from 'node:fs'
import { join } from 'node:path'

/** Relative path, what identifies its content, what that content was, and where it loads code from; folders have none. */
export type MemoEntry = readonly [
  path: string,
  identity: string,
  digest?: string,
  size?: number,
  places?: readonly string[],
]

export type Memo = { readonly entries: readonly MemoEntry[] }

/**
 * True when every remembered file and folder below `root` is the same as when it was hashed. The root itself is one of
 * them, so that a file that is added beside them changes it.
 */
export function isUnchanged(root: string, memo: Memo | undefined): memo is Memo {
  if (!memo || !Array.isArray(memo.entries) || !memo.entries.some(([path]) => path === '.')) return false
  return memo.entries.every(([path, identity]) => isInside(path) && identityOf(statOf(join(root, path))) === identity)
}

/** A record that names what lies outside vouches for something else. */
function isInside(path: string): boolean {
  return path === '.' || path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}

export function statOf(path: string): BigIntStats | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false })
}

export function identityOf(stat: BigIntStats | undefined): string {
  if (!stat) return ''
  return [stat.dev, stat.ino, stat.uid, stat.gid, stat.mode, stat.size, stat.mtimeNs, stat.ctimeNs].join(':')
}
