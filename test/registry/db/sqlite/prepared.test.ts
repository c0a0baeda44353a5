import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eq } from 'drizzle-orm'
import type { Db } from '../../../../registry/db/sqlite/open.ts'
import { write } from '../../../../registry/db/sqlite/open.ts'
import type { Given } from '../../../../registry/db/sqlite/prepared.ts'
import { prepared } from '../../../../registry/db/sqlite/prepared.ts'
import { repos } from '../../../../registry/db/sqlite/tables.ts'
import type { Name } from '../../../../schemas/name.ts'
import { openTestDb } from '../../../support/registry/test-db.ts'

/** A query on repos that notes for which databases it was built. */
function aQuery() {
  const builtFor: Db[] = []
  const ofName = prepared((db, { name }: Given<{ name: Name }>) => {
    builtFor.push(db)
    return db.select({ createdAt: repos.createdAt }).from(repos).where(eq(repos.name, name)).prepare()
  })
  return { builtFor, find: (db: Db, name: string) => ofName(db).get({ name: name as Name })?.createdAt }
}

function addRepo(db: Db, name: string, createdAt: number): void {
  db.insert(repos)
    .values({ name: name as Name, createdAt })
    .run()
}

test('a prepared query is built once for an open database, and answers for the values of each time', async (t) => {
  const db = await openTestDb(t)
  const { find, builtFor } = aQuery()
  addRepo(db, 'one', 1)
  addRepo(db, 'two', 2)
  assert.deepEqual([find(db, 'one'), find(db, 'two'), find(db, 'three'), find(db, 'one')], [1, 2, undefined, 1])
  assert.deepEqual(builtFor, [db])
})

test('each database is asked for its own rows', async (t) => {
  const [db, other] = [await openTestDb(t), await openTestDb(t)]
  const { find } = aQuery()
  addRepo(db, 'one', 1)
  addRepo(other, 'one', 2)
  assert.deepEqual([find(db, 'one'), find(other, 'one'), find(db, 'one')], [1, 2, 1])
})

test('a write asks queries that were prepared before it, and they see what it wrote until it is undone', async (t) => {
  const db = await openTestDb(t)
  const { find, builtFor } = aQuery()
  assert.equal(find(db, 'one'), undefined)
  assert.throws(
    () =>
      write(db, (tx) => {
        addRepo(tx, 'one', 1)
        assert.equal(find(tx, 'one'), 1)
        throw new Error('undone')
      }),
    /undone/,
  )
  assert.equal(find(db, 'one'), undefined)
  assert.deepEqual(builtFor, [db])
})
