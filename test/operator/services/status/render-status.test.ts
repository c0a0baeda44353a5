// How services are, as people read it: which row says what, when it is news, and when all is up.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isUp } from '../../../../operator/operators/baremetal/start.ts'
import { lasting } from '../../../../operator/operators/baremetal/status.ts'
import type { InstanceStatus } from '../../../../operator/services/control/protocol.ts'
import type { Instance } from '../../../../operator/services/life/lifecycle.ts'
import { NEW_INSTANCE } from '../../../../operator/services/life/lifecycle.ts'
import { placesOf } from '../../../../operator/services/project/places.ts'
import { shownName, statusNotes, statusTable } from '../../../../operator/services/status/render-status.ts'
import { statusOf } from '../../../../operator/services/status/status.ts'
import { paintFor } from '../../../../terminal/index.ts'

const project = { config: '/srv/octo.yaml', supervisor: { state: 'none' } } as const

function anInstance(differing: Partial<InstanceStatus>): InstanceStatus {
  const instance = differing.instance ?? 'web.1'
  return {
    ...{ service: instance.split('.')[0] ?? '', instance, state: 'running', health: 'none', failures: 0 },
    ...{ log: '/log', logBytes: 0 },
    ...differing,
  }
}

const why = (differing: Partial<InstanceStatus>) =>
  statusTable({ ...project, services: [anInstance(differing)] }, paintFor(false)).rows[0]?.at(-1)

test('one that pauses says for how long still, as its supervisor counts', () => {
  const pausing = { ...NEW_INSTANCE, state: 'pausing', due: 5000 } as const
  const places = placesOf('/srv/octo.yaml', { HOME: '/nowhere' })
  const retryIn = (instance: Instance) =>
    statusOf({ id: 'web.1', service: 'web', instance }, { places, now: 2000 }).retryInMs
  assert.deepEqual([retryIn(pausing), retryIn({ ...pausing, due: 1000 })], [3000, 0])
  assert.equal(retryIn({ ...pausing, state: 'waiting' }), undefined)
})

const KILLED = { kind: 'signal', signal: 'SIGKILL' } as const
const LATER = '2026-11-26T10:00:00.000Z'
const EXITED = { kind: 'code', code: 3 } as const

test('says why a service is as it is, also when it runs again', () => {
  for (const [differing, sentence] of [
    [{}, ''],
    [{ failures: 1, end: KILLED }, 'ended by SIGKILL, started again'],
    [{ failures: 3, end: EXITED }, 'exited with 3, 3 times in a row, started again'],
    [{ failures: 1, end: EXITED, state: 'starting' }, 'exited with 3, started again'],
    [{ failures: 1 }, 'failed, started again'],
    [
      { failures: 1, end: KILLED, health: 'unhealthy', reason: 'health `ask` is critical' },
      'health `ask` is critical; ended by SIGKILL, started again',
    ],
    [{ failures: 1, end: EXITED, state: 'pausing', reason: 'exited with 3' }, 'exited with 3'],
    [{ failures: 2, end: EXITED, state: 'pausing', reason: 'exited with 3' }, 'exited with 3, 2 times in a row'],
    [
      { failures: 2, end: EXITED, state: 'pausing', reason: 'exited with 3', retryInMs: 48_000 },
      'exited with 3, 2 times in a row, tried again in 48 s',
    ],
    [
      { failures: 1, end: EXITED, state: 'pausing', reason: 'exited with 3', retryInMs: 400 },
      'exited with 3, tried again in a moment',
    ],
    [{ failures: 2, end: EXITED, state: 'stopped' }, ''],
    [{ failures: 2, end: EXITED, state: 'failed', reason: '`db` failed' }, '`db` failed'],
    [
      { failures: 3, state: 'gave-up', reason: 'exited with 3, and failed 3 times in a row' },
      'exited with 3, and failed 3 times in a row',
    ],
    [
      { failures: 1, end: KILLED, differs: true, changed: ['command'] },
      'ended by SIGKILL, started again, differs from the config: command',
    ],
    [{ differs: true }, 'differs from the config'],
    [{ health: 'healthy', checks: [{ label: 'ask', state: 'healthy', summary: 'in 3 ms' }] }, ''],
    [
      {
        health: 'healthy',
        checks: [{ label: 'ask', state: 'healthy', unsure: true, summary: 'no result within 10 s' }],
      },
      'ask does not tell any more: no result within 10 s',
    ],
    [{ secrets: { state: 'good', until: LATER } }, ''],
    [{ state: 'waiting', reason: 'away', secrets: { state: 'waiting', reason: 'away' } }, 'away'],
    [{ secrets: { state: 'stale', until: LATER, reason: 'away' } }, `new away, the old ones end ${LATER}`],
    [{ secrets: { state: 'expired', until: LATER, reason: 'away' } }, `its secrets ended ${LATER}, new away`],
  ] as const)
    assert.equal(why(differing), sentence, JSON.stringify(differing))
})

test('one of a kind is called after its service, several after their numbers', () => {
  const all = ['web.1', 'web.2', 'db.1', 'a.b.1', 'late.2']
  assert.deepEqual(
    all.map((id) => shownName(id, all)),
    ['web.1', 'web.2', 'db', 'a.b', 'late.2'],
  )
})

test('where services failed and wrote something, it says what shows it', () => {
  const notes = (...services: readonly Partial<InstanceStatus>[]) =>
    statusNotes({ ...project, supervisor: { state: 'running', pid: 1 }, services: services.map(anInstance) })
  const failed = { state: 'failed', logBytes: 3 } as const
  for (const [services, said] of [
    [[failed], ['`octo logs web` shows what it wrote']],
    [[{ ...failed, state: 'gave-up' }], ['`octo logs web` shows what it wrote']],
    [[failed, { ...failed, instance: 'web.2' }], ['`octo logs web` shows what it wrote']],
    [[failed, { ...failed, instance: 'a b.1' }], ["`octo logs web 'a b'` shows what they wrote"]],
    [[{ ...failed, logBytes: 0 }], []],
    [[{ state: 'completed', logBytes: 3 }, { logBytes: 3 }, { state: 'stopped', logBytes: 3 }], []],
  ] as const)
    assert.deepEqual(notes(...services), said)
})

test('a status is news when something happened, not when time has passed', () => {
  const seen = (differing: Partial<InstanceStatus>) =>
    JSON.stringify(lasting({ ...project, services: [anInstance(differing)] }))
  const before = seen({
    upMs: 10,
    logBytes: 10,
    retryInMs: 10,
    checks: [{ label: 'ask', state: 'ok', summary: 'in 3 ms' }],
  })
  assert.equal(
    seen({ upMs: 99, logBytes: 99, retryInMs: 99, checks: [{ label: 'ask', state: 'ok', summary: 'in 4 ms' }] }),
    before,
  )
  for (const differing of [
    { checks: [{ label: 'ask', state: 'critical' }] },
    { state: 'pausing' },
    { pid: 7 },
    { health: 'unhealthy' },
    { reason: 'exited with 3' },
  ] as const)
    assert.notEqual(seen({ checks: [{ label: 'ask', state: 'ok' }], ...differing }), before)
})

test('a service is up when all replicas that the config asks for are, whatever was started before', () => {
  const services = [
    anInstance({ instance: 'web.1' }),
    anInstance({ instance: 'web.2', state: 'stopped' }),
    anInstance({ instance: 'db.1', health: 'starting' }),
  ]
  const asked = (name: string, replicas: number) => isUp({ name, spec: { replicas } }, { services })
  assert.deepEqual(
    [asked('web', 1), asked('web', 2), asked('web', 0), asked('db', 1), asked('other', 1)],
    [true, false, true, false, false],
  )
})
