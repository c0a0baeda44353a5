// Opens the registry's database the one safe way: every setting is read back, the tables are brought up to date, and a
// database that a newer registry wrote is refused. Writes go through `write`, which turns SQLite's failures into codes.
import { setTimeout } from 'node:timers/promises'
import type { Database as Sqlite } from 'better-sqlite3'
import BetterSqlite from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import type { BaseSQLiteDatabase } from 'drizzle-orm/sqlite-core'
import { coded, isCoded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import { translateOpenError, translateSqliteError } from './errors.ts'
import { keepStatements } from './kept-statements.ts'
import { MIGRATIONS } from './migrations.ts'

/** What queries take, in a transaction and outside of one. */
export type Db = BaseSQLiteDatabase<'sync', BetterSqlite.RunResult>

export type RegistryDb = Db & { readonly $client: Sqlite }

const PRAGMAS: readonly (readonly [name: string, value: string | number])[] = [
  ['journal_mode', 'wal'],
  // The bundled SQLite would default to NORMAL in WAL mode, which loses acknowledged rows in a power cut.
  ['synchronous', 2],
  ['foreign_keys', 1],
  ['trusted_schema', 0],
  ['cell_size_check', 1],
  ['mmap_size', 0],
  ['journal_size_limit', 64 * 1024 * 1024],
  ['wal_autocheckpoint', 1000],
  ['fullfsync', 1],
  ['checkpoint_fullfsync', 1],
]

export type OpenOptions = {
  /**
   * How long the thread waits for another process that is writing: for commands, which have nothing else to do. A server
   * gives 0 and waits in `writePatiently`, so that it goes on answering meanwhile.
   */
  readonly busyMs?: number | undefined
  /** Refuses a database that no registry ever wrote to, as a copy that broke off leaves it, in place of beginning one. */
  readonly existing?: boolean
}

/** How long opening waits, when nobody is served yet. */
const OPEN_BUSY_MS = 5000
/** How long a write of a server waits for another process before it is refused. */
const PATIENCE_MS = 5000
const LONGEST_PAUSE_MS = 100

/** Opens or creates the database; throws DATA_DIR_CORRUPT, IO_FAILED or NO_SPACE. Close it with `closeDb`. */
export function openDb(path: string, { busyMs = OPEN_BUSY_MS, existing = false }: OpenOptions = {}): RegistryDb {
  try {
    const sqlite = new BetterSqlite(path, { timeout: Math.max(busyMs, OPEN_BUSY_MS) })
    try {
      if (existing && versionOf(sqlite) === 0) throw emptyDatabase(path)
      for (const [name, value] of PRAGMAS) setPragma(sqlite, name, value)
      migrate(sqlite, path)
      setPragma(sqlite, 'busy_timeout', busyMs)
    } catch (error) {
      sqlite.close()
      throw error
    }
    keepStatements(sqlite)
    return drizzle(sqlite)
  } catch (error) {
    throw translateOpenError(error)
  }
}

/** Folds the write-ahead log into the file, so that the file alone is whole; throws NO_SPACE or IO_FAILED, and is closed. */
export function closeDb(db: RegistryDb): void {
  if (!db.$client.open) return
  try {
    db.$client.pragma('wal_checkpoint(TRUNCATE)')
  } catch (error) {
    throw translateSqliteError(error)
  } finally {
    db.$client.close()
  }
}

/** What every write transaction of a database asks first. */
const guards = new WeakMap<Db, (tx: Db) => void>()

/** From now on a write through this `db` happens only when `guard` does not throw, asked inside the transaction. */
export function guardWrites(db: RegistryDb, guard: (tx: Db) => void): void {
  guards.set(db, guard)
}

/**
 * Runs `act` as one write transaction: all of it or nothing. `act` cannot be asynchronous. It is handed `db` itself, for which
 * queries are prepared: nothing but `act` uses the connection meanwhile.
 */
export function write<T>(db: Db, act: (tx: Db) => T extends Promise<unknown> ? never : T): T {
  try {
    return db.transaction(
      () => {
        guards.get(db)?.(db)
        return act(db)
      },
      { behavior: 'immediate' },
    )
  } catch (error) {
    throw translateSqliteError(error)
  }
}

/** The same, waiting for another process that writes without holding up this one; throws STORE_BUSY after five seconds. */
export async function writePatiently<T>(db: Db, act: (tx: Db) => T extends Promise<unknown> ? never : T): Promise<T> {
  const until = performance.now() + PATIENCE_MS
  for (let pause = 2; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return write(db, act)
    } catch (error) {
      if (!isCoded(error, 'STORE_BUSY') || performance.now() + pause > until) throw error
    }
    await setTimeout(pause)
  }
}

/** Reads, and says SQLite's failures in codes. */
export async function ask<T>(db: Db, read: (db: Db) => T extends Promise<unknown> ? never : T): Promise<T> {
  try {
    return read(db)
  } catch (error) {
    throw translateSqliteError(error)
  }
}

function setPragma(sqlite: Sqlite, name: string, value: string | number): void {
  sqlite.pragma(`${name} = ${value}`)
  const found = sqlite.pragma(name, { simple: true })
  if (found !== value)
    throw coded('IO_FAILED', {
      message: `database setting \`${name}\` did not take, expected \`${value}\`, found ${quote(found)}`,
    })
}

function migrate(sqlite: Sqlite, path: string): void {
  const apply = sqlite.transaction(() => {
    const version = versionOf(sqlite)
    if (version > MIGRATIONS.length) throw newerDatabase(path, version)
    for (const migration of MIGRATIONS.slice(version)) sqlite.exec(migration)
    if (version < MIGRATIONS.length) sqlite.pragma(`user_version = ${MIGRATIONS.length}`)
  })
  apply.immediate()
}

/** How many migrations it has seen. */
function versionOf(sqlite: Sqlite): number {
  return Number(sqlite.pragma('user_version', { simple: true }))
}

function emptyDatabase(path: string): Error {
  return coded('DATA_DIR_CORRUPT', {
    message: `database ${quote(path)} is empty: no registry ever wrote to it`,
    details: { path },
    hint: 'put a whole copy of it into its place: what made this one was ended before it was done',
  })
}

function newerDatabase(path: string, version: number): Error {
  return coded('DATA_DIR_CORRUPT', {
    message: `database ${quote(path)} was written by a newer octo, expected version ${MIGRATIONS.length} or older, found ${version}`,
    details: { expected: MIGRATIONS.length, found: version },
    hint: 'start the newer octo, or restore the backup made before its first start',
  })
}
