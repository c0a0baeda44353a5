// Whether a repo is private or does not exist is one question of the database with one row as its answer: a row that is there takes
// longer to read than none, and whoever asks often enough could tell the two apart by that.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { Name } from '../../../../schemas/name.ts'
import { openTestStore } from '../../../support/registry/test-db.ts'

/** What SQLite gives back for each question. */
function watchRows(t: TestContext, $client: { prepare(sql: string): object }): unknown[] {
  const rows: unknown[] = []
  const { prototype } = $client.prepare('SELECT 1').constructor as { prototype: { get(...values: unknown[]): unknown } }
  const { get } = prototype
  prototype.get = function (...values) {
    const row = Reflect.apply(get, this, values)
    rows.push(row)
    return row
  }
  t.after(() => {
    prototype.get = get
  })
  return rows
}

test('a private repo, a public one and one that does not exist are each read as one row', async (t) => {
  const { repos, db } = await openTestStore(t)
  for (const [name, visibility] of [
    ['secret', 'private'],
    ['core', 'public'],
  ] as const)
    await repos.create(name as Name, () => ({ createdAt: 1, visibility, keys: [], audit: [] }))
  const rows = watchRows(t, db.$client)
  for (const [name, visibility] of [
    ['secret', 'private'],
    ['absent', undefined],
    ['core', 'public'],
  ] as const)
    assert.equal(await repos.visibility(name as Name), visibility)
  assert.deepEqual(rows, [['private'], ['absent'], ['public']])
})
