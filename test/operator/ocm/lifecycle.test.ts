// The life of a service plugin as a table, and what has to be true of it whatever happens.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Effect, Event, Life, State } from '../../../operator/ocm/lifecycle.ts'
import {
  FAILURE_WINDOW_MS,
  isAtRest,
  LONGEST_BREAK_MS,
  MAX_FAILURES,
  NEW_LIFE,
  step,
} from '../../../operator/ocm/lifecycle.ts'

const DRAIN_MS = 500
const at = (now: number, idleMs = 0) => ({ now, drainMs: DRAIN_MS, idleMs })
const a = (state: State, more: Partial<Life> = {}): Life => ({ ...NEW_LIFE, state, generation: 1, ...more })
const clean: Event = { kind: 'exited', generation: 1, isClean: true, reason: 'idle' }
const crash: Event = { kind: 'exited', generation: 1, isClean: false, reason: 'crash' }
const failed: Event = { kind: 'failed', generation: 1, reason: 'died' }
const of = (kind: 'ready' | 'began', generation = 1): Event => ({ kind, generation })
const ended = (isAnswered = true, generation = 1): Event => ({ kind: 'ended', generation, isAnswered })
const WANTED: Event = { kind: 'wanted' }
const CLOSE: Event = { kind: 'close' }
const DUE: Event = { kind: 'due' }
const RETIRE: Event = { kind: 'retire' }

const TABLE: readonly (readonly [string, Life, Event, State, readonly Effect[]])[] = [
  ['the first call starts it', NEW_LIFE, WANTED, 'starting', ['start']],
  ['the next ones wait for the same start', a('starting', { isWanted: true }), WANTED, 'starting', []],
  ['it is ready for all of them', a('starting', { isWanted: true }), of('ready'), 'ready', ['serve']],
  ['one that is ready serves at once', a('ready'), WANTED, 'ready', ['serve']],
  ['it may leave when nobody asks it', a('ready'), clean, 'stopped', []],
  ['the next call starts it again', a('stopped'), WANTED, 'starting', ['start']],
  [
    'one that leaves in the middle of a call has failed',
    a('ready', { calls: 1 }),
    clean,
    'backing-off',
    ['refuse', 'wake'],
  ],
  ['a crash backs off', a('ready'), crash, 'backing-off', ['refuse', 'wake']],
  ['a start that fails is told to those who wait', a('starting'), failed, 'backing-off', ['refuse', 'wake']],
  ['a call waits while it backs off', a('backing-off', { due: 9 }), WANTED, 'backing-off', []],
  ['and starts it when that is over', a('backing-off', { due: 9, isWanted: true }), DUE, 'starting', ['start']],
  ['without a call it rests', a('backing-off', { due: 9 }), DUE, 'stopped', []],
  ['a third failure breaks it', a('starting', { failures: [1, 2] }), failed, 'broken', ['refuse', 'wake']],
  ['calls are turned away while it is broken', a('broken', { due: 99 }), WANTED, 'broken', ['turn-away']],
  ['it gets another chance', a('broken', { due: 9, isOnTrial: true }), DUE, 'stopped', []],
  ['and breaks at once when that fails', a('starting', { isOnTrial: true }), failed, 'broken', ['refuse', 'wake']],
  ['an alarm that is early is set again', a('broken', { due: 99 }), DUE, 'broken', ['wake']],
  ['nobody asks it: it is ended', a('ready'), RETIRE, 'stopping', ['end']],
  ['somebody still does: it stays', a('ready', { calls: 1 }), RETIRE, 'ready', []],
  ['a call that comes while it leaves waits', a('stopping'), WANTED, 'stopping', []],
  ['and starts the next one', a('stopping', { isWanted: true }), clean, 'starting', ['start']],
  ['closing lets calls finish', a('ready', { calls: 2 }), CLOSE, 'draining', ['wake']],
  ['until the last has', a('draining', { calls: 1, isClosed: true }), ended(), 'stopping', ['end']],
  ['but not for ever', a('draining', { calls: 1, isClosed: true, due: 9 }), DUE, 'stopping', ['end']],
  ['it may die while it drains', a('draining', { calls: 1, isClosed: true }), crash, 'stopped', []],
  ['closing ends a start', a('starting', { isWanted: true }), CLOSE, 'stopping', ['turn-away', 'end']],
  ['and one that was ready a moment too late', a('stopping', { isClosed: true }), of('ready'), 'stopping', ['end']],
  ['closing turns away who waits for its end', a('stopping', { isWanted: true }), CLOSE, 'stopping', ['turn-away']],
  ['closing ends what backs off', a('backing-off', { due: 9 }), CLOSE, 'stopped', ['turn-away']],
  ['nothing is started after that', a('stopped', { isClosed: true }), WANTED, 'stopped', ['turn-away']],
  ['an end of an earlier one means nothing', a('ready', { generation: 2 }), crash, 'ready', []],
  ['a call of an earlier one means nothing', a('draining', { generation: 2, calls: 1 }), ended(), 'draining', []],
]

test('every step of the table', () => {
  for (const [title, life, event, state, effects] of TABLE) {
    const found = step(life, event, at(10))
    assert.deepEqual([found.life.state, found.effects], [state, effects], title)
  }
})

test('pauses grow from failure to failure, and breaks up to their longest', () => {
  let life: Life = NEW_LIFE
  let now = 0
  const pauses: number[] = []
  for (let count = 0; count < 10; count++) {
    life = step(life, WANTED, at(now)).life
    life = step(life, { kind: 'failed', generation: life.generation, reason: 'died' }, at(now)).life
    pauses.push(life.pauseMs)
    now = life.due ?? now
    life = step(life, DUE, at(now)).life
  }
  assert.deepEqual(pauses, [100, 200, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, LONGEST_BREAK_MS])
})

test('failures that are long ago do not count, nor those before it was stable or left by itself', () => {
  const old = step(a('starting', { failures: [0, 1] }), failed, at(FAILURE_WINDOW_MS + 1))
  assert.deepEqual([old.life.state, old.life.failures.length], ['backing-off', 1])
  const stable = step(a('ready', { failures: [1, 2], readyAt: 3, isOnTrial: true }), crash, at(FAILURE_WINDOW_MS + 3))
  assert.deepEqual([stable.life.state, stable.life.pauseMs], ['backing-off', 100])
  const left = step(a('ready', { failures: [1, 2], isOnTrial: true, pauseMs: 5 }), clean, at(10)).life
  assert.deepEqual([left.failures, left.isOnTrial, left.pauseMs], [[], false, 0])
})

test('a plugin that answers and is then killed, again and again, is never broken; one that only starts is, soon', () => {
  for (const isAnswered of [true, false]) {
    let life: Life = NEW_LIFE
    let now = 0
    let kills = 0
    for (; kills < 50 && life.state !== 'broken'; kills++) {
      life = step(life, WANTED, at(now)).life
      const { generation } = life
      life = step(life, of('ready', generation), at(now)).life
      for (const call of [of('began', generation), ended(isAnswered, generation), { ...crash, generation }])
        life = step(life, call, at(now)).life
      now = life.due ?? now
      if (life.state === 'backing-off') life = step(life, DUE, at(now)).life
    }
    assert.equal(kills, isAnswered ? 50 : MAX_FAILURES)
  }
})

test('an answer ends the trial of one that was broken', () => {
  const trial = a('ready', { calls: 1, failures: [1, 2, 3], isOnTrial: true, pauseMs: 4000 })
  const { failures, isOnTrial, pauseMs } = step(trial, ended(), at(10)).life
  assert.deepEqual([failures, isOnTrial, pauseMs], [[], false, 0])
  assert.equal(step(step(trial, ended(false), at(10)).life, crash, at(10)).life.state, 'broken')
})

/** What a supervisor may tell; about instances, only of those that were started. */
const happening = fc.oneof(
  fc.constantFrom(
    'wanted',
    'retire',
    'due',
    'close',
    'ready',
    'failed',
    'clean',
    'crash',
    'began',
    'ended',
    'answered',
  ),
)

test('whatever happens: one instance at a time, nobody waits for nothing, and nothing starts when it is broken or closed', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(happening, fc.nat(3000)), { maxLength: 60 }), (happenings) => {
      let life: Life = NEW_LIFE
      let now = 0
      /** Of the instance: whether it exists, and whether it was up. */
      let living: 'none' | 'starting' | 'up' = 'none'
      for (const [kind, passedMs] of happenings) {
        now += passedMs
        const event = eventOf(kind, life, living)
        if (!event) continue
        if (event.kind === 'ready') living = 'up'
        if (event.kind === 'failed' || event.kind === 'exited') living = 'none'
        const before = life
        const { life: after, effects } = step(life, event, at(now))
        life = after
        if (effects.includes('start')) {
          assert.equal(living, 'none', 'two instances')
          assert.equal(before.isClosed || life.isClosed, false, 'started after it was closed')
          if (before.state === 'broken') assert.fail('started while it was broken')
          living = 'starting'
        }
        if (life.isWanted) assert.ok(['starting', 'backing-off', 'stopping'].includes(life.state), life.state)
        if (effects.includes('serve')) assert.deepEqual([life.state, living], ['ready', 'up'])
        if (isAtRest(life)) assert.equal(living, 'none', `${life.state} with an instance`)
        if (['backing-off', 'broken'].includes(life.state)) assert.notEqual(life.due, undefined, 'nobody wakes it')
        assert.ok(life.calls >= 0 && life.failures.length <= MAX_FAILURES && life.pauseMs <= LONGEST_BREAK_MS)
        assert.ok(!(life.isClosed && life.isWanted), 'somebody waits for what is closed')
      }
    }),
    { numRuns: 2000 },
  )
})

function eventOf(kind: string, { generation }: Life, living: 'none' | 'starting' | 'up'): Event | undefined {
  const isUp = living === 'up'
  if (kind === 'ready') return living === 'starting' ? { kind: 'ready', generation } : undefined
  if (kind === 'failed') return living === 'starting' ? { kind: 'failed', generation, reason: 'died' } : undefined
  if (kind === 'clean') return isUp ? { kind: 'exited', generation, isClean: true, reason: 'idle' } : undefined
  if (kind === 'crash') return isUp ? { kind: 'exited', generation, isClean: false, reason: 'crash' } : undefined
  if (kind === 'began') return isUp ? { kind, generation } : undefined
  if (kind === 'answered' || kind === 'ended')
    return isUp ? { kind: 'ended', generation, isAnswered: kind === 'answered' } : undefined
  return { kind: kind as 'wanted' | 'retire' | 'due' | 'close' }
}

test('one that leaves long before its time and has done nothing has failed, whatever its exit code', () => {
  const idleMs = 1000
  const up = (more: Partial<Life> = {}) => a('ready', { readyAt: 100, ...more })
  for (const [life, now, state] of [
    [up(), 110, 'backing-off'],
    [up({ failures: [90, 95] }), 110, 'broken'],
    [up(), 700, 'stopped'],
    [up({ hasAnswered: true }), 110, 'stopped'],
  ] as const)
    assert.equal(step(life, clean, at(now, idleMs)).life.state, state)
  const answered = step(up({ calls: 1 }), ended(), at(105, idleMs)).life
  assert.equal(step(answered, clean, at(110, idleMs)).life.state, 'stopped')
  const again = step(step(answered, clean, at(110, idleMs)).life, WANTED, at(120, idleMs)).life
  assert.equal(again.hasAnswered, false)
})
