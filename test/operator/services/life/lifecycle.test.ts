// The life of a service as a table: what happened gives the next state and what is to be done. No process, no clock.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Effect, Event, Instance, Setting, State } from '../../../../operator/services/life/lifecycle.ts'
import { isAtRest, MAX_WAIT_MS, NEW_INSTANCE, STATES, step } from '../../../../operator/services/life/lifecycle.ts'
import { pauseBefore } from '../../../../operator/services/life/pause.ts'

const PROCESS = { boot: 'b', pid: 42, start: '7' }
const SETTING: Setting = { restart: { policy: 'no' }, hasHealth: false, now: 1000, random: 0.5 }

type Play = { instance: Instance; now: number; effects: readonly Effect[] }

/** Events from a new instance on; reports get the generation of their time. */
function play(events: readonly (Told | number)[], setting: Partial<Setting> = {}): Play {
  let at: Play = { instance: NEW_INSTANCE, now: SETTING.now, effects: [] }
  for (const event of events)
    if (typeof event === 'number') at = { ...at, now: at.now + event }
    else {
      const { instance, effects } = step(at.instance, addressed(event, at.instance), {
        ...SETTING,
        ...setting,
        now: at.now,
      })
      at = { ...at, instance, effects }
    }
  return at
}

type Told = { readonly kind: Event['kind'] } & Readonly<Record<string, unknown>>

function addressed(event: Told, { generation }: Instance): Event {
  return (['start', 'stop'].includes(event.kind) ? event : { generation, ...event }) as Event
}

const [start, stop] = [{ kind: 'start' }, { kind: 'stop' }] as const
const [ready, prepared, due] = [{ kind: 'ready' }, { kind: 'prepared' }, { kind: 'due' }] as const
const spawned = { kind: 'spawned', process: PROCESS } as const
const emptied = { kind: 'emptied', survivors: [] } as const
const UP = [start, ready, prepared, spawned] as const
const exits = (code: number) => [{ kind: 'exited', end: { kind: 'code', code } }, emptied] as const
const health = (word: string) => ({ kind: 'health', health: word }) as const

type Row = readonly [
  what: string,
  events: readonly (Told | number)[],
  state: State,
  effects: readonly Effect[],
  setting?: Partial<Setting>,
]

const always = { restart: { policy: 'always' } } as const
const onFailure = { restart: { policy: 'on-failure', maxAttempts: 2 } } as const

const ROWS: readonly Row[] = [
  ['a start waits for others first', [start], 'waiting', ['wake']],
  ['then it is prepared', [start, ready], 'preparing', ['prepare']],
  ['then its program is started', [start, ready, prepared], 'starting', ['spawn']],
  ['then it runs', UP, 'running', []],
  ['one with checks is watched', UP, 'running', ['watch-health'], { hasHealth: true }],
  ['a second start means nothing to one that runs', [...UP, start], 'running', []],
  ['what it waits for will not come', [start, { kind: 'blocked', reason: 'db failed' }], 'failed', []],
  ['it does not wait for ever', [start, MAX_WAIT_MS, due], 'failed', []],
  ['nor is it tried again', [start, MAX_WAIT_MS, { kind: 'due', behind: 'db is late' }], 'failed', [], always],
  ['an early alarm is none', [start, MAX_WAIT_MS - 1, due], 'waiting', []],
  ['an alarm for one that goes on is none', [start, ready, MAX_WAIT_MS, due], 'preparing', []],
  ['its secrets come later', [start, { kind: 'delayed', reason: 'away' }], 'waiting', []],
  ['then they are there', [start, { kind: 'delayed', reason: 'away' }, ready], 'preparing', ['prepare']],
  ['its secrets are refused', [start, { kind: 'withheld', reason: 'denied' }], 'failed', []],
  ['refused, and tried again', [start, { kind: 'withheld', reason: 'denied' }], 'pausing', ['wake'], always],
  ['its secrets do not come', [start, { kind: 'delayed', reason: 'away' }, MAX_WAIT_MS, due], 'failed', []],
  ['late, and tried again', [start, { kind: 'delayed', reason: 'x' }, MAX_WAIT_MS, due], 'pausing', ['wake'], always],
  ['news of secrets for one that goes on', [...UP, { kind: 'withheld', reason: 'denied' }], 'running', []],
  ['it gets other secrets', [...UP, { kind: 'renewed' }], 'ending', ['end-processes']],
  ['then it starts anew', [...UP, { kind: 'renewed' }, emptied], 'waiting', ['wake']],
  ['it is stopped meanwhile', [...UP, { kind: 'renewed' }, stop, emptied], 'stopped', []],
  ['preflight fails', [start, ready, { kind: 'unprepared', reason: 'port taken' }], 'failed', []],
  [
    'preflight fails and is tried again',
    [start, ready, { kind: 'unprepared', reason: 'x' }],
    'pausing',
    ['wake'],
    always,
  ],
  ['the program cannot be started', [start, ready, prepared, { kind: 'not-spawned', reason: 'x' }], 'failed', []],
  ['its end is followed by a look at what it left', [...UP, exits(0)[0]], 'ending', ['end-processes']],
  ['0 completes', [...UP, ...exits(0)], 'completed', []],
  ['anything else fails', [...UP, ...exits(3)], 'failed', []],
  ['a signal fails', [...UP, { kind: 'exited', end: { kind: 'signal', signal: 'SIGSEGV' } }, emptied], 'failed', []],
  ['an unknown end fails', [...UP, { kind: 'exited', end: { kind: 'unknown' } }, emptied], 'failed', []],
  [
    'an unknown end is tried again on failure',
    [...UP, { kind: 'exited', end: { kind: 'unknown' } }, emptied],
    'pausing',
    ['wake'],
    onFailure,
  ],
  ['on-failure completes with 0', [...UP, ...exits(0)], 'completed', [], onFailure],
  ['always also restarts 0', [...UP, ...exits(0)], 'pausing', ['wake'], always],
  ['the pause ends', [...UP, ...exits(1), 60_000, due], 'waiting', ['wake'], always],
  ['the pause has not ended', [...UP, ...exits(1), 10, due], 'pausing', [], always],
  ['a start by hand ends the pause', [...UP, ...exits(1), start], 'waiting', ['wake'], always],
  ['a stop ends the pause', [...UP, ...exits(1), stop], 'stopped', [], always],
  ['a stop ends its processes', [...UP, stop], 'ending', ['end-processes']],
  ['a stop while it is started', [start, ready, prepared, stop], 'ending', ['end-processes']],
  ['and the program comes up later', [start, ready, prepared, stop, spawned], 'ending', []],
  ['stopped when nothing is left', [...UP, stop, emptied], 'stopped', [], always],
  ['its own end while it is stopped', [...UP, stop, ...exits(1)], 'stopped', [], always],
  ['a stop while its end is looked at', [...UP, exits(1)[0], stop, emptied], 'stopped', [], always],
  ['a start while it is stopped', [...UP, stop, start, emptied], 'waiting', ['wake']],
  ['and a stop again', [...UP, stop, start, stop, emptied], 'stopped', []],
  ['what does not end is a failure', [...UP, stop, { kind: 'emptied', survivors: [42, 43] }], 'failed', []],
  ['and a stop ends it again', [...UP, stop, { kind: 'emptied', survivors: [42] }, stop], 'ending', ['end-processes']],
  [
    'and a start ends it first',
    [...UP, stop, { kind: 'emptied', survivors: [42] }, start],
    'ending',
    ['end-processes'],
  ],
  ['a stop of one that waits', [start, stop], 'stopped', []],
  ['a stop of one that is prepared', [start, ready, stop], 'stopped', []],
  ['a stop of one that failed', [...UP, ...exits(1), stop], 'stopped', []],
  ['a stop of one that completed', [...UP, ...exits(0), stop], 'completed', []],
  ['what has completed is not done again', [...UP, ...exits(0), start], 'completed', []],
  ['unless it is named', [...UP, ...exits(0), { kind: 'start', again: true }], 'waiting', ['wake']],
  ['given up after its attempts', failing(3), 'gave-up', [], onFailure],
  ['not before', failing(2), 'pausing', ['wake'], onFailure],
  ['a start by hand counts anew', [...failing(3), ...UP, ...exits(1)], 'pausing', ['wake'], onFailure],
]

function failing(times: number): readonly (Told | number)[] {
  const once = [ready, prepared, spawned, ...exits(1)]
  return [start, ...once, ...Array.from({ length: times - 1 }, () => [60_000, due, ...once]).flat()]
}

test(`a state, an event, the next state and what to do (${ROWS.length})`, () => {
  for (const [what, events, state, effects, setting] of ROWS) {
    const { instance, effects: found } = play(events, setting)
    assert.deepEqual([instance.state, found], [state, effects], what)
  }
})

test('what an earlier generation reports counts for nothing', () => {
  const { instance } = play([...UP, stop, start, emptied, ready, prepared, spawned])
  assert.equal(instance.generation, 2)
  for (const late of [...exits(1), health('unhealthy'), due, ready, prepared])
    assert.equal(step(instance, { ...addressed(late, instance), generation: 1 } as Event, SETTING).instance, instance)
})

test('pauses double from failure to failure up to a minute, each a fifth shorter or longer', () => {
  const pauses = [1, 2, 3, 4, 8, 9, 10, 1000].map((failures) => pauseBefore(failures, 0.5))
  assert.deepEqual(pauses, [200, 400, 800, 1600, 25_600, 51_200, 60_000, 60_000])
  assert.deepEqual([pauseBefore(1, 0), pauseBefore(1, 1), pauseBefore(99, 1)], [160, 240, 72_000])
})

test('only a time in which it was well ends the row of its failures', () => {
  const failed = failing(1)
  const again = [60_000, due, ready, prepared, spawned]
  const failuresAfter = (aliveMs: number, told: readonly Told[] = [], setting: Partial<Setting> = {}) =>
    play([...failed, ...again, ...told, aliveMs, ...exits(1)], { ...always, ...setting }).instance.failures
  assert.equal(failuresAfter(9999), 2)
  assert.equal(failuresAfter(10_000), 1)
  const checked = { hasHealth: true }
  assert.equal(failuresAfter(100_000, [], checked), 2, 'it ran and was never healthy')
  assert.equal(failuresAfter(10_000, [health('healthy')], checked), 1)
  assert.equal(failuresAfter(100_000, [health('healthy'), health('unhealthy')], checked), 2)
})

test('a long pause asks for twice its time', () => {
  const tenth = failing(10)
  const again = [60_000, due, ready, prepared, spawned]
  assert.equal(play([...tenth, ...again, 119_999, ...exits(1)], always).instance.failures, 11)
  assert.equal(play([...tenth, ...again, 120_000, ...exits(1)], always).instance.failures, 1)
})

test('health keeps the moment since which it is well', () => {
  const { instance } = play([...UP, 5, health('healthy'), 5, health('healthy')], { hasHealth: true })
  assert.deepEqual([instance.health, instance.healthyAt], ['healthy', 1005])
})

test('whatever happens in whatever order, a stop brings it to rest and nothing comes back by itself', () => {
  const told = fc.constantFrom<Told>(
    ...[start, stop, ready, prepared, spawned, due, emptied, exits(0)[0], exits(1)[0], health('healthy')],
    ...(['blocked', 'unprepared', 'not-spawned'] as const).map((kind): Told => ({ kind, reason: 'x' })),
  )
  fc.assert(
    fc.property(fc.array(told, { maxLength: 40 }), fc.constantFrom(always, onFailure, {}), (events, setting) => {
      const before = play(events, setting)
      assert.ok(STATES.includes(before.instance.state))
      let at = step(before.instance, stop, { ...SETTING, ...setting }).instance
      // What was started reports its end sooner or later.
      if (at.state === 'ending')
        at = step(at, { ...emptied, generation: at.generation }, { ...SETTING, ...setting }).instance
      assert.ok(isAtRest(at), at.state)
      for (const late of [due, ready, prepared, spawned, ...exits(1)])
        assert.equal(step(at, addressed(late, at), { ...SETTING, ...setting, now: 1e9 }).instance.state, at.state)
    }),
    { numRuns: 500 },
  )
})
