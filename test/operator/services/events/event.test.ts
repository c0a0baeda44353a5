// What of the life of a service becomes an event: each change once, with what a program wants to know of it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ServiceEvent } from '../../../../operator/services/events/event.ts'
import { checkEvent, foundEvents, instanceEvents } from '../../../../operator/services/events/event.ts'
import type { Instance } from '../../../../operator/services/life/lifecycle.ts'
import { NEW_INSTANCE } from '../../../../operator/services/life/lifecycle.ts'

const PROCESS = { boot: 'b', pid: 7, start: '1' }
const CODE = { kind: 'code', code: 3 } as const
const KILLED = { kind: 'signal', signal: 'SIGKILL', oomKills: 1 } as const
const one = (instance: Partial<Instance>) => ({
  ...{ id: 'web.1', service: 'web', instance: { ...NEW_INSTANCE, ...instance } },
})

type Row = readonly [what: string, before: Partial<Instance>, after: Partial<Instance>, told: readonly object[]]

const ROWS: readonly Row[] = [
  [
    'a start',
    { state: 'starting' },
    { state: 'running', process: PROCESS },
    [{ kind: 'started', message: 'was started', pid: 7 }],
  ],
  [
    'health',
    { state: 'running' },
    { state: 'running', health: 'healthy' },
    [{ kind: 'healthy', message: 'is healthy' }],
  ],
  [
    'its loss',
    { state: 'running', health: 'healthy' },
    { state: 'running', health: 'unhealthy', reason: 'port closed' },
    [{ kind: 'unhealthy', message: 'port closed' }],
  ],
  ['health that is not known yet', { state: 'running' }, { state: 'running', health: 'starting' }, []],
  [
    'an end by itself',
    { state: 'running', process: PROCESS },
    { state: 'ending', end: CODE, endedAt: 9 },
    [{ kind: 'exited', message: 'exited with 3', end: CODE, pid: 7 }],
  ],
  [
    'an end for lack of memory',
    { state: 'running', process: PROCESS },
    { state: 'ending', end: KILLED, endedAt: 9 },
    [
      {
        kind: 'exited',
        message: 'ended by SIGKILL, after the system had ended a process of it for lack of memory',
        ...{ end: KILLED, pid: 7 },
      },
    ],
  ],
  [
    'the end of what is told to stop',
    { state: 'ending', next: 'stop' },
    { state: 'ending', next: 'stop', end: CODE, endedAt: 9 },
    [{ kind: 'exited', message: 'exited with 3', end: CODE }],
  ],
  [
    'a pause',
    { state: 'ending', end: CODE, endedAt: 9 },
    { state: 'pausing', end: CODE, endedAt: 9, reason: 'exited with 3', failures: 2, pauseMs: 400 },
    [{ kind: 'restarting', message: 'exited with 3; tried again in 400 ms', failures: 2, pauseMs: 400 }],
  ],
  ['another try', { state: 'pausing', end: CODE, endedAt: 9 }, { state: 'waiting', end: CODE }, []],
  [
    'the last try',
    { state: 'ending' },
    { state: 'gave-up', reason: 'exited with 3', failures: 3 },
    [{ kind: 'gave-up', message: 'exited with 3', failures: 3 }],
  ],
  ['a failure', { state: 'preparing' }, { state: 'failed', reason: 'no' }, [{ kind: 'failed', message: 'no' }]],
  [
    'a job that is done',
    { state: 'ending' },
    { state: 'completed' },
    [{ kind: 'completed', message: 'ended by itself, with exit code 0' }],
  ],
  ['a stop', { state: 'ending' }, { state: 'stopped' }, [{ kind: 'stopped', message: 'was stopped' }]],
  ['what leads from one to the other', { state: 'waiting' }, { state: 'preparing' }, []],
]

test(`each change of a service is an event, and is so once (${ROWS.length})`, () => {
  for (const [what, before, after, told] of ROWS) {
    const found: readonly ServiceEvent[] = instanceEvents(one(after), { ...NEW_INSTANCE, ...before })
    assert.deepEqual(
      found,
      told.map((event) => ({ service: 'web', instance: 'web.1', ...event })),
      what,
    )
  }
})

test('a supervisor that begins notes what it goes on with, and what has ended meanwhile', () => {
  const running: Partial<Instance> = { state: 'running', process: PROCESS }
  const kinds = (after: Partial<Instance>) =>
    foundEvents(one(after), { ...NEW_INSTANCE, ...running }).map(({ kind, pid }) => [kind, pid])
  assert.deepEqual(kinds(running), [['adopted', 7]])
  assert.deepEqual(kinds({ state: 'stopped', end: { kind: 'unknown' }, reason: 'ended' }), [['stopped', undefined]])
})

test('a check that fails or passes again is one with its name', () => {
  const about = { service: 'web', instance: 'web.1', check: 'up', status: 'critical', message: 'no' } as const
  assert.deepEqual(checkEvent({ ...about, kind: 'failed' }), { kind: 'check-failed', ...about })
  assert.equal(checkEvent({ ...about, kind: 'well' }).kind, 'check-passed')
})
