import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const rows = readFileSync(`${ROOT}docs/GLOSSARY.md`, 'utf8')
  .split('\n')
  .filter((line) => /^\| (?!word |---)/.test(line))
  .map((line) => line.slice(2, -2).split(' | '))

test('each word stands in one row, so that it has one meaning', () => {
  const words = rows.flatMap(([named = '']) => named.split(', '))
  assert.deepEqual(
    words.filter((word, at) => words.indexOf(word) !== at),
    [],
  )
  assert.ok(words.length > 50)
})

test('each row names where the word stands, by a file that is there', () => {
  for (const [word, , place = ''] of rows)
    for (const [, path = ''] of place.matchAll(/`([\w/-]+\.ts)`/g))
      assert.ok(existsSync(ROOT + path), `${word}: ${path}`)
})
