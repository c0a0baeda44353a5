// Another process that holds the database, and shortages of the machine: reads go on, writes wait without holding up anyone,
// and what passes is said with 503.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import BetterSqlite from 'better-sqlite3'
import { databasePath } from '../../../../registry/data-dir/paths.ts'
import { translateOpenError, translateSqliteError } from '../../../../registry/db/sqlite/errors.ts'
import { passingError, writeError } from '../../../../registry/disk-errors.ts'
import { isFatal } from '../../../../registry/fatal.ts'
import { isCoded } from '../../../../schemas/errors.ts'
import { aRelease } from '../../../support/builders/test-authority.ts'
import { openSession, publishRelease } from '../../../support/publisher/publish-release.ts'
import { startTestRegistry } from '../../../support/registry/test-registry.ts'

function holdDatabase(t: TestContext, dataDir: string): () => void {
  const holder = new BetterSqlite(databasePath(dataDir))
  t.after(() => holder.close())
  holder.exec('BEGIN IMMEDIATE')
  return () => holder.exec('ROLLBACK')
}

test('while another process holds the database reads are answered, and writes go through once it lets go', async (t) => {
  const registry = await startTestRegistry(t)
  await publishRelease(registry, await aRelease(registry.key))
  const release = holdDatabase(t, registry.dataDir)
  const writes = ['2.0.0', '3.0.0', '4.0.0'].map(async (version) =>
    publishRelease(registry, await aRelease(registry.key, { version })),
  )
  for (let read = 0; read < 5; read++)
    assert.equal(
      (await fetch(`${registry.url}/repos/core/hello.json`, { headers: { 'cache-control': 'no-cache' } })).status,
      200,
    )
  const settled = await Promise.race([
    Promise.all(writes),
    fetch(`${registry.url}/readyz`).then(() => 'reads come first'),
  ])
  assert.equal(settled, 'reads come first')
  release()
  assert.deepEqual(
    (await Promise.all(writes)).map(({ status }) => status),
    [201, 201, 201],
  )
})

test('a write that waits too long is STORE_BUSY with a time to try again, and leaves nothing half done', async (t) => {
  const registry = await startTestRegistry(t)
  const letGo = holdDatabase(t, registry.dataDir)
  const release = await aRelease(registry.key)
  const refused = await openSession(registry, release)
  assert.deepEqual([refused.status, refused.body.code], [503, 'STORE_BUSY'])
  assert.notEqual(refused.headers.get('retry-after'), null)
  letGo()
  assert.equal((await publishRelease(registry, release)).status, 201)
})

const errnoError = (code: string) => Object.assign(new Error(code), { code })

/** What the system says, what a request is answered for it, and what a failed write to the data means. */
const SYSTEM: readonly (readonly [code: string, passing: string, writing: string, fatal: boolean])[] = [
  ['EMFILE', 'STORE_BUSY', 'STORE_BUSY', false],
  ['ENFILE', 'STORE_BUSY', 'STORE_BUSY', false],
  ['ENOMEM', 'STORE_BUSY', 'STORE_BUSY', false],
  ['EAGAIN', 'STORE_BUSY', 'STORE_BUSY', false],
  ['ENOBUFS', 'STORE_BUSY', 'STORE_BUSY', false],
  ['EBUSY', 'STORE_BUSY', 'STORE_BUSY', false],
  ['ENOSPC', 'NO_SPACE', 'NO_SPACE', false],
  ['EDQUOT', 'NO_SPACE', 'NO_SPACE', false],
  ['EIO', 'none', 'IO_FAILED', true],
  ['EROFS', 'none', 'IO_FAILED', true],
  ['EACCES', 'none', 'none', false],
]
const codeOf = (error: unknown) => (isCoded(error) ? error.code : 'none')

for (const [code, passing, writing, fatal] of SYSTEM)
  test(`${code} is answered with ${passing}, and in a write means ${writing}`, () => {
    assert.equal(codeOf(passingError(errnoError(code))), passing)
    assert.equal(codeOf(writeError(errnoError(code))), writing)
    assert.equal(isFatal(writeError(errnoError(code))), fatal)
  })

const DATABASE: readonly (readonly [code: string, meaning: string, opening: string])[] = [
  ['SQLITE_BUSY', 'STORE_BUSY', 'STORE_BUSY'],
  ['SQLITE_BUSY_SNAPSHOT', 'STORE_BUSY', 'STORE_BUSY'],
  ['SQLITE_BUSY_RECOVERY', 'STORE_BUSY', 'STORE_BUSY'],
  ['SQLITE_LOCKED', 'STORE_BUSY', 'STORE_BUSY'],
  ['SQLITE_PROTOCOL', 'STORE_BUSY', 'STORE_BUSY'],
  ['SQLITE_NOMEM', 'STORE_BUSY', 'STORE_BUSY'],
  ['SQLITE_IOERR_NOMEM', 'STORE_BUSY', 'STORE_BUSY'],
  ['SQLITE_CANTOPEN', 'STORE_BUSY', 'IO_FAILED'],
  ['SQLITE_FULL', 'NO_SPACE', 'NO_SPACE'],
  ['SQLITE_IOERR_WRITE', 'IO_FAILED', 'IO_FAILED'],
  ['SQLITE_READONLY_DBMOVED', 'IO_FAILED', 'IO_FAILED'],
  ['SQLITE_CORRUPT', 'DATA_DIR_CORRUPT', 'DATA_DIR_CORRUPT'],
  ['SQLITE_NOTADB', 'DATA_DIR_CORRUPT', 'DATA_DIR_CORRUPT'],
]

for (const [code, meaning, opening] of DATABASE)
  test(`${code} means ${meaning}, and ${opening} while the database is opened`, () => {
    assert.equal(codeOf(translateSqliteError(errnoError(code))), meaning)
    assert.equal(codeOf(translateOpenError(errnoError(code))), opening)
    assert.equal(isFatal(translateSqliteError(errnoError(code))), meaning === 'IO_FAILED')
  })
