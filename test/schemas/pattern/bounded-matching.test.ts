// What nobody can say in a bounded number of steps is `unknown`, and never a match or none.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { boundedMatching } from '../../../schemas/pattern/bounded-matching.ts'

test('a text matches a pattern, does not, or nobody can say', () => {
  const matches = boundedMatching(1000)('aab')
  for (const [pattern, answer] of [
    ['^a+b$', 'yes'],
    ['^b', 'no'],
    ['(a)\\1', 'unknown'],
    ['[', 'unknown'],
    ['a{2,1}', 'unknown'],
  ] as const)
    assert.equal(matches(pattern), answer, pattern)
})

test('all patterns that one text is tried by have the steps together, and each text has them anew', () => {
  const matching = boundedMatching(10_000)
  const takesHalf = (at: number) => `a*b*c*[${'xyz'[at]}]`
  const text = 'a'.repeat(6)
  const first = matching(text)
  assert.deepEqual([0, 1, 2].map(takesHalf).map(first), ['no', 'unknown', 'unknown'])
  // What takes few is answered still.
  assert.equal(first('^a'), 'yes')
  assert.equal(matching(text)(takesHalf(1)), 'no')
})

test('patterns that nobody can read take of the steps too', () => {
  const matches = boundedMatching(10_000)('a')
  for (let at = 0; at < 200; at += 1) assert.equal(matches(`(?i:${at})`), 'unknown')
  assert.equal(matches('a'), 'unknown')
})
