import assert from 'node:assert/strict'
import { registerHooks } from 'node:module'
import { test } from 'node:test'

const loaded: string[] = []
registerHooks({
  load(url, context, next) {
    loaded.push(url)
    return next(url, context)
  },
})
const { cellWidth, cutToWidth, longestWord, padding, wrapWords } = await import('../../terminal/cell-width.ts')
const { openTerminal } = await import('../../terminal/index.ts')
const tables = () => loaded.filter((url) => /\/node_modules\/(string-width|get-east-asian-width)\//.test(url))

test('a terminal is opened and plain text measured, cut, wrapped and padded without the tables of Unicode', () => {
  openTerminal()
  assert.equal(cellWidth('plain text, ~ and all'), 21)
  assert.equal(padding('four', 6), '  ')
  assert.deepEqual(wrapWords('one two three', 7), ['one two', 'three'])
  assert.equal(longestWord('a longer word'), 6)
  assert.deepEqual(tables(), [])
})

const WIDTHS: readonly (readonly [text: string, cells: number])[] = [
  ['', 0],
  ['\u001b[31mred\u001b[39m', 3],
  ['a\u0301', 1],
  ['日本', 4],
  ['👩‍👩‍👧', 2],
  ['\u007f', 0],
  ['…', 1],
]

for (const [text, cells] of WIDTHS)
  test(`${JSON.stringify(text)} takes ${cells} cells`, () => {
    assert.equal(cellWidth(text), cells)
  })

test('never cuts within what people see as one character', () => {
  assert.equal(cutToWidth('ab日本語', 5), 'ab日…')
  assert.equal(cutToWidth('👩‍👩‍👧👩‍👩‍👧', 3), '👩‍👩‍👧…')
})
