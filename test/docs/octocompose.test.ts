// The page of OctoCompose's promises names tests that exist, for each promise.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '../..')
const rows = readFileSync(join(root, 'docs/OCTOCOMPOSE.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (---|promise) /.test(line))
  .map((line) => line.slice(2, -2).split(' | '))

test('each promise of OctoCompose has an answer and tests that exist', () => {
  assert.ok(rows.length >= 45, `${rows.length} promises`)
  for (const [promise = '', answer = '', tests = '', ...more] of rows) {
    assert.ok(promise && answer, promise)
    assert.deepEqual(more, [], `${promise}: a column too many`)
    const named = [...tests.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path)
    assert.ok(named.length > 0, `${promise}: no test`)
    for (const path of named) assert.ok(existsSync(join(root, path)), `${promise}: ${path}`)
  }
})
