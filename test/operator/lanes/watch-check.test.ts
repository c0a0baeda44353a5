// One check again and again: its pace, what is told when it did not run, and what is left when nobody watches any more.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { VerifiedExecutable } from '../../../client/index.ts'
import type { CheckItem } from '../../../config/model/config.ts'
import type { CheckOutcome } from '../../../operator/check/outcome.ts'
import type { InsideRun } from '../../../operator/exec/inside.ts'
import type { Lanes } from '../../../operator/lanes/lanes.ts'
import { watchCheck } from '../../../operator/lanes/watch-check.ts'
import { openSchedule } from '../../../operator/schedule/schedule.ts'
import type { Ending } from '../../../system/process/run-process.ts'
import { anEnding } from '../../support/builders/endings.ts'
import { aCheck, checkDeps } from '../../support/builders/planned-checks.ts'
import { aStillClock } from '../../support/machine/still-clock.ts'

const says = (status: string, more: object = {}) => {
  const codes: Readonly<Record<string, number>> = { ok: 0, warn: 1, critical: 2, unknown: 3 }
  const stdout = `${JSON.stringify({ v: 1, status, summary: status, ...more })}\n`
  return anEnding({ stdout, exitCode: codes[status] ?? 0 })
}

/** Lanes on a clock that stands still, in which every run does as it is told. */
function aScene(act: (run: InsideRun) => Promise<Ending> | Ending, item: Partial<CheckItem> = {}, places = 4) {
  const { clock, until } = aStillClock()
  const begun: number[] = []
  let isInside = true
  const lanes: Lanes = {
    schedule: openSchedule({ lanes: { 'in-process': places, process: 1 }, clock }),
    inside: {
      knows: () => true,
      take: () =>
        isInside
          ? async (run) => {
              begun.push(clock.now())
              return act(run)
            }
          : undefined,
    },
    places: { 'in-process': places, resident: 1, process: 1 },
    laneOf: () => (isInside ? 'in-process' : 'process'),
    lateness: () => assert.fail('nobody asks'),
    [Symbol.dispose]: () => undefined,
  }
  const outcomes: CheckOutcome[] = []
  const lanesTold: string[] = []
  let looks = 0
  const watchOne = (id: string, isWell: (outcome: CheckOutcome) => boolean = ({ status }) => status === 'ok') => {
    const check = aCheck('says.sh', [], { item: { ...item } })
    const { locate, ...known } = checkDeps([check])
    const deps = {
      ...known,
      locate: (executable: VerifiedExecutable) => {
        looks++
        return locate(executable)
      },
    }
    return watchCheck(lanes, {
      ...{ check, id, deps, firstWithinMs: 0 },
      onOutcome: (outcome) => {
        outcomes.push(outcome)
        return isWell(outcome)
      },
      onLane: (lane) => lanesTold.push(lane),
    })
  }
  return { ...{ until, begun, outcomes, lanesTold, watchOne }, looks: () => looks, leave: () => (isInside = false) }
}

const gaps = (moments: readonly number[]) =>
  moments.slice(2).map((moment, index) => Math.round(moment - (moments[index + 1] ?? 0)))

test('an interval that the config says counts always, also one of a second', async () => {
  const { until, begun, watchOne } = aScene(() => says('ok'), { intervalMs: 1000 })
  await using _ = watchOne('a')
  await until(20_000)
  assert.deepEqual(new Set(gaps(begun)), new Set([1000]))
})

test('where the config says nothing it runs each second until it is well, and then every ten', async () => {
  let status = 'critical'
  const { until, begun, watchOne } = aScene(() => says(status), { calmIntervalMs: 10_000 })
  await using _ = watchOne('a')
  await until(5500)
  assert.deepEqual(new Set(gaps(begun)), new Set([1000]))
  status = 'ok'
  await until(60_000)
  const calm = begun.filter((moment) => moment > 17_000)
  assert.deepEqual(
    new Set(calm.slice(1).map((moment, index) => Math.round(moment - (calm[index] ?? 0)))),
    new Set([10_000]),
  )
})

test('an interval of the config counts always, and a plugin may ask for a longer one', async () => {
  const own = aScene(() => says('ok'), { intervalMs: 400 })
  await using _own = own.watchOne('a')
  await own.until(10_000)
  assert.deepEqual(new Set(gaps(own.begun)), new Set([400]))
  const asked = aScene(() => says('ok', { retryAfterMs: 5000 }), { intervalMs: 400 })
  await using _asked = asked.watchOne('a')
  await asked.until(60_000)
  assert.deepEqual(new Set(gaps(asked.begun)), new Set([5000]))
})

const didNotRun = ({ status, summary, attempts }: CheckOutcome) =>
  status === 'unknown' && attempts === 0 && /^did not run: waited [\d.]+ s for one of 1 places/.test(summary)

test('a check that waits for its place did not run, which is unknown in each interval', async () => {
  const { promise, resolve } = Promise.withResolvers<Ending>()
  let runs = 0
  const act = () => (++runs <= 2 ? says('ok') : promise)
  const { until, outcomes, watchOne } = aScene(act, { intervalMs: 1000 }, 1)
  await using _first = watchOne('first')
  await using _second = watchOne('second')
  using _end = { [Symbol.dispose]: () => resolve(says('ok')) }
  await until(5500)
  const [first, second, ...late] = outcomes
  assert.deepEqual([first?.status, second?.status], ['ok', 'ok'])
  assert.ok(late.length >= 3 && late.every(didNotRun), JSON.stringify(late))
  resolve(says('ok'))
  await until(6000)
  const [next] = outcomes.slice(2 + late.length)
  assert.equal(next?.status, 'ok')
})

test('a check that waits for its first run says nothing for ten seconds, and then that it did not run', async () => {
  const { promise, resolve } = Promise.withResolvers<Ending>()
  const { until, outcomes, watchOne } = aScene(() => promise, { intervalMs: 1000 }, 1)
  await using _first = watchOne('first')
  await using _second = watchOne('second')
  using _end = { [Symbol.dispose]: () => resolve(says('ok')) }
  await until(9000)
  assert.deepEqual(outcomes, [])
  await until(35_000)
  assert.equal(outcomes.length, 3)
  assert.ok(outcomes.every(didNotRun))
})

test('one that has to be a process from now on is told of once', async () => {
  const { until, lanesTold, leave, outcomes, watchOne } = aScene(
    () => {
      leave()
      return says('ok')
    },
    { intervalMs: 1000 },
  )
  await using _ = watchOne('a')
  await until(500)
  assert.deepEqual([lanesTold, outcomes.length], [['process'], 1])
})

test('the files of what runs inside octo are looked at once for each run', async () => {
  const { until, begun, looks, watchOne } = aScene(() => says('ok'), { intervalMs: 1000 })
  await using _ = watchOne('a')
  await until(20_000)
  assert.ok(begun.length >= 19)
  assert.equal(looks(), begun.length)
})

test('when nobody watches any more what runs is told to end and tells nothing', async () => {
  const ended: boolean[] = []
  const { until, outcomes, watchOne } = aScene(
    ({ signal }) =>
      new Promise((resolve) =>
        signal?.addEventListener('abort', () => {
          ended.push(true)
          resolve(anEnding({ stopped: 'interrupted' }))
        }),
      ),
  )
  const watch = watchOne('a')
  await until(10)
  await watch[Symbol.asyncDispose]()
  await until(60_000)
  assert.deepEqual([ended, outcomes], [[true], []])
})

test('a defect of octo is one unknown run, and the next one comes', async () => {
  let runs = 0
  const { until, outcomes, watchOne } = aScene(
    () => {
      runs++
      if (runs === 1) throw new TypeError('broken')
      return says('ok')
    },
    { intervalMs: 1000 },
  )
  await using _ = watchOne('a')
  await until(2500)
  assert.deepEqual(outcomes.map(({ status, summary }) => [status, summary]).slice(0, 2), [
    ['unknown', 'octo failed: broken'],
    ['ok', 'ok'],
  ])
})
