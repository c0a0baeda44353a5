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
  [`${E}]0;title without an end`, `${E}]0;title without an end`],
  [`${E}]0;title\nnext\u0007`, `${E}]0;title\nnext\u0007`],
  [`${E}[31`, `${E}[31`],
  [E, E],
]
for (const [text, plain] of ROWS)
  test(`${JSON.stringify(text)} is ${JSON.stringify(plain)}`, () => assert.equal(withoutSequences(text), plain))

test('the last part of an overwritten line is shown, blank lines are not', () => {
  assert.deepEqual(shownLines('a\rb\r\n\n \n10%\r20%\r   \nc'), ['b', '20%', 'c'])
})

test('sequences without an end are passed in time', () => {
  for (const piece of [`${E}[`, `${E}]`, `${E}P`, `${E}(`, `${E}[1;`])
    assert.equal(withoutSequences(piece.repeat(30_000)).length > 0, true)
})
