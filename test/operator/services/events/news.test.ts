// What a supervisor tells people: nothing of the secrets of services, and nothing once another one may watch.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openHiding } from '../../../../operator/hiding.ts'
import type { Happening } from '../../../../operator/notifications/happening.ts'
import { openNews } from '../../../../operator/services/events/news.ts'
import type { SeenCheck } from '../../../../operator/services/health/health-watch.ts'
import type { Instance } from '../../../../operator/services/life/lifecycle.ts'
import { NEW_INSTANCE } from '../../../../operator/services/life/lifecycle.ts'
import { placesOf } from '../../../../operator/services/project/places.ts'

const RUNNING: Instance = { ...NEW_INSTANCE, state: 'running' }
const SEEN: SeenCheck = { label: 'web health up', name: 'up', state: 'unhealthy', status: 'critical', summary: 'no' }

function someNews(known: Instance = RUNNING) {
  const told: Happening[] = []
  const hiding = openHiding()
  hiding.add(['hunter2-of-web'])
  let isClosed = false
  const news = openNews(
    {
      notifications: { tell: (happening) => void told.push(happening), use: () => undefined, retire: () => undefined },
      events: { write: () => undefined },
      known: { services: new Map(), instances: new Map([['web.1', { boot: 'b', instance: known }]]) },
      env: {},
      places: placesOf('/srv/octo.yaml', { HOME: '/nonexistent' }),
    },
    { hiding, isClosed: () => isClosed },
  )
  const one = (instance: Partial<Instance>) => ({ id: 'web.1', service: 'web', instance: { ...RUNNING, ...instance } })
  return { told, news, one, close: () => (isClosed = true) }
}

type Row = readonly [what: string, before: Partial<Instance>, after: Partial<Instance>, kinds: readonly string[]]
const CODE = { kind: 'code', code: 3 } as const

const ROWS: readonly Row[] = [
  ['a start without checks', { state: 'starting' }, { state: 'running' }, ['started', 'well']],
  ['a start with checks', { state: 'starting' }, { state: 'running', health: 'starting' }, ['started']],
  ['health', { health: 'starting' }, { health: 'healthy' }, ['well']],
  ['a crash', { state: 'ending' }, { state: 'pausing', end: CODE, reason: 'exited with 3' }, ['crashed']],
  [
    'a crash without a restart',
    { state: 'ending' },
    { state: 'failed', end: CODE, reason: 'exited with 3' },
    ['crashed'],
  ],
  ['what does not start', { state: 'preparing' }, { state: 'pausing', end: CODE, reason: 'preflight' }, ['failed']],
  ['what does not end', { state: 'ending' }, { state: 'failed', end: CODE, reason: 'does not end' }, ['failed']],
  ['the end of all tries', { state: 'ending' }, { state: 'gave-up', end: CODE, reason: 'exited with 3' }, ['gave-up']],
  ['an end by itself', { state: 'ending' }, { state: 'completed', end: CODE }, ['stopped']],
  ['a stop', { state: 'ending' }, { state: 'stopped' }, ['stopped']],
  [
    'the end of what a crash had left while nobody watched',
    { state: 'ending' },
    { state: 'stopped', isWanted: true, end: { kind: 'unknown' } },
    ['crashed'],
  ],
  ['what leads from one to the other', { state: 'waiting' }, { state: 'preparing' }, []],
]

for (const [what, before, after, kinds] of ROWS)
  test(`${what} is told as ${kinds.join(' and ') || 'nothing'}`, () => {
    const { told, news, one } = someNews()
    news.changed(one(after), { ...RUNNING, ...before })
    assert.deepEqual(
      told.map(({ kind, service, instance }) => [kind, service, instance]),
      kinds.map((kind) => [kind, 'web', 'web.1']),
    )
  })

test('a check is told when its verdict changes, and a warning as one', () => {
  const { told, news, one } = someNews()
  const looks: readonly SeenCheck[] = [
    { ...SEEN, state: 'starting', status: 'critical' },
    SEEN,
    SEEN,
    { ...SEEN, state: 'healthy', status: 'warn' },
    { ...SEEN, state: 'healthy', status: 'ok' },
    { ...SEEN, state: 'healthy', status: 'critical' },
  ]
  let before: readonly SeenCheck[] = []
  for (const look of looks) {
    news.checked(one({}), [look], before)
    before = [look]
  }
  assert.deepEqual(
    told.map(({ kind, status, check }) => [kind, status, check]),
    [
      ['failed', 'critical', 'up'],
      ['failed', 'warn', 'up'],
      ['well', 'ok', 'up'],
    ],
  )
})

test('a secret of the service is in no message', () => {
  const { told, news, one } = someNews()
  news.changed(one({ state: 'failed', reason: 'no login with hunter2-of-web' }), RUNNING)
  news.checked(one({}), [{ ...SEEN, summary: 'refused hunter2-of-web' }])
  assert.deepEqual(
    told.map(({ message }) => message),
    ['no login with ***', 'refused ***'],
  )
})

test('what ended unseen is told once it is found, and nothing after the end of the supervisor', () => {
  const unseen = { state: 'stopped', end: { kind: 'unknown' } } as const
  const { told, news, one, close } = someNews()
  news.found(one(unseen))
  assert.deepEqual(
    told.map(({ kind }) => kind),
    ['crashed'],
  )
  close()
  news.found(one(unseen))
  news.changed(one({ state: 'failed', reason: 'x' }), RUNNING)
  news.checked(one({}), [SEEN])
  assert.equal(told.length, 1)
  const rested = someNews({ ...RUNNING, state: 'stopped' })
  rested.news.found(rested.one(unseen))
  assert.deepEqual(rested.told, [])
})

test('a check that cannot be found out any more is told once, and again when it can', () => {
  const { told, news, one } = someNews()
  const well: SeenCheck = { ...SEEN, state: 'healthy', status: 'ok', summary: 'yes' }
  const unknown: SeenCheck = { ...well, status: 'unknown', summary: 'no result within 10 s' }
  const looks: readonly SeenCheck[] = [well, unknown, { ...unknown, unsure: true }, { ...unknown, unsure: true }, well]
  let before: readonly SeenCheck[] | undefined
  for (const look of looks) {
    news.checked(one({}), [look], before)
    before = [look]
  }
  assert.deepEqual(
    told.map(({ kind, status }) => [kind, status]),
    [
      ['well', 'ok'],
      ['failed', 'unknown'],
      ['well', 'ok'],
    ],
  )
})
