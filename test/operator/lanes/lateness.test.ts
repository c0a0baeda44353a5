// How late runs began, in little memory.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLateness } from '../../../operator/lanes/lateness.ts'

test('shares are right to a twentieth, whatever came in which order', () => {
  const lateness = openLateness()
  assert.deepEqual(lateness.summary(), { runs: 0, sum: 0, p50: 0, p99: 0, max: 0 })
  for (let index = 0; index < 10_000; index++) lateness.add(((index * 7919) % 10_000) / 10)
  const { runs, p50, p99, max } = lateness.summary()
  assert.deepEqual([runs, max], [10_000, 999.9])
  assert.ok(p50 >= 500 && p50 <= 526, String(p50))
  assert.ok(p99 >= 990 && p99 <= 999.9, String(p99))
})

test('nothing, and what is beyond every bound, is counted as well', () => {
  const lateness = openLateness()
  for (const ms of [0, -1, 1e12]) lateness.add(ms)
  assert.deepEqual([lateness.summary().runs, lateness.summary().max], [3, 1e12])
})
