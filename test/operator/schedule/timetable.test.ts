// Which checks may begin when: a table of hours that pass in no time.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { momentFrom, phaseOf } from '../../../operator/schedule/spread.ts'
import type { Entry, Task } from '../../../operator/schedule/timetable.ts'
import { openTimetable } from '../../../operator/schedule/timetable.ts'
import { seededRandom } from '../../support/builders/seeded-random.ts'

const aTask = (id: string, more: Partial<Task> = {}): Task => ({
  ...{ id, owner: id, lane: 'slow', intervalMs: 1000, firstWithinMs: 0 },
  ...more,
})

type Simulated = {
  readonly tasks: readonly Task[]
  readonly places: number
  readonly untilMs: number
  readonly tookMs: (id: string) => number
}

type Told = { readonly id: string; readonly at: number }

/** Every run takes its time; looks at every moment at which something happens. */
function simulate({ tasks, places, untilMs, tookMs }: Simulated) {
  const timetable = openTimetable({ slow: places })
  const began: (Told & { readonly latenessMs?: number })[] = []
  const late: Told[] = []
  const running: { entry: Entry; until: number }[] = []
  let most = 0
  for (const task of tasks) timetable.add(task, 0)
  for (let now = 0; now <= untilMs; ) {
    for (const done of running.filter(({ until }) => until <= now)) {
      running.splice(running.indexOf(done), 1)
      timetable.end(done.entry, now)
    }
    const turn = timetable.turn(now)
    late.push(...turn.late.map(({ entry }) => ({ id: entry.task.id, at: now })))
    for (const { entry, latenessMs } of turn.begun) {
      began.push({ id: entry.task.id, at: now, ...(latenessMs === undefined ? {} : { latenessMs }) })
      running.push({ entry, until: now + tookMs(entry.task.id) })
    }
    most = Math.max(most, running.length)
    assert.equal(new Set(running.map(({ entry }) => entry)).size, running.length, 'one run of each at a time')
    const next = Math.min(timetable.nextAt() ?? Infinity, ...running.map(({ until }) => until))
    assert.ok(next > now || running.some(({ until }) => until <= now), 'time goes on')
    now = Math.max(next, now)
  }
  const runsOf = (id: string) => began.filter((run) => run.id === id)
  return { began, late, most, runsOf }
}

test('each check runs once in each interval, at a moment of its own, and no run moves the next', () => {
  const tasks = Array.from({ length: 60 }, (_, index) => aTask(`web health ${index}`))
  const { began, runsOf, late } = simulate({ tasks, places: 60, untilMs: 60_000, tookMs: () => 300 })
  assert.equal(late.length, 0)
  for (const { id } of tasks) {
    const later = runsOf(id).slice(1)
    assert.ok(later.length >= 58 && later.length <= 60, `${id} ran ${later.length} times`)
    for (const { at } of later) assert.ok(Math.abs(((at / 1000) % 1) - phaseOf(id)) < 1e-6)
  }
  const secondHalf = began.filter(({ at }) => at > 30_000)
  const tenths = new Map<number, number>()
  for (const { at } of secondHalf)
    tenths.set(Math.floor(at / 100) % 10, (tenths.get(Math.floor(at / 100) % 10) ?? 0) + 1)
  for (const count of tenths.values()) assert.ok(count < secondHalf.length / 5, 'spread over the interval')
})

test('the first round comes soon, however long the interval is', () => {
  const tasks = Array.from({ length: 50 }, (_, index) =>
    aTask(`c${index}`, { intervalMs: 3_600_000, firstWithinMs: 1000 }),
  )
  const { began } = simulate({ tasks, places: 50, untilMs: 1000, tookMs: () => 1 })
  assert.equal(began.length, 50)
})

test('a first round that needs longer than the interval is not late, and later rounds are on time again', () => {
  const tasks = Array.from({ length: 100 }, (_, index) => aTask(`c${index}`, { firstWithinMs: 1000 }))
  const seen = new Set<string>()
  const tookMs = (id: string) => (seen.has(id) ? 1 : seen.add(id) && 30)
  const { began, late, runsOf } = simulate({ tasks, places: 1, untilMs: 60_000, tookMs })
  assert.equal(began.filter(({ latenessMs }) => latenessMs === undefined).length, 100)
  for (const { id, at } of late) assert.ok((runsOf(id)[0]?.at ?? Infinity) < at, 'nobody is late for a first run')
  for (const { latenessMs = 0 } of began.filter(({ at }) => at > 5000)) assert.ok(latenessMs <= 100)
  for (const { id } of tasks) assert.ok(runsOf(id).length >= 56, `${id} ran ${runsOf(id).length} times`)
})

test('a first run that finds no place for ten seconds is told of, and again', () => {
  const tasks = [aTask('hangs', { owner: 'other' }), aTask('waits', { firstWithinMs: 1 })]
  const { late } = simulate({ tasks, places: 1, untilMs: 35_000, tookMs: () => 1e9 })
  assert.deepEqual(
    late.filter(({ id }) => id === 'waits').map(({ at }) => Math.floor(at / 1000)),
    [10, 20, 30],
  )
})

const SHAPES: readonly (readonly [what: string, count: number, places: number, tookMs: number])[] = [
  ['one place', 5, 1, 150],
  ['two places', 20, 2, 90],
  ['far too few places', 100, 3, 700],
  ['runs as long as the interval', 10, 4, 1000],
]

for (const [what, count, places, tookMs] of SHAPES)
  test(`with ${what} every check gets its turn, the bound holds, and each is told of as late that waits`, () => {
    const tasks = Array.from({ length: count }, (_, index) => aTask(`c${index}`, { owner: `s${index % 7}` }))
    const { began, runsOf, late, most } = simulate({ tasks, places, untilMs: 120_000, tookMs: () => tookMs })
    assert.ok(most <= places)
    const turns = tasks.map(({ id }) => runsOf(id).length)
    assert.ok(Math.min(...turns) >= Math.max(...turns) / 2 - 1, `turns: ${turns.join(' ')}`)
    const waited = began.filter(({ latenessMs = 0 }) => latenessMs >= 1000)
    assert.ok(late.length >= waited.length, 'nobody waits an interval unsaid')
  })

test('what hangs holds up its own service, and leaves the others a place', () => {
  const hanging = Array.from({ length: 40 }, (_, index) => aTask(`hangs ${index}`, { owner: 'hanging' }))
  const tasks = [...hanging, aTask('well', { owner: 'other' })]
  const tookMs = (id: string) => (id === 'well' ? 20 : 10_000)
  const { runsOf, late } = simulate({ tasks, places: 4, untilMs: 60_000, tookMs })
  assert.ok(runsOf('well').length >= 58)
  assert.deepEqual(
    late.filter(({ id }) => id === 'well'),
    [],
  )
  assert.ok(late.some(({ id }) => id.startsWith('hangs')))
})

test('a quick check never keeps a slow one from its turn', () => {
  const quick = Array.from({ length: 30 }, (_, index) => aTask(`quick ${index}`, { intervalMs: 10, owner: 'same' }))
  const tasks = [...quick, aTask('rare', { intervalMs: 20_000, owner: 'same' })]
  const { runsOf } = simulate({ tasks, places: 1, untilMs: 100_000, tookMs: () => 9 })
  assert.ok(runsOf('rare').length >= 5)
  for (const { latenessMs = 0 } of runsOf('rare')) assert.ok(latenessMs <= 31 * 9)
})

test('a run that takes longer than the interval leaves the next ones out, and says how many', () => {
  const timetable = openTimetable({ slow: 1 })
  timetable.add(aTask('long'), 0)
  const [first] = timetable.turn(1000).begun
  assert.ok(first)
  const { tookMs, skipped } = timetable.end(first.entry, 4500)
  assert.equal(tookMs, 3500)
  assert.ok(skipped >= 3 && skipped <= 4)
  assert.deepEqual(timetable.turn(4500).begun.length + (timetable.nextAt() === undefined ? 1 : 0), 0)
  assert.ok((timetable.nextAt() ?? 0) >= 4500 && (timetable.nextAt() ?? 0) <= 5500)
})

test('one that was removed begins no more, and gives its place back only when it has ended', () => {
  const timetable = openTimetable({ slow: 1 })
  const running = timetable.add(aTask('running'), 0)
  assert.equal(timetable.turn(0).begun.length, 1)
  timetable.remove(running)
  const waiting = timetable.add(aTask('waiting'), 0)
  const gone = timetable.add(aTask('gone'), 0)
  assert.deepEqual(timetable.turn(1).begun, [])
  timetable.remove(gone)
  timetable.end(running, 2)
  assert.deepEqual(
    timetable.turn(2).begun.map(({ entry }) => entry),
    [waiting],
  )
  timetable.end(waiting, 3)
  timetable.remove(waiting)
  assert.equal(timetable.nextAt(), undefined)
})

test('another lane takes over from the next run on', () => {
  const timetable = openTimetable({ slow: 1, quick: 1 })
  const moved = timetable.add(aTask('moved', { lane: 'quick' }), 0)
  timetable.turn(0)
  timetable.end(moved, 1, { lane: 'slow' })
  const other = timetable.add(aTask('other', { lane: 'quick' }), 1)
  assert.deepEqual(
    timetable
      .turn(3000)
      .begun.map(({ entry }) => entry.task.lane)
      .sort(),
    ['quick', 'slow'],
  )
  assert.equal(other.task.lane, 'quick')
})

test('lanes of one kind have places of their own, and one that is full holds up none of the others', () => {
  const timetable = openTimetable({ resident: 2 })
  for (const id of ['a', 'b', 'c']) timetable.add(aTask(id, { lane: 'resident slow' }), 0)
  timetable.add(aTask('d', { lane: 'resident quick' }), 0)
  assert.deepEqual(
    timetable.turn(0).begun.map(({ entry }) => entry.task.id),
    ['a', 'b', 'd'],
  )
})

test('no order of ends, removals and changes breaks the bound or loses a check', () => {
  const { next: random } = seededRandom()
  const timetable = openTimetable({ slow: 3 })
  const live = new Set<Entry>()
  const running = new Set<Entry>()
  for (let now = 0, made = 0; now < 20_000; now += Math.floor(random() * 40)) {
    if (live.size < 20)
      live.add(timetable.add(aTask(`c${made++}`, { owner: `s${made % 4}`, intervalMs: 50 + random() * 900 }), now))
    for (const { entry } of timetable.turn(now).begun) running.add(entry)
    assert.ok(running.size <= 3)
    for (const entry of running) {
      if (random() < 0.5) continue
      running.delete(entry)
      timetable.end(entry, now, random() < 0.2 ? { intervalMs: 100 + random() * 500 } : {})
    }
    for (const entry of live)
      if (random() < 0.01) {
        live.delete(entry)
        timetable.remove(entry)
      }
  }
  for (const entry of running) timetable.end(entry, 20_000)
  const seen = new Set<Entry>()
  for (let now = 20_000; now < 40_000; now += 10)
    for (const { entry } of timetable.turn(now).begun) {
      seen.add(entry)
      timetable.end(entry, now)
    }
  assert.deepEqual(seen, live)
})

test('names that differ little are far apart', () => {
  const phases = Array.from({ length: 1000 }, (_, index) => phaseOf(`web health ${index}`)).sort((a, b) => a - b)
  const tenths = Array.from(
    { length: 10 },
    (_, tenth) => phases.filter((phase) => Math.floor(phase * 10) === tenth).length,
  )
  for (const count of tenths) assert.ok(count > 60 && count < 140, tenths.join(' '))
  assert.equal(momentFrom(2500, { intervalMs: 1000, phase: 0.25 }), 3250)
  assert.equal(momentFrom(3250, { intervalMs: 1000, phase: 0.25 }), 3250)
})
