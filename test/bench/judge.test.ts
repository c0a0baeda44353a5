// How figures stand to their aims, and what is said where figures are missing.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge } from '../../bench/judge.ts'
import type { Aim, BenchmarkResult } from '../../bench/model.ts'
import { aimInWords, comparisonInWords, figureInWords, verdictInWords } from '../../bench/words.ts'

const atLeastHalf: Aim = { ours: 'octo', peer: 'peer', compare: 'ratio', bound: 'at least', limit: 0.5 }
const within40: Aim = { ours: 'octo', peer: 'peer', compare: 'difference', bound: 'at most', limit: 40 }

function resultWith(aim: Aim, ours: readonly number[], peer: readonly number[]): BenchmarkResult {
  const figures = [
    { name: 'octo', samples: ours },
    { name: 'peer', samples: peer },
  ]
  const present = figures.filter(({ samples }) => samples.length > 0)
  return { name: 'x', title: 'x', unit: 'ms', aims: [aim], figures: present, absent: [] }
}

function verdictOf(aim: Aim, ours: readonly number[], peer: readonly number[]) {
  const [verdict] = judge(resultWith(aim, ours, peer))
  assert.ok(verdict)
  return verdict
}

test('an aim is met on its limit and missed beyond it', () => {
  assert.equal(verdictOf(atLeastHalf, [5], [10]).met, true)
  assert.equal(verdictOf(atLeastHalf, [4.9], [10]).met, false)
  assert.equal(verdictOf(within40, [50], [10]).met, true)
  assert.equal(verdictOf(within40, [50.1], [10]).met, false)
})

test('a comparison without the other side has no verdict', () => {
  const verdict = verdictOf(atLeastHalf, [5], [])
  assert.equal(verdict.met, undefined)
  assert.equal(comparisonInWords(verdict, 'ms'), '–')
  assert.equal(verdictInWords(verdict), '')
})

test('a comparison without a limit is shown and not judged', () => {
  const verdict = verdictOf({ ours: 'octo', peer: 'peer', compare: 'ratio' }, [3], [2])
  assert.equal(verdict.met, undefined)
  assert.equal(comparisonInWords(verdict, 'ms'), '1.5 ×')
  assert.equal(aimInWords(verdict.aim, 'ms'), '')
})

test('figures and aims are said in the unit of the benchmark', () => {
  assert.equal(figureInWords(68_412, 'requests/s'), '68 000/s')
  assert.equal(figureInWords(3.4 * 1024 ** 3, 'bytes/s'), '3.4 GiB/s')
  assert.equal(figureInWords(1234, 'ms'), '1.2 s')
  assert.equal(aimInWords(within40, 'ms'), 'at most +40 ms')
  assert.equal(aimInWords({ ...within40, limit: 100 * 1024 ** 2 }, 'bytes'), 'at most +100 MiB')
})
