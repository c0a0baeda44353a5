// The driver of a timetable, with a clock of its own.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Job } from '../../../operator/schedule/schedule.ts'
import { openSchedule } from '../../../operator/schedule/schedule.ts'
import { aStillClock } from '../../support/machine/still-clock.ts'

const aJob = (id: string, run: Job['run'], more: Partial<Job> = {}): Job => ({
  ...{ id, owner: id, lane: 'slow', intervalMs: 1000, firstWithinMs: 0, run },
  ...more,
})

test('one timer serves all jobs, and none is left when they are gone', async () => {
  const { clock, alarms, until } = aStillClock()
  const runs: string[] = []
  using schedule = openSchedule({ lanes: { slow: 4 }, clock })
  const jobs = ['a', 'b', 'c'].map((id) =>
    schedule.add(
      aJob(id, () => {
        runs.push(id)
        return Promise.resolve({})
      }),
    ),
  )
  await until(10_000)
  assert.equal(alarms(), 1)
  for (const id of ['a', 'b', 'c']) assert.ok([10, 11].includes(runs.filter((run) => run === id).length))
  for (const job of jobs) job[Symbol.dispose]()
  assert.equal(alarms(), 0)
})

test('who waits for a first run is told so every ten seconds, and who takes too long is told so once', async () => {
  const { clock, until } = aStillClock()
  const told: string[] = []
  using schedule = openSchedule({ lanes: { slow: 1 }, clock })
  const { promise, resolve } = Promise.withResolvers<object>()
  schedule.add(aJob('long', () => promise, { owner: 'same', onOverrun: (tookMs) => told.push(`long took ${tookMs}`) }))
  schedule.add(aJob('other', async () => ({}), { owner: 'same', onLate: () => told.push('other is late') }))
  await until(35_000)
  assert.deepEqual(told, ['other is late', 'other is late', 'other is late'])
  resolve({})
  await until(35_100)
  assert.equal(told.at(-1), 'long took 35000')
  assert.equal(told.length, 4)
})

test('what a run says of its interval and lane counts from then on', async () => {
  const { clock, until } = aStillClock()
  const begun: string[] = []
  using schedule = openSchedule({
    ...{ lanes: { slow: 1, quick: 1 }, clock },
    onBegin: ({ lane }) => void begun.push(lane),
  })
  schedule.add(aJob('a', async () => ({ lane: 'quick', intervalMs: 10_000 })))
  await until(40_000)
  assert.deepEqual(new Set(begun), new Set(['quick']), 'the first run, in the other lane, is none that could be late')
  assert.ok(begun.length >= 3 && begun.length <= 5)
})

test('closed, it begins nothing more, also when a run ends later', async () => {
  const { clock, alarms, until } = aStillClock()
  let runs = 0
  const { promise, resolve } = Promise.withResolvers<object>()
  const schedule = openSchedule({ lanes: { slow: 1 }, clock })
  schedule.add(
    aJob('a', () => {
      runs++
      return promise
    }),
  )
  await until(10)
  schedule[Symbol.dispose]()
  resolve({})
  await until(5000)
  assert.deepEqual([runs, alarms()], [1, 0])
})
