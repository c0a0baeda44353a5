// Terminal sequences are taken out, whole; what only looks like one stays and is escaped where it is shown.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shownLines, withoutSequences } from '../../../operator/result/plain-text.ts'

const E = '\u001b'
const ROWS: readonly [string, string][] = [
  [`${E}[31mred${E}[0m`, 'red'],
  [`${E}[38;2;1;2;3mred${E}[m`, 'red'],
  [`${E}[?25l${E}[2J${E}[1;1Hhome`, 'home'],
  [`${E}[4:3mcurly`, 'curly'],
  ['\u009b1mbold', 'bold'],
  [`${E}]0;title\u0007text`, 'text'],
  [`${E}]8;;http://x${E}\\link${E}]8;;${E}\\`, 'link'],
  [`${E}Pq#0${E}\\text`, 'text'],
  [`${E}_apc${E}\\${E}^pm${E}\\text`, 'text'],
  [`${E}(Btext${E}=${E}7`, 'text'],
  ['\ufefftext', 'text'],
  ['b\bbo\bol\bld\bd', 'bold'],
  ['b\bb\bbold', 'bold'],
  ['_\bl_\bi_\bn_\be', 'line'],
  ['_\bb\bb', 'b'],
  ['x\b_', 'x'],
  ['ok\b\bno', 'ok\b\bno'],
  [`${E}]0;title without an end`, `${E}]0;title without an end`],
  [`${E}]0;title\nnext\u0007`, `${E}]0;title\nnext\u0007`],
  [`${E}[31`, `${E}[31`],
  [E, E],
]
for (const [text, plain] of ROWS)
  test(`${JSON.stringify(text)} is ${JSON.stringify(plain)}`, () => assert.equal(withoutSequences(text), plain))

test('the last part of an overwritten line is shown, blank lines are not', () => {
  assert.deepEqual(shownLines('a\rb\r\n\n \n10%\r20%\r   \nc'), ['b', '20%', 'c'])
  assert.deepEqual(shownLines('10%\b\b\b20%\n|\b/\bdone'), ['20%', 'done'])
  assert.deepEqual(shownLines('full: 95\b6 %\n\b\bok\nx\b \n'), ['full: 96 %', 'ok'])
})

test('whatever ends a line for people ends one', () => {
  assert.deepEqual(shownLines('a\fb\vc\u0085d\u2028e\u2029f'), ['a', 'b', 'c', 'd', 'e', 'f'])
})

test('sequences without an end are passed in time', () => {
  for (const piece of [`${E}[`, `${E}]`, `${E}P`, `${E}(`, `${E}[1;`, 'a\b', '_\b', '_\ba\b'])
    assert.equal(withoutSequences(piece.repeat(30_000)).length > 0, true)
})
