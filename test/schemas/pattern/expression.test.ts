// A pattern of a stranger means what it means in JavaScript, and is made ready in a time that grows with its length alone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expressionOf } from '../../../schemas/pattern/expression.ts'
import { within } from '../../../system/async/in-time.ts'
import { seededRandom } from '../../support/builders/seeded-random.ts'
import { rounds } from '../../support/machine/full-form.ts'

const ROUNDS = rounds({ short: 3000, full: 60_000 })
const PIECES = [
  'a',
  'b',
  '^',
  '$',
  '\\b',
  '\\B',
  '.',
  '[^a]',
  '[\\b\\]]',
  '\\\\',
  '\\\\b',
  '\\w',
  '(?=b)',
  '(?<!a)',
  '\\u{1F600}',
  '😀',
  '\\ud83d',
  '\\ud83d\\ude00',
  '(b)',
  '\\1',
  '\\x61',
]
const ENDS = ['', '', '', '*', '?', '{0,2}', '+?']
const LETTERS = ['a', 'b', ' ', 'é', '\\', '😀', '\ud83d', '\ude00']

/** JavaScript's own search misses what V8 looks ahead past: it finds no `[^a]$` in a letter that takes two places. */
function soughtByItself(pattern: string): RegExp {
  new RegExp(pattern, 'u')
  return new RegExp(`^[^]*?(?:${pattern})`, 'u')
}

test('a letter of two surrogates is one, also at the end and as two escapes', () => {
  assert.equal(expressionOf('^\\ud83d\\ude00{2}$').test('😀😀'), true)
  assert.equal(expressionOf('[^a]$').test('😀'), true)
})

test('a pattern is found where JavaScript has it, and read where JavaScript reads it', () => {
  const random = seededRandom()
  const draw = (depth: number): string => {
    const pieces = Array.from({ length: 1 + random.below(3) }, () => {
      const isGroup = depth > 0 && random.chance(0.3)
      return `${isGroup ? `(?:${draw(depth - 1)}|${draw(depth - 1)})` : random.pick(PIECES)}${random.pick(ENDS)}`
    })
    return pieces.join('')
  }
  const outcome = (act: () => boolean) => {
    try {
      return act()
    } catch (error) {
      if (error instanceof SyntaxError) return 'not read'
      throw error
    }
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    const pattern = draw(2)
    const text = Array.from({ length: random.below(6) }, () => random.pick(LETTERS)).join('')
    const ours = outcome(() => expressionOf(pattern).test(text))
    assert.equal(
      ours,
      outcome(() => soughtByItself(pattern).test(text)),
      `${pattern} in ${JSON.stringify(text)}`,
    )
  }
})

test('groups keep their names and numbers, however these are written', () => {
  for (const [pattern, text] of [
    ['^(?<\\u0065nd>a)\\k<end>$', 'aa'],
    ['^(a)(b)\\2\\1$', 'abba'],
    ['^(?<end>a)1(?:2)$', 'a12'],
    ['^(?<end_>a)|(?<end_>b)$', 'b'],
  ] as const)
    assert.equal(expressionOf(pattern).test(text), true, pattern)
})

test('one expression answers for each text anew', () => {
  const expression = expressionOf('b$')
  assert.deepEqual(
    ['ab', 'b', 'ba', 'ab'].map((text) => expression.test(text)),
    [true, true, false, true],
  )
})

test('a pattern may have 4096 characters, a hundred groups beside references to them, and as many by name', () => {
  const kept = (groups: number) => `^${'(a)'.repeat(groups)}\\1$`
  const named = (references: number) => `^(?:${Array(100).fill('(?<n>a)').join('|')})${'\\k<n>'.repeat(references)}$`
  for (const [pattern, text] of [
    ['a'.repeat(4096), 'a'.repeat(4097)],
    ['(a)'.repeat(1365), 'a'.repeat(1365)],
    [kept(100), 'a'.repeat(101)],
    [named(100), 'a'.repeat(101)],
  ] as const)
    assert.equal(expressionOf(pattern).test(text), true, `${pattern.length} characters`)
  for (const [pattern, problem] of [
    ['a'.repeat(4097), 'a pattern has 4097 characters, expected at most 4096'],
    [named(101), 'a pattern has 101 references by name, expected at most 100'],
    [kept(101), 'a pattern has 101 groups beside references to them, expected at most 100'],
    [`(?<a>b)\\k<a>${'()'.repeat(100)}`, 'a pattern has 101 groups beside references to them, expected at most 100'],
  ] as const)
    assert.throws(() => expressionOf(pattern), { name: 'SyntaxError', message: problem })
})

/** A hundred letters, each of another thousand, from where the row begins. */
const scattered = (first: number) =>
  `[${Array.from({ length: 100 }, (_, at) => String.fromCodePoint(0x10000 + (4 * at + first) * 0x400)).join('')}]`

/** Each took V8 ten seconds and more where it looked ahead, which no clock ends: here some milliseconds are asked for, and five seconds given. */
const LOOKED_AHEAD: readonly (readonly [what: string, pattern: string])[] = [
  ['pieces that may be missing', `${'a?'.repeat(240)}bbbb`],
  ['groups that may be missing', `^${'(a|b?)?'.repeat(120)}bbbb`],
  ['a long name of nothing', `end${'_'.repeat(1900)}${'a'.repeat(2000)}`],
  ['pieces that may repeat', `${'a*'.repeat(120)}bbbb`],
  ['categories in a row', '\\p{C}'.repeat(8)],
  ['categories behind boundaries', '\\b\\p{C}'.repeat(8)],
  ['what is no boundary before categories', `\\B${'\\p{C}'.repeat(8)}`],
  ['a choice of what begins and categories', `^a|${'\\p{C}'.repeat(8)}`],
  ['groups that repeat within each other', `${'('.repeat(1300)}a${')*'.repeat(1300)}b`],
  ['sets of scattered letters', [0, 1, 2, 3].map(scattered).join('').repeat(2)],
]
for (const [what, pattern] of LOOKED_AHEAD)
  test(`${what} take no longer than it takes to read them`, () => {
    assert.equal(
      within(5000)(() => expressionOf(pattern).test('！') || expressionOf(pattern).test('')),
      false,
    )
  })
