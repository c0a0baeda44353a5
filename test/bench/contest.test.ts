// Interleaving, warm-up and what happens to a contender that breaks.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contest } from '../../bench/contest.ts'
import type { Benchmark, Contender } from '../../bench/model.ts'

const setting = { quick: false, log: () => {} }

function benchmarkOf(contenders: readonly Contender[], rest: Partial<Benchmark> = {}): Benchmark {
  return { name: 'x', title: 'x', unit: 'ms', aims: [], rounds: { full: 2, quick: 1 }, contenders, ...rest }
}

function contenderThatLogs(name: string, log: string[]): Contender {
  return {
    name,
    measure: async (round) => {
      log.push(`${name}${round}`)
      return round
    },
  }
}

test('rounds are interleaved and the first one is not counted', async () => {
  const log: string[] = []
  const result = await contest(benchmarkOf([contenderThatLogs('a', log), contenderThatLogs('b', log)]), setting)
  assert.deepEqual(log, ['a0', 'b0', 'a1', 'b1', 'a2', 'b2'])
  assert.deepEqual(
    result.figures.map(({ samples }) => samples),
    [
      [1, 2],
      [1, 2],
    ],
  )
})

test('without a warm-up every round counts', async () => {
  const result = await contest(benchmarkOf([contenderThatLogs('a', [])], { warmUp: false }), setting)
  assert.deepEqual(result.figures[0]?.samples, [1, 2])
})

test('a contender that breaks is told with its reason, and the others go on', async () => {
  const broken = {
    name: 'broken',
    measure: async (round: number) => (round < 2 ? 1 : Promise.reject(new Error('gone'))),
  }
  const result = await contest(benchmarkOf([broken, contenderThatLogs('a', [])]), setting)
  assert.deepEqual(result.absent, [{ name: 'broken', kind: 'failed', reason: 'gone' }])
  assert.deepEqual(
    result.figures.map(({ name }) => name),
    ['a'],
  )
})
