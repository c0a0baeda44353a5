import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dueAt, isDue, leftMs } from '../../../../operator/services/secrets/due.ts'

const SET = { now: 1_000_000, steady: 50 }
const DUE = dueAt(SET.now + 5000, SET)

/** By how much each clock went on, and what is left then. */
const CASES: readonly (readonly [what: string, wallMs: number, steadyMs: number, leftMs: number])[] = [
  ['at once', 0, 0, 5000],
  ['a moment before', 4999, 4999, 1],
  ['when its time has come', 5000, 5000, 0],
  ['after the clock on the wall was set back by a day', -86_400_000, 4000, 1000],
  ['after that, when its time has passed', -86_400_000, 5000, 0],
  ['after the clock on the wall was set forth, or the machine slept', 86_400_000, 10, 0],
]

for (const [what, wallMs, steadyMs, left] of CASES)
  test(`${what} ${left} ms are left of five seconds`, () => {
    const moments = { now: SET.now + wallMs, steady: SET.steady + steadyMs }
    assert.equal(leftMs(DUE, moments), left)
    assert.equal(isDue(DUE, moments), left === 0)
  })
