// The page of OCM's protocol names files and tests that exist, for each of its parts.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '../..')
const rows = readFileSync(join(root, 'docs/OCM.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (---|part|what happens|promise) /.test(line))
  .map((line) => line.slice(2, -2).split(' | '))

test('each part of the protocol has an answer, with files and tests that exist, or says that it is not there yet', () => {
  assert.ok(rows.length >= 125, `${rows.length} rows`)
  for (const [part = '', answer = '', ...places] of rows) {
    assert.ok(part && answer, part)
    const named = [...places.join(' ').matchAll(/`([^`]+)`/g)].map(([, path = '']) => path)
    assert.ok(named.length > 0 || answer.startsWith('**Not yet**'), `${part}: no test`)
    for (const path of named) assert.ok(existsSync(join(root, path)), `${part}: ${path}`)
  }
})

test('each title that stands behind a test is one of that file', () => {
  const named = rows.flatMap(([part = '', , , tests = '']) =>
    [...tests.matchAll(/`([^`]+\.test\.ts)`: ((?:“[^”]+”(?:, )?)+)/g)].map(([, file = '', titles = '']) => {
      return { part, file, titles: [...titles.matchAll(/“([^”]+)”/g)].map(([, title = '']) => title) }
    }),
  )
  assert.ok(named.length >= 85, `${named.length} tests with titles`)
  for (const { part, file, titles } of named) {
    const source = readFileSync(join(root, file), 'utf8').replaceAll("\\'", "'")
    for (const title of titles) assert.ok(source.includes(title), `${part}: ${file} has no “${title}”`)
  }
})

test('each of the twenty weak points stands there once', () => {
  const named = rows.flatMap(([part = '']) => /^W(\d+):/.exec(part)?.[1] ?? [])
  assert.deepEqual(
    named.map(Number),
    Array.from({ length: 20 }, (_none, index) => index + 1),
  )
})
