// The first of two locks on a data directory: SQLite's own lock on a file beside the database, which the kernel gives back
// however the process ends. It is quick and proves that a holder is gone; serving-claim.ts holds when the file does not.
import { statSync } from 'node:fs'
import type { Database as Sqlite } from 'better-sqlite3'
import BetterSqlite from 'better-sqlite3'
import { coded, isCoded } from '../schemas/errors.ts'
import { quote } from '../schemas/quote.ts'
import { translateOpenError } from './db/sqlite/sqlite-errors.ts'
import { lockPath } from './settings.ts'

export type DataLock = {
  /** Which file is locked: device and inode, the same under every path. */
  readonly file: () => string
  /** Locks the file at the path again if it is no longer the one that was locked; false when it is. Throws DATA_DIR_LOCKED. */
  mend(): boolean
  release(): void
}

/** Throws DATA_DIR_LOCKED when another process has it, or IO_FAILED. */
export function lockDataDir(dataDir: string): DataLock {
  let lock = lockFile(dataDir)
  return {
    file: () => lock.file,
    mend() {
      if (identityOf(lockPath(dataDir)) === lock.file) return false
      const renewed = lockFile(dataDir)
      lock.holder.close()
      lock = renewed
      return true
    },
    release: () => lock.holder.close(),
  }
}

/** Device and inode; undefined when there is no such file. */
export function identityOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found && `${found.dev}:${found.ino}`
}

export function dataDirLocked(dataDir: string, cause?: unknown): Error {
  return coded('DATA_DIR_LOCKED', {
    message: `another registry process works in ${quote(dataDir)}`,
    details: { dataDir },
    hint: 'stop it first, or give this one another --data directory',
    cause,
  })
}

function lockFile(dataDir: string) {
  const path = lockPath(dataDir)
  let holder: Sqlite | undefined
  try {
    holder = new BetterSqlite(path, { timeout: 0 })
    // A rollback journal would be a second file; nothing is ever written here.
    holder.pragma('journal_mode = MEMORY')
    const before = identityOf(path)
    holder.exec('BEGIN EXCLUSIVE')
    const file = identityOf(path)
    if (file === undefined || file !== before) throw coded('STORE_BUSY', { message: 'the lock file was replaced' })
    return { file, holder }
  } catch (error) {
    holder?.close()
    const meaning = translateOpenError(error)
    throw isCoded(meaning, 'STORE_BUSY') ? dataDirLocked(dataDir, error) : meaning
  }
}
