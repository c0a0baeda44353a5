// From arguments of a config to words of a program.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { argumentVector } from '../../../operator/exec/argument-vector.ts'
import { expectCode } from '../../support/expect-code.ts'

const map = (value: Record<string, unknown>, texts: Record<string, string> = {}) =>
  ({ kind: 'map', value, texts }) as const

const ROWS: readonly [string, Record<string, unknown>, readonly string[]][] = [
  ['a text becomes one word', { host: 'db' }, ['--host=db']],
  ['a text that starts with a dash stays a value', { host: '--help' }, ['--host=--help']],
  ['an empty text is passed', { host: '' }, ['--host=']],
  ['a number is written out', { port: 8080 }, ['--port=8080']],
  ['true is a bare option', { quick: true }, ['--quick']],
  ['false and null are left out', { quick: false, host: null }, []],
  ['a list repeats the option', { header: ['a', 'b: c', 1] }, ['--header=a', '--header=b: c', '--header=1']],
  ['an empty list is nothing', { header: [] }, []],
  ['a map becomes JSON', { labels: { a: [1, 'x'] } }, ['--labels={"a":[1,"x"]}']],
  ['the order of keys is kept', { z: 1, a: 2, m: 3 }, ['--z=1', '--a=2', '--m=3']],
  ['the key `_` gives positionals behind everything else', { _: ['-x', 2], port: 1 }, ['--port=1', '--', '-x', '2']],
  ['one positional needs no list', { _: 8080 }, ['--', '8080']],
]
for (const [title, value, words] of ROWS) test(title, () => assert.deepEqual(argumentVector(map(value), 'omit'), words))

test('numbers keep how they were typed', () => {
  const given = map({ v: 1.1, list: [2], _: [3.5] }, { '/v': '1.10', '/list/0': '2.0', '/_/0': '3.50' })
  assert.deepEqual(argumentVector(given, 'omit'), ['--v=1.10', '--list=2.0', '--', '3.50'])
})

test('false is written where the plugin wants it explicit', () => {
  assert.deepEqual(argumentVector(map({ quick: false, slow: true }), 'explicit'), ['--quick=false', '--slow'])
})

test('a list is passed as it is', () => {
  assert.deepEqual(argumentVector({ kind: 'list', value: ['--port', '1.10', '', '$HOME `x`'] }, 'omit'), [
    ...['--port', '1.10', '', '$HOME `x`'],
  ])
})

test('names that could be read as something else are refused', () => {
  for (const key of ['-x', 'a=b', '', 'a b', '--', 'ä', 'x'.repeat(200)])
    expectCode('ARGUMENTS_INVALID', () => argumentVector(map({ [key]: 1 }), 'omit'))
  expectCode('ARGUMENTS_INVALID', () => argumentVector(map({ host: 'a\0b' }), 'omit'))
})

test('a word that no program can receive is refused without repeating it', () => {
  const fits = 'x'.repeat(131_071 - '--text='.length)
  assert.equal(argumentVector(map({ text: fits.slice(1) }), 'omit').length, 1)
  const error = expectCode('LIMIT_EXCEEDED', () => argumentVector(map({ text: fits }), 'omit'))
  assert.match(error.message, /`--text` is too long/)
  assert.ok(error.message.length < 200)
  expectCode('LIMIT_EXCEEDED', () =>
    argumentVector({ kind: 'list', value: Array(20).fill('y'.repeat(100_000)) }, 'omit'),
  )
})
