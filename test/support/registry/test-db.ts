// A real database file of a registry, gone with its folder when the test ends.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { RegistryDb } from '../../../registry/db/sqlite/open.ts'
import { closeDb, openDb } from '../../../registry/db/sqlite/open.ts'
import type { SqliteStore } from '../../../registry/db/sqlite/store.ts'
import { openSqliteStore } from '../../../registry/db/sqlite/store.ts'
import type { MetadataStore } from '../../../registry/db/store.ts'
import { putBlankDatabase } from './blank-data.ts'

/** Path of a file that does not exist yet. */
export async function databaseFile(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'octo-db-'))
  t.after(() => rm(folder, { recursive: true }))
  return join(folder, 'octo.db')
}

export async function openTestStore(t: TestContext): Promise<SqliteStore> {
  const store = openSqliteStore(await blankDatabaseFile(t))
  t.after(() => store.close())
  return store
}

export async function openTestDb(t: TestContext): Promise<RegistryDb> {
  const db = openDb(await blankDatabaseFile(t))
  t.after(() => closeDb(db))
  return db
}

async function blankDatabaseFile(t: TestContext): Promise<string> {
  const path = await databaseFile(t)
  putBlankDatabase(path)
  return path
}

/** The database behind a registry, for tests that change it behind its back. */
export function databaseOf({ metadata }: { readonly metadata: MetadataStore }): RegistryDb {
  if (!('db' in metadata)) throw new Error('this registry has no database of SQLite')
  return (metadata as SqliteStore).db
}
