// Counting the values of a text by its tokens: too many are refused before anything is built, and never one that would be read.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AUTHORED_YAML, parseYaml } from '../../../schemas/yaml/parse.ts'
import { tokensOf } from '../../../schemas/yaml/tokens.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'

const COUNT = 300
const atMost = (maxNodes: number) => ({ maxNodes, maxKeys: Number.POSITIVE_INFINITY })

/** Texts with `count` parts, how many values they stand for, and whether the tokens show nearly all of them. */
const WAYS: Readonly<Record<string, readonly [text: (count: number) => string, values: (count: number) => number]>> = {
  'a list in brackets': [(n) => `[${repeat(n, () => 'x, ')}]`, (n) => n + 1],
  'a list of quoted texts': [(n) => `[${repeat(n, () => `"x, y", 'z: a', `)}]`, (n) => 2 * n + 1],
  'a list of dashes': [(n) => repeat(n, () => '- x\n'), (n) => n + 1],
  'a list of nothing': [(n) => repeat(n, () => '-\n'), (n) => n + 1],
  'a map in brackets': [(n) => `{${repeat(n, (i) => `k${i}: v, `)}}`, (n) => n + 1],
  'a map of keys alone': [(n) => `{${repeat(n, (i) => `k${i}, `)}}`, (n) => n + 1],
  'a map of nothing': [(n) => repeat(n, (i) => `k${i}:\n`), (n) => n + 1],
  'a map of lines': [(n) => repeat(n, (i) => `k${i}: v\n`), (n) => n + 1],
  'keys after question marks': [(n) => repeat(n, (i) => `? k${i}\n: v\n`), (n) => n + 1],
  'question marks alone': [(n) => repeat(n, (i) => `? k${i}\n`), (n) => n + 1],
  'pairs in a list': [(n) => `[${repeat(n, () => 'a: b, ')}]`, (n) => 2 * n + 1],
  'lists in a list': [(n) => `[${repeat(n, () => '[], {}, ')}]`, (n) => 2 * n + 1],
  'maps in lines': [(n) => repeat(n, (i) => `k${i}: {a: 1, b: [2]}\n`), (n) => 4 * n + 1],
  aliases: [(n) => `- &a x\n${repeat(n - 1, () => '- *a\n')}`, (n) => n + 1],
  'merge keys': [(n) => `a: &a {x: 1}\nb: [${repeat(n, () => '{<<: *a}, ')}]`, (n) => 2 * n + 4],
  'blocks of text': [(n) => repeat(n, (i) => `k${i}: |\n  "a: [b, c]\n`), (n) => n + 1],
  'texts of signs': [(n) => `[${repeat(n, () => '-a:b, "*a, [", ')}]`, (n) => 2 * n + 1],
}

for (const [way, [text, values]] of Object.entries(WAYS)) {
  test(`${way}: as many values as there may be are read, and one more is refused`, () => {
    const maxNodes = values(COUNT)
    parseYaml(text(COUNT), 'most', { ...AUTHORED_YAML, maxNodes })
    expectCode('LIMIT_EXCEEDED', () => parseYaml(text(COUNT), 'more', { ...AUTHORED_YAML, maxNodes: maxNodes - 1 }))
  })
  test(`${way}: twice as many values as there may be are refused by their tokens`, () => {
    const error = expectCode('LIMIT_EXCEEDED', () =>
      tokensOf(text(COUNT), 'twice', atMost(Math.floor(values(COUNT) / 2) - 2)),
    )
    assert.equal(error.details?.what, 'values')
  })
}

const WAYS_OF_KEYS: Readonly<Record<string, (count: number) => string>> = {
  'in brackets': (n) => `{${repeat(n, (i) => `k${i}: v, `)}}`,
  'of lines': (n) => repeat(n, (i) => `k${i}: v\n`),
  'of nothing': (n) => repeat(n, (i) => `k${i}:\n`),
  'after question marks': (n) => repeat(n, (i) => `? k${i}\n: v\n`),
  'of JSON': (n) => `{${repeat(n, (i) => `"k${i}":1,`)}"z":1}`.replace(/"k0":1,/, ''),
  'of many maps': (n) => repeat(n, () => '- {a: 1}\n'),
}
for (const [way, text] of Object.entries(WAYS_OF_KEYS))
  test(`keys ${way}: as many as there may be are read, and one more is refused by its tokens`, () => {
    const limits = { maxNodes: 10 * COUNT, maxKeys: COUNT }
    parseYaml(text(COUNT), 'most', { ...AUTHORED_YAML, ...limits })
    const error = expectCode('LIMIT_EXCEEDED', () => tokensOf(text(COUNT + 1), 'more', limits))
    assert.equal(error.details?.what, 'keys')
  })

test('what costs tokens and makes no values is bounded as well', () => {
  const comments = repeat(100 * 10 + 1, () => '#\n')
  expectCode('LIMIT_EXCEEDED', () => tokensOf(comments, 'comments', atMost(100)))
})

test('a line of blanks behind a block whose indentation is given is refused: the lexer would leave out text', () => {
  const ends = [
    '- |2\n  \n    }\n    \n',
    'a: |2- # c\n    x\n\n    \nb: 1',
    'a: >-2\r\n    x\r\n   \r\n',
    'a: |1\n   x\n  ',
  ]
  for (const text of ends) {
    const { message } = expectCode('YAML_INVALID', () => parseYaml(text, 'it', AUTHORED_YAML))
    assert.match(message, /a line of blanks behind a block text/, text)
  }
  const kept = { 'a: |2\n    x\n\n': '  x\n', 'a: |2+\n    x\n    \n': '  x\n  \n', 'a: |\n  x\n    \n': 'x\n  \n' }
  for (const [text, a] of Object.entries(kept)) assert.deepEqual(parseYaml(text, 'it', AUTHORED_YAML).value, { a })
})

function repeat(count: number, part: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => part(index)).join('')
}
