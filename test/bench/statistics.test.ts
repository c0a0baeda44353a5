// The arithmetic behind docs/BENCHMARKS.md.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { median, pairedDifference, pairedRatio, roundFigure, spread } from '../../bench/statistics.ts'

test('the median is the middle value, or the mean of the middle two', () => {
  assert.equal(median([9, 1, 5]), 5)
  assert.equal(median([4, 1, 3, 2]), 2.5)
  assert.ok(Number.isNaN(median([])))
})

test('a slow round that hits both sides changes no comparison', () => {
  const [ours, peer] = [
    [10, 11, 100],
    [20, 22, 200],
  ]
  assert.equal(pairedRatio(ours, peer), 0.5)
  assert.equal(pairedDifference([10, 11, 40], [5, 6, 35]), 5)
})

test('comparisons use only rounds that both sides played', () => {
  assert.equal(pairedRatio([2, 4, 1000], [1, 2]), 2)
})

test('the spread is half the distance between the quartiles as a share of the median', () => {
  assert.equal(spread([10, 10, 10, 10]), 0)
  assert.equal(spread([8, 9, 10, 11, 12]), 0.1)
  assert.equal(spread([0, 0, 0]), 0, 'what is compared with nothing is as steady as can be')
})

test('figures keep the two digits that a timing can promise', () => {
  assert.deepEqual([68_412, 0.6149, 3.06, 12].map(roundFigure), [68_000, 0.61, 3.1, 12])
})
