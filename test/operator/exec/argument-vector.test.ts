// From arguments of a config to words of a program.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { argumentVector } from '../../../operator/exec/argument-vector.ts'
import type { ArgumentStyle } from '../../../schemas/manifest.ts'
import { ARGUMENT_STYLES } from '../../../schemas/manifest.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'

const map = (value: Record<string, unknown>, texts: Record<string, string> = {}) =>
  ({ kind: 'map', value, texts }) as const

const OMIT = { booleans: 'omit' } as const

const ROWS: readonly [string, Record<string, unknown>, readonly string[]][] = [
  ['a text becomes one word', { host: 'db' }, ['--host=db']],
  ['a text that starts with a dash stays a value', { host: '--help' }, ['--host=--help']],
  ['an empty text is passed', { host: '' }, ['--host=']],
  ['a number is written out', { port: 8080 }, ['--port=8080']],
  ['true is a bare option', { quick: true }, ['--quick']],
  ['false and null are left out', { quick: false, host: null, port: undefined }, []],
  ['a list repeats the option', { header: ['a', 'b: c', 1] }, ['--header=a', '--header=b: c', '--header=1']],
  ['an empty list is nothing', { header: [] }, []],
  ['a map becomes JSON', { labels: { a: [1, 'x'] } }, ['--labels={"a":[1,"x"]}']],
  ['the order of keys is kept', { zz: 1, aa: 2, mm: 3 }, ['--zz=1', '--aa=2', '--mm=3']],
  ['the key `_` gives positionals behind everything else', { _: ['-x', 2], port: 1 }, ['--port=1', '--', '-x', '2']],
  ['one positional needs no list', { _: 8080 }, ['--', '8080']],
  ['positionals that are null are none', { _: null, port: 1 }, ['--port=1']],
]
for (const [title, value, words] of ROWS) test(title, () => assert.deepEqual(argumentVector(map(value), OMIT), words))

test('numbers keep how they were typed', () => {
  const given = map({ version: 1.1, list: [2], _: [3.5] }, { '/version': '1.10', '/list/0': '2.0', '/_/0': '3.50' })
  assert.deepEqual(argumentVector(given, OMIT), ['--version=1.10', '--list=2.0', '--', '3.50'])
})

test('false is written where the plugin wants it explicit', () => {
  assert.deepEqual(argumentVector(map({ quick: false, slow: true }), { booleans: 'explicit' }), [
    '--quick=false',
    '--slow',
  ])
})

const THRESHOLDS = { H: '127.0.0.1', w: '-5:', p: 80, S: true, 4: false, warn: 'a b', x: ['1', '2'], _: ['-z'] }
const STYLES: readonly [ArgumentStyle | undefined, readonly string[]][] = [
  [undefined, ['-H', '127.0.0.1', '-w-5:', '-p', '80', '-S', '--warn=a b', '-x', '1', '-x', '2', '--', '-z']],
  ['gnu', ['-H', '127.0.0.1', '-w-5:', '-p', '80', '-S', '--warn=a b', '-x', '1', '-x', '2', '--', '-z']],
  ['long', ['--H=127.0.0.1', '--w=-5:', '--p=80', '--S', '--warn=a b', '--x=1', '--x=2', '--', '-z']],
  ['single-dash', ['-H=127.0.0.1', '-w=-5:', '-p=80', '-S', '-warn=a b', '-x=1', '-x=2', '--', '-z']],
  ['separate', ['-H', '127.0.0.1', '-w-5:', '-p', '80', '-S', '--warn', 'a b', '-x', '1', '-x', '2', '--', '-z']],
]
for (const [style, words] of STYLES)
  test(`arguments in the style ${style ?? 'of nobody who says one'} are ${words.slice(0, 3).join(' ')} …`, () => {
    const { 4: last, ...first } = THRESHOLDS
    const spelling = { booleans: 'omit', ...(style ? { argumentStyle: style } : {}) } as const
    assert.deepEqual(argumentVector(map({ ...first, quiet: last }), spelling), words)
  })

test('an empty value stays a word of its own', () => {
  assert.deepEqual(argumentVector(map({ H: '' }), OMIT), ['-H', ''])
  assert.deepEqual(argumentVector(map({ host: '' }), { ...OMIT, argumentStyle: 'separate' }), ['--host', ''])
})

test('a value that would be read as an option is refused where no style of writing keeps it a value', () => {
  expectCode('ARGUMENTS_INVALID', () => argumentVector(map({ host: '-x' }), { ...OMIT, argumentStyle: 'separate' }))
})

test('in no style does a value that starts with `-` stand as a word of its own before the positionals', () => {
  const hostile = ['-', '--', '-x', '--help', '-1', '-=']
  for (const argumentStyle of ARGUMENT_STYLES)
    for (const key of ['k', 'key'])
      for (const value of hostile) {
        let words: string[] = []
        try {
          words = argumentVector(map({ [key]: value }), { ...OMIT, argumentStyle })
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'ARGUMENTS_INVALID')
        }
        assert.ok(!words.includes(value), `${argumentStyle} ${key} ${value}`)
      }
})

test('a list is passed as it is', () => {
  assert.deepEqual(argumentVector({ kind: 'list', value: ['--port', '1.10', '', '$HOME `x`'] }, OMIT), [
    ...['--port', '1.10', '', '$HOME `x`'],
  ])
})

test('names that could be read as something else are refused', () => {
  for (const key of ['-x', 'a=b', '', 'a b', '--', 'ä', 'x'.repeat(200)])
    expectCode('ARGUMENTS_INVALID', () => argumentVector(map({ [key]: 1 }), OMIT))
  expectCode('ARGUMENTS_INVALID', () => argumentVector(map({ host: 'a\0b' }), OMIT))
})

test('a word that no program can receive is refused without repeating it', () => {
  const fits = 'x'.repeat(131_071 - '--text='.length)
  assert.equal(argumentVector(map({ text: fits.slice(1) }), OMIT).length, 1)
  const error = expectCode('LIMIT_EXCEEDED', () => argumentVector(map({ text: fits }), OMIT))
  assert.match(error.message, /`--text` is too long/)
  assert.ok(error.message.length < 200)
  expectCode('LIMIT_EXCEEDED', () => argumentVector({ kind: 'list', value: Array(20).fill('y'.repeat(100_000)) }, OMIT))
})
