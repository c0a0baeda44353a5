// One file with all that a database holds at one moment, while others write to it: the file itself lacks what is in the log beside it.
import { closeSync, openSync } from 'node:fs'
import BetterSqlite from 'better-sqlite3'
import { translateSqliteError } from './errors.ts'

/** Into a new file, closed to others; throws NO_SPACE, STORE_BUSY, IO_FAILED or DATA_DIR_CORRUPT. */
export function copyDatabaseFile(from: string, to: string): void {
  closeSync(openSync(to, 'ax', 0o600))
  try {
    const sqlite = new BetterSqlite(from, { fileMustExist: true })
    try {
      sqlite.prepare('VACUUM INTO ?').run(to)
    } finally {
      sqlite.close()
    }
  } catch (error) {
    throw translateSqliteError(error)
  }
}
