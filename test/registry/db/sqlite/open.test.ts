import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import BetterSqlite from 'better-sqlite3'
import { MIGRATIONS } from '../../../../registry/db/sqlite/migrations.ts'
import { closeDb, openDb, write } from '../../../../registry/db/sqlite/open.ts'
import { addToOutbox, outboxOf } from '../../../../registry/db/sqlite/outbox.ts'
import { findSchemaDrift } from '../../../../registry/db/sqlite/schema-drift.ts'
import type { Name } from '../../../../schemas/name.ts'
import { expectCode } from '../../../support/assertions/expect-code.ts'
import { databaseFile, openTestDb } from '../../../support/registry/test-db.ts'

test('a database is opened so that an acknowledged row survives a power cut', async (t) => {
  const db = await openTestDb(t)
  const pragma = (name: string) => db.$client.pragma(name, { simple: true })
  assert.equal(pragma('journal_mode'), 'wal')
  assert.equal(pragma('synchronous'), 2)
  assert.equal(pragma('foreign_keys'), 1)
  assert.equal(pragma('trusted_schema'), 0)
})

test('a database that a newer registry wrote is refused and left alone', async (t) => {
  const path = await databaseFile(t)
  const db = openDb(path)
  db.$client.pragma('user_version = 99')
  closeDb(db)
  const error = expectCode('DATA_DIR_CORRUPT', () => openDb(path))
  assert.equal(error.details.found, 99)
})

test('a file that is no database is refused', async (t) => {
  const path = await databaseFile(t)
  await writeFile(path, 'no database at all, and long enough to be looked at '.repeat(100))
  expectCode('DATA_DIR_CORRUPT', () => openDb(path))
})

test('a transaction that throws leaves nothing behind', async (t) => {
  const db = await openTestDb(t)
  assert.throws(() =>
    write(db, (tx) => {
      addToOutbox(tx, { repo: 'core' as Name, createdAt: 1 })
      throw new Error('no')
    }),
  )
  assert.deepEqual(await outboxOf(db).take(10), [])
})

test('the database itself refuses to delete or change what is sealed', async (t) => {
  const { $client } = await openTestDb(t)
  $client.exec(`
    INSERT INTO repos (name, created_at) VALUES ('core', 1);
    INSERT INTO plugins VALUES (1, 'core', 'hello', 'hello', 1, 1, 'tool', NULL, 'says hello', NULL);
    INSERT INTO blobs (digest, size, created_at, state) VALUES ('sha256:a', 1, 1, 'live');
    INSERT INTO versions (repo, plugin, version, published_at, published_by, serial, bundle_digest, bundle_size, signer, predicate, row_sha256)
      VALUES ('core', 'hello', '1.0.0', 1, 'tok', 1, 'sha256:a', 1, 'k', '{}', 'r');
    INSERT INTO artifacts VALUES (1, 'any', 'f', 'sha256:a', 1);
    INSERT INTO audit VALUES (1, 1, 'a', 'publish', 's', '{}', 'p', 'r');
  `)
  for (const table of ['repos', 'plugins', 'versions', 'artifacts', 'audit'])
    assert.throws(() => $client.exec(`DELETE FROM ${table}`), /never deleted/, table)
  for (const change of [
    "versions SET predicate = 'x'",
    "versions SET version = '2.0.0'",
    "versions SET bundle_digest = 'sha256:a'",
    "artifacts SET digest = 'sha256:a'",
    "audit SET actor = 'x'",
    "plugins SET plugin = 'other'",
  ])
    assert.throws(() => $client.exec(`UPDATE ${change}`), /never changed/, change)
  assert.throws(() => $client.exec("DELETE FROM blobs WHERE digest = 'sha256:a'"), /FOREIGN KEY/)
  assert.equal($client.prepare('SELECT state FROM versions').pluck().get(), 'active')
})

test('a database of before filters and feeds is found by what its releases are, with the times of its changes', async (t) => {
  const path = await databaseFile(t)
  const before = new BetterSqlite(path)
  for (const migration of MIGRATIONS.slice(0, 7)) before.exec(migration)
  before.pragma('user_version = 7')
  const predicate = JSON.stringify({
    manifest: { protocol: 'exec', output: 'nagios' },
    platforms: { linux_amd64: {}, darwin_arm64: {} },
  })
  before.exec(`
    INSERT INTO repos (name, created_at) VALUES ('core', 1);
    INSERT INTO plugins (id, repo, plugin, folded, serial, created_at, kind, description, newest)
      VALUES (1, 'core', 'hello', 'hello', 1, 1, 'tool', 'says hello', '1.0.0'), (2, 'core', 'early', 'early', 1, 1, 'tool', '', NULL);
    INSERT INTO blobs (digest, size, created_at, state) VALUES ('sha256:a', 1, 1, 'live');
    INSERT INTO versions (repo, plugin, version, published_at, published_by, serial, bundle_digest, bundle_size, signer, predicate, row_sha256)
      VALUES ('core', 'hello', '1.0.0', 10, 'tok', 1, 'sha256:a', 1, 'sha256:k', '${predicate}', 'r'),
        ('core', 'hello', '2.0.0-rc.1', 20, 'tok', 1, 'sha256:a', 1, 'sha256:l', '{"manifest": {}, "platforms": {}}', 'r'),
        ('core', 'early', '1.0.0-rc.1', 30, 'tok', 1, 'sha256:a', 1, 'sha256:m', '{"manifest": {"protocol": "ocm"}, "platforms": {"any": {}}}', 'r');
    INSERT INTO audit VALUES (1, 10, 'a', 'publish', 'core/hello@1.0.0', '{}', 'p', 'r'), (2, 50, 'a', 'yank', 'core/hello@1.0.0', '{}', 'p', 'r');
  `)
  before.close()
  const db = openDb(path)
  t.after(() => closeDb(db))
  const all = (sql: string) => db.$client.prepare(sql).raw().all()
  assert.deepEqual(all('SELECT * FROM plugin_traits ORDER BY plugin_id'), [
    [1, 'darwin_arm64 linux_amd64', 'nagios', 'sha256:k'],
    [2, 'any', 'ocm', 'sha256:m'],
  ])
  assert.deepEqual(all('SELECT changed_at FROM versions ORDER BY id'), [[50], [20], [30]])
  assert.match(String(all('SELECT secret FROM registry_identity')), /^[0-9a-f]{64}$/)
  assert.deepEqual(findSchemaDrift(db), [])
})
