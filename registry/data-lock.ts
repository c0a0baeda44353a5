// One registry process per data directory. The lock is SQLite's own file lock, which the kernel gives back however the
// process ends: nothing is left to clean up after kill -9.
import BetterSqlite from 'better-sqlite3'
import { coded } from '../schemas/errors.ts'
import { quote } from '../schemas/quote.ts'
import { lockPath } from './config.ts'

export type DataLock = { release(): void }

/** Throws DATA_DIR_LOCKED when another process has it. */
export function lockDataDir(dataDir: string): DataLock {
  const holder = new BetterSqlite(lockPath(dataDir), { timeout: 0 })
  try {
    // A rollback journal would be a second file; nothing is ever written here.
    holder.pragma('journal_mode = MEMORY')
    holder.exec('BEGIN EXCLUSIVE')
    return { release: () => holder.close() }
  } catch (error) {
    holder.close()
    throw coded('DATA_DIR_LOCKED', {
      message: `another registry process works in ${quote(dataDir)}`,
      details: { dataDir },
      hint: 'stop it first, or give this one another --data directory',
      cause: error,
    })
  }
}
