// What is remembered of files that were hashed, by what tells one state of a file from another. Light: warm runs start with it.
import type { BigIntStats } from 'node:fs'
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { identityOf } from '../../system/files/file-identity.ts'

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

/** Undefined also where something on the way is no folder, as a carried store may have it. */
export function statOf(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined
    throw error
  }
}
