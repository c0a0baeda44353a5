// The first of two locks on a data directory: the lock of a file beside the database, which the kernel gives back however the
// process ends. It is quick and proves that a holder is gone; serving-claim.ts holds when the file does not. Whatever lies in
// the place of that file is left as it is: nothing in a data directory is removed to get a lock.
import type { Stats } from 'node:fs'
import { lstatSync } from 'node:fs'
import { basename } from 'node:path'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { lockFile, whyNoLock } from '../../system/process-lock.ts'
import { identityAt } from './file-identity.ts'

export type DataLock = {
  /** Which file is locked: device and inode, the same under every path. */
  readonly file: () => string
  /** Locks the file at the path again if it is no longer the one that was locked; false when it is. Throws DATA_DIR_LOCKED. */
  mend(): boolean
  release(): void
}

/** `path` is the file to lock. Throws DATA_DIR_LOCKED when another process has it, IO_FAILED or DATA_DIR_CORRUPT. */
export function lockDataDir(dataDir: string, path: string): DataLock {
  let held = holdFile(dataDir, path)
  return {
    file: () => held.file,
    mend() {
      if (identityAt(path) === held.file) return false
      const renewed = holdFile(dataDir, path)
      held.lock[Symbol.dispose]()
      held = renewed
      return true
    },
    release: () => held.lock[Symbol.dispose](),
  }
}

export function dataDirLocked(dataDir: string, cause?: unknown): Error {
  return coded('DATA_DIR_LOCKED', {
    message: `another registry process works in ${quote(dataDir)}`,
    details: { dataDir },
    hint: 'stop it first, or give this one another --data directory',
    cause,
  })
}

/** What is written into files that have no name any more is gone with the process. */
export function dataDirReplaced(dataDir: string): Error {
  return coded('DATA_DIR_LOCKED', {
    message: `the database in ${quote(dataDir)}, or a file of its name beside it, is not the one that the registry opened: it was moved away, removed or replaced`,
    details: { dataDir },
    hint: (data) =>
      `start the registry again; where the database itself was moved, put it back first, and nothing older beside it; \`octo registry fsck --data ${data}\` says whether anything is missing`,
  })
}

type Held = { readonly file: string; readonly lock: Disposable }

/** Which file was locked is certain only when the same one lay there before and after: one that is missing is made first. */
function holdFile(dataDir: string, path: string): Held {
  if (identityAt(path) === undefined) lockWhatLies(path)?.[Symbol.dispose]()
  const before = identityAt(path)
  const lock = lockWhatLies(path)
  const file = identityAt(path)
  if (lock && file !== undefined && file === before) return { file, lock }
  lock?.[Symbol.dispose]()
  throw dataDirLocked(dataDir)
}

function lockWhatLies(path: string): Disposable | undefined {
  requireLockFile(path)
  try {
    return lockFile(path, 'exclusive')
  } catch (error) {
    const why = whyNoLock(error)
    // Short of memory or descriptors: nothing says that the data is free.
    if (why === 'short') return undefined
    throw noLockFile(path, why, error)
  }
}

/**
 * Only what a lock file is may be opened: SQLite would wait for whoever writes into a pipe, follow a link, and fold what lies beside a
 * database into it.
 */
function requireLockFile(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found && (!found.isFile() || found.size > 0)) throw noLockFile(path, 'no lock', undefined, kindOf(found))
  const beside = ['-journal', '-wal', '-shm'].find((end) => lstatSync(`${path}${end}`, { throwIfNoEntry: false }))
  if (beside !== undefined)
    throw coded('DATA_DIR_CORRUPT', {
      message: `${quote(`${basename(path)}${beside}`)} of the data directory is none of a registry's files, and nothing may lie beside its lock`,
      details: { path: `${path}${beside}` },
      hint: 'move it away',
    })
}

function kindOf(found: Stats): string {
  if (found.isSymbolicLink()) return 'a symbolic link lies in its place'
  if (found.isDirectory()) return 'a folder lies in its place'
  return found.isFile() ? OTHER : 'a pipe, socket or device lies in its place'
}

const OTHER = 'something else lies in its place'

function noLockFile(path: string, why: 'no lock' | 'refused', cause: unknown, what = OTHER): Error {
  const name = `${quote(basename(path))} of the data directory`
  if (why === 'refused')
    return coded('IO_FAILED', {
      message: `${name} cannot be locked: ${cause instanceof Error ? cause.message : 'no reason is told'}`,
      details: { path },
      hint: 'move away what lies in its place, or mend its disk; the registry makes it anew',
      cause,
    })
  return coded('DATA_DIR_CORRUPT', {
    message: `${name} is no lock: ${what}`,
    details: { path },
    hint: 'move it away; the registry makes it anew',
    cause,
  })
}
