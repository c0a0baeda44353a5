import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { eq } from 'drizzle-orm'
import { MOST_KEPT } from '../../../../registry/db/sqlite/kept-statements.ts'
import { closeDb, openDb } from '../../../../registry/db/sqlite/open.ts'
import { repos } from '../../../../registry/db/sqlite/tables.ts'
import type { Name } from '../../../../schemas/name.ts'
import { tempFolder } from '../../../support/machine/temp-folder.ts'

const SQL = 'SELECT name, visibility FROM repos'

function aDatabase(t: TestContext) {
  const db = openDb(join(tempFolder(t), 'registry.db'))
  t.after(() => closeDb(db))
  for (const name of ['one', 'two'] as Name[]) db.insert(repos).values({ name, createdAt: 0 }).run()
  return db
}

test('a query is compiled once for a connection, and again for another one', (t) => {
  const { $client } = aDatabase(t)
  assert.equal($client.prepare(SQL), $client.prepare(SQL))
  assert.notEqual($client.prepare(SQL), aDatabase(t).$client.prepare(SQL))
})

test('the same query answers for the values of each time', (t) => {
  const db = aDatabase(t)
  const find = (name: string) =>
    db
      .select({ name: repos.name })
      .from(repos)
      .where(eq(repos.name, name as Name))
      .get()
  assert.deepEqual(['one', 'two', 'three', 'one'].map(find), [
    { name: 'one' },
    { name: 'two' },
    undefined,
    { name: 'one' },
  ])
})

test('rows have the form that is asked for, whatever form was asked for before', (t) => {
  const { $client } = aDatabase(t)
  const row = { name: 'one', visibility: 'public' }
  assert.equal($client.prepare(SQL).pluck().get(), 'one')
  assert.deepEqual($client.prepare(SQL).get(), row)
  assert.deepEqual($client.prepare(SQL).raw().get(), ['one', 'public'])
  assert.deepEqual($client.prepare(SQL).get(), row)
})

test('a query that was kept sees the tables as they are now', (t) => {
  const { $client } = aDatabase(t)
  const ask = () => $client.prepare('SELECT * FROM more').all()
  $client.exec('CREATE TABLE more (a); INSERT INTO more VALUES (1)')
  assert.deepEqual(ask(), [{ a: 1 }])
  $client.exec('ALTER TABLE more ADD b')
  assert.deepEqual(ask(), [{ a: 1, b: null }])
  $client.exec('DROP TABLE more')
  assert.throws(ask, /no such table: more/)
})

test('of ever new queries only the latest are kept', (t) => {
  const { $client } = aDatabase(t)
  const first = $client.prepare(SQL)
  for (let at = 1; at < MOST_KEPT; at++) $client.prepare(`${SQL} LIMIT ${at}`)
  assert.equal($client.prepare(SQL), first)
  $client.prepare(`${SQL} LIMIT 0`)
  assert.notEqual($client.prepare(SQL), first)
})
