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
const { cellWidth, cutToWidth, longestWord, PLAIN, padding, wrapWords } = await import('../../terminal/cell-width.ts')
const { openTerminal } = await import('../../terminal/terminal.ts')
const { wrapSentence } = await import('../../terminal/wrap-sentence.ts')
const tables = () => loaded.filter((url) => /\/node_modules\/(string-width|get-east-asian-width)\//.test(url))

/** What octo's own sentences have besides ASCII. */
const WRITTEN = 'é–’“”…→─━✓✗×·§⠋'

test('a terminal is opened and plain text measured, cut, wrapped and padded without the tables of Unicode', () => {
  openTerminal()
  assert.equal(cellWidth('plain text, ~ and all'), 21)
  assert.equal(padding('four', 6), '  ')
  assert.deepEqual(wrapWords('one two three', 7), ['one two', 'three'])
  assert.equal(longestWord('a longer word'), 6)
  assert.equal(cellWidth(WRITTEN), 15)
  assert.equal(cutToWidth(`1–64 of ${WRITTEN}`, 8), '1–64 of…')
  assert.deepEqual(wrapWords('1–64 of `a-z`, `0-9`', 14), ['1–64 of `a-z`,', '`0-9`'])
  assert.equal(cellWidth('\u001b[1m\u001b[31mred\u001b[39m\u001b[22m and not'), 11)
  assert.equal(wrapSentence('one\ntwo three', { width: 8 }), 'one\ntwo\n  three')
  assert.deepEqual(tables(), [])
})

test('what is measured without the tables is as wide as they say, alone and beside another', async () => {
  const { default: cells } = await import('string-width')
  const characters = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code))
  const texts = characters.filter((char) => PLAIN.test(char)).flatMap((char) => [char, `–${char}`, `${char}…`])
  assert.ok(texts.length > 1500)
  assert.deepEqual(
    texts.filter((text) => cellWidth(text) !== cells(text)),
    [],
  )
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
