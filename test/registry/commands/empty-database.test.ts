// A copy of the database that broke off is an empty one to SQLite, and a lost one is made anew by whoever opens it. Neither is a
// registry that is well: no command takes it for one, and no start lets go of the bytes that lie beside it.
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import BetterSqlite from 'better-sqlite3'
import { blobsPath, databasePath } from '../../../registry/data-dir/paths.ts'
import { closeDb, openDb } from '../../../registry/db/sqlite/open.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aRelease, issueKey } from '../../support/builders/test-authority.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'
import { publishRelease } from '../../support/publisher/publish-release.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

/** A backup, of which only the blobs came about. */
async function aCopyOfBlobs(t: TestContext): Promise<string> {
  const registry = await startTestRegistry(t)
  assert.equal((await publishRelease(registry, await aRelease(registry.key))).status, 201)
  await registry.stop()
  const copy = join(tempFolder(t), 'copy')
  cpSync(blobsPath(registry.dataDir), blobsPath(copy), { recursive: true })
  return copy
}

const EMPTY: Readonly<Record<string, (path: string) => void>> = {
  'a file without a byte': (path) => writeFileSync(path, ''),
  'a database without a table': (path) => {
    const database = new BetterSqlite(path)
    database.pragma('journal_mode = wal')
    database.close()
  },
}

const COMMANDS = [
  ['fsck'],
  ['fsck', '--repair'],
  ['gc', '--grace', '0'],
  ['audit'],
  ['token', 'list'],
  ['repo', 'list'],
  ['serve', '--existing', '--port', '0'],
]

for (const [what, make] of Object.entries(EMPTY))
  for (const beside of ['with blobs beside it', 'with nothing beside it'])
    test(`${what}, ${beside}, is the database of no registry, and stays as it is`, async (t) => {
      const copy = await aCopyOfBlobs(t)
      if (beside === 'with nothing beside it') rmSync(join(copy, 'blobs'), { recursive: true })
      const path = databasePath(copy)
      make(path)
      const before = readFileSync(path)
      for (const words of COMMANDS) {
        const { code, stdout, stderr } = await typeOcto(['registry', ...words, '--data', copy])
        assert.deepEqual([code, stdout], [74, ''], `${words}: ${stderr}`)
        assert.match(stderr, /error\[DATA_DIR_CORRUPT\]: database `.*octo\.db` is empty/)
        assert.ok(readFileSync(path).equals(before), `${words} wrote to it`)
      }
    })

test('no registry begins where the database is lost and bytes of what was published are left', async (t) => {
  const copy = await aCopyOfBlobs(t)
  const before = readdirSync(blobsPath(copy))
  assert.equal(before.length, 2)
  const key = join(copy, '..', 'key.pub')
  writeFileSync(key, issueKey().trustKey.pem)
  const made = await typeOcto(['registry', 'repo', 'create', 'core', '--key', key, '--data', copy])
  assert.equal(made.code, 74, made.stderr)
  assert.match(made.stderr, /error\[DATA_DIR_CORRUPT\]: the database of the registry is empty, and the bytes/)
  await expectCodeAsync('DATA_DIR_CORRUPT', () => startTestRegistry(t, { dataDir: copy }))
  assert.deepEqual(readdirSync(blobsPath(copy)), before)
})

test('a file that is no blob keeps no registry from beginning', async (t) => {
  const data = tempFolder(t)
  mkdirSync(blobsPath(data), { recursive: true })
  writeFileSync(join(blobsPath(data), '.DS_Store'), '')
  const { code, stderr } = await typeOcto(['registry', 'repo', 'create', 'core', '--data', data])
  assert.equal(code, 0, stderr)
})

test('a database that has its tables and no row is no proof of the bytes beside it', async (t) => {
  const copy = await aCopyOfBlobs(t)
  closeDb(openDb(databasePath(copy)))
  const { code, stdout, stderr } = await typeOcto(['registry', 'fsck', '--data', copy])
  assert.deepEqual([code, stdout], [74, ''])
  assert.match(stderr, /error\[DATA_DIR_CORRUPT\]: the database of the registry is empty, and the bytes/)
})
