// What a changed config changes of what runs: which services, in what, in which order, and what stays as it is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Dependency } from '../../../config/model/service-spec.ts'
import type { Action } from '../../../operator/services/changes.ts'
import { changesOf } from '../../../operator/services/changes.ts'
import type { KnownService } from '../../../operator/services/journal/journal.ts'
import type { State } from '../../../operator/services/life/lifecycle.ts'
import type { Runnable, RunnableService } from '../../../operator/services/specs/runnable.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { until } from '../../support/machine/until.ts'
import { aServiceScene, markedProcesses, stateOf } from '../../support/operator/service-scene.ts'

const options = { skip: process.platform === 'linux' ? false : 'services are run on Linux' }

type Said = {
  readonly word?: string
  readonly replicas?: number
  readonly after?: readonly string[]
  readonly restart?: string
}

const settings = ({ replicas = 1, restart = 'no' }: Said) => ({ replicas: String(replicas), restart })

function known(said: Said): KnownService {
  const { word = 'a', replicas = 1, after = [] } = said
  const fields = { command: word, 'environment.A': 'same' }
  const stop = { signal: 'SIGTERM', timeoutMs: 1, target: 'main' } as const
  return { digest: word, fields, settings: settings(said), waitsFor: after, stop, restart: { policy: 'no' }, replicas }
}

function runnable(name: string, said: Said): RunnableService {
  const { word = 'a', replicas = 1 } = said
  const fields = { command: word, 'environment.A': 'same' }
  return { name, digest: word, fields, settings: settings(said), spec: { replicas } } as unknown as RunnableService
}

const edge = (service: string): Dependency => ({ service, condition: 'started', isOptional: false })

type Scene = {
  readonly was: Readonly<Record<string, Said>>
  readonly runs: Readonly<Record<string, State>>
  readonly is: Readonly<Record<string, Said>>
  readonly isPartial?: boolean
}

function changes({ was, runs, is, isPartial = false }: Scene) {
  const next: Pick<Runnable, 'services' | 'order'> = {
    services: new Map(Object.entries(is).map(([name, said]) => [name, runnable(name, said)])),
    order: new Map(Object.entries(is).map(([name, { after = [] }]) => [name, after.map(edge)])),
  }
  const instances = Object.entries(runs).map(([instance, state]) => ({
    ...{ instance, state, service: instance.slice(0, instance.lastIndexOf('.')) },
  }))
  const services = new Map(Object.entries(was).map(([name, said]) => [name, known(said)]))
  return changesOf({ services, instances, next, isPartial })
}

type Row = readonly [
  what: string,
  scene: Scene,
  changed: readonly (readonly [service: string, action: Action, ...fields: string[]])[],
  stops: string,
  starts: string,
]

const ROWS: readonly Row[] = [
  ['nothing', { was: { a: {} }, runs: { 'a.1': 'running' }, is: { a: {} } }, [], '', ''],
  ['a job that is done', { was: { a: {} }, runs: { 'a.1': 'completed' }, is: { a: {} } }, [], '', ''],
  ['a new one', { was: {}, runs: {}, is: { a: { replicas: 2 } } }, [['a', 'add']], '', 'a.1 a.2'],
  ['one that is gone', { was: { a: {} }, runs: { 'a.1': 'running' }, is: {} }, [['a', 'remove']], 'a.1', ''],
  [
    'one that is gone and does not run',
    { was: { a: {} }, runs: { 'a.1': 'stopped' }, is: {} },
    [['a', 'remove']],
    '',
    '',
  ],
  [
    'another command',
    { was: { a: {}, b: {} }, runs: { 'a.1': 'running', 'b.1': 'running' }, is: { a: { word: 'b' }, b: {} } },
    [['a', 'restart', 'command']],
    'a.1',
    'a.1',
  ],
  [
    'a job with another command',
    { was: { a: {} }, runs: { 'a.1': 'completed' }, is: { a: { word: 'b' } } },
    [['a', 'start', 'command']],
    '',
    'a.1',
  ],
  ['one that failed', { was: { a: {} }, runs: { 'a.1': 'failed' }, is: { a: {} } }, [['a', 'start']], '', 'a.1'],
  ['one that was stopped', { was: { a: {} }, runs: { 'a.1': 'stopped' }, is: { a: {} } }, [['a', 'start']], '', 'a.1'],
  ['one that pauses', { was: { a: {} }, runs: { 'a.1': 'pausing' }, is: { a: {} } }, [], '', ''],
  [
    'another rule for restarts',
    { was: { a: {} }, runs: { 'a.1': 'running' }, is: { a: { restart: 'always' } } },
    [['a', 'update', 'restart']],
    '',
    '',
  ],
  [
    'more replicas',
    { was: { a: {} }, runs: { 'a.1': 'running' }, is: { a: { replicas: 3 } } },
    [['a', 'update', 'replicas']],
    '',
    'a.2 a.3',
  ],
  [
    'fewer replicas',
    { was: { a: { replicas: 3 } }, runs: { 'a.1': 'running', 'a.2': 'running', 'a.3': 'stopped' }, is: { a: {} } },
    [['a', 'update', 'replicas']],
    'a.2',
    '',
  ],
  [
    'all, each before or behind what it waits for',
    {
      was: { web: { after: ['api'] }, api: { after: ['db'] }, db: {}, job: { after: ['db'] } },
      runs: { 'web.1': 'running', 'api.1': 'running', 'db.1': 'running', 'job.1': 'completed' },
      is: { web: { word: 'x', after: ['api'] }, api: { word: 'x', after: ['db'] }, db: { word: 'x' } },
    },
    [
      ['job', 'remove'],
      ['web', 'restart', 'command'],
      ['api', 'restart', 'command'],
      ['db', 'restart', 'command'],
    ],
    'web.1 api.1 db.1',
    'db.1 api.1 web.1',
  ],
  [
    'what others wait for, which stay',
    {
      was: { web: { after: ['db'] }, db: {} },
      runs: { 'web.1': 'running', 'db.1': 'running' },
      is: { web: { after: ['db'] }, db: { word: 'x' } },
    },
    [['db', 'restart', 'command']],
    'db.1',
    'db.1',
  ],
  [
    'some, and nobody asked about the rest',
    { was: { a: {}, b: {} }, runs: { 'a.1': 'running', 'b.1': 'running' }, is: { a: { word: 'x' } }, isPartial: true },
    [['a', 'restart', 'command']],
    'a.1',
    'a.1',
  ],
  [
    'waits in a circle, as an earlier config may have said',
    {
      was: { a: { after: ['b'] }, b: { after: ['a'] } },
      runs: { 'a.1': 'running', 'b.1': 'running' },
      is: {},
    },
    [
      ['a', 'remove'],
      ['b', 'remove'],
    ],
    'a.1 b.1',
    '',
  ],
]

test(`a change of the config touches what it says, and nothing else (${ROWS.length})`, () => {
  for (const [what, scene, expected, stops, starts] of ROWS) {
    const found = changes(scene)
    const rows = found.changes.map(({ service, action, fields }) => [service, action, ...fields])
    assert.deepEqual([what, rows], [what, expected])
    const sorted = what.startsWith('waits in a circle') ? found.stops.toSorted() : found.stops
    assert.deepEqual([what, sorted.join(' '), found.starts.join(' ')], [what, stops, starts])
  }
})

test('what was shown is held to the config, and not to how the services are by now', () => {
  const scene: Scene = { was: { a: {}, b: {} }, runs: { 'a.1': 'running', 'b.1': 'running' }, is: { a: { word: 'x' } } }
  const { digest } = changes(scene)
  assert.equal(changes({ ...scene, runs: { 'a.1': 'pausing', 'b.1': 'failed' } }).digest, digest)
  for (const other of [
    { is: { a: { word: 'y' } } },
    { is: { a: { word: 'x', restart: 'always' } } },
    { is: { a: { word: 'x' }, c: {} } },
    { is: { a: { word: 'x' } }, isPartial: true },
    { was: { a: { word: 'z' }, b: {} } },
  ])
    assert.notEqual(changes({ ...scene, ...other }).digest, digest)
})

test('of what an earlier octo started it is said that it differs, and not in what', () => {
  const { fields: _, settings: __, ...early } = known({ word: 'old' })
  const next = { services: new Map([['a', runnable('a', {})]]), order: new Map() }
  const instances = [{ service: 'a', instance: 'a.1', state: 'running' }] as const
  const found = changesOf({ services: new Map([['a', early]]), instances, next, isPartial: false })
  assert.deepEqual(found.changes, [{ service: 'a', action: 'restart', fields: ['what it is started with'] }])
})

test('a changed config is applied: what is unchanged runs on, and what is gone is forgotten', options, async (t) => {
  const scene = await aServiceScene(t, {})
  const idle = (word: string) => scene.script(`echo ${word} >>"$0/starts"; exec sleep 600`)
  scene.write({ same: idle('same'), other: idle('old'), gone: idle('gone'), many: { ...idle('many'), replicas: 3 } })
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    const pidOf = (id: string) => stateOf(supervisor, id).pid
    const before = ['same.1', 'many.1', 'many.2'].map(pidOf)
    const others = pidOf('other.1')
    const health = [{ tool: 'says', args: ['fine', '', '0'], interval: '10ms' }]
    scene.write({
      same: { ...idle('same'), restart: 'always', health },
      other: idle('new'),
      many: { ...idle('many'), replicas: 2 },
      more: idle('more'),
    })
    const next = { ...(await scene.load()), isPartial: false }
    await expectCodeAsync('CHANGES_OUTDATED', () => supervisor.apply(next, () => false))
    assert.deepEqual(
      supervisor.status().map(({ instance }) => instance),
      ['same.1', 'other.1', 'gone.1', 'many.1', 'many.2', 'many.3'],
    )
    await supervisor.apply(next, () => true)
    assert.deepEqual(['same.1', 'many.1', 'many.2'].map(pidOf), before)
    assert.notEqual(pidOf('other.1'), others)
    assert.deepEqual(
      supervisor.status().map(({ instance, state, differs }) => [instance, state, differs]),
      ['same.1', 'other.1', 'many.1', 'many.2', 'more.1'].map((id) => [id, 'running', undefined]),
    )
    await until(() => stateOf(supervisor, 'same.1').health === 'healthy')
    scene.write({ same: { ...idle('same'), health: [{ tool: 'says', args: ['', 'bad', '1'] }], start_period: '0s' } })
    await supervisor.apply({ ...(await scene.load()), isPartial: true }, () => true)
    await until(() => stateOf(supervisor, 'same.1').health === 'unhealthy')
    assert.equal(pidOf('same.1'), before[0])
    await until(() => scene.text('starts').includes('new'))
    await until(() => markedProcesses(scene.project.places.key).length === 5)
  })
  await scene.supervise(async (supervisor) => {
    const ids = supervisor.status().map(({ instance }) => instance)
    assert.deepEqual(ids, ['same.1', 'other.1', 'many.1', 'many.2', 'more.1'], 'the next supervisor knows no others')
    await supervisor.stop([])
  })
})

test(
  'what runs keeps its program when it ends and starts again by itself, until a change is applied',
  options,
  async (t) => {
    const scene = await aServiceScene(t, {})
    const idle = (word: string) => ({
      ...scene.script(`echo ${word} >>"$0/starts"; exec sleep 600`),
      restart: 'always',
    })
    scene.write({ web: idle('old') })
    await scene.supervise(async (supervisor) => {
      await supervisor.start(await scene.load(), [])
      // Its shell may not have said so yet.
      await until(() => scene.text('starts') === 'old\n')
      const { pid } = stateOf(supervisor, 'web.1')
      scene.write({ web: idle('new') })
      const next = await scene.load()
      await supervisor.start(next, [])
      assert.equal(stateOf(supervisor, 'web.1').differs, true)
      process.kill(pid as number, 'SIGKILL')
      await until(() => scene.text('starts') === 'old\nold\n')
      assert.equal(stateOf(supervisor, 'web.1').differs, true)
      await until(() => stateOf(supervisor, 'web.1').state === 'running')
      await supervisor.apply({ ...next, isPartial: false }, () => true)
      await until(() => scene.text('starts') === 'old\nold\nnew\n')
      assert.equal(stateOf(supervisor, 'web.1').differs, undefined)
      await supervisor.stop([])
    })
  },
)

test('one that fails again and again is tried with what the config says by then', options, async (t) => {
  const scene = await aServiceScene(t, {})
  scene.write({ web: { ...scene.script('sleep 0.5; exit 3'), restart: 'always' } })
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    await until(() => stateOf(supervisor, 'web.1').failures > 0 && stateOf(supervisor, 'web.1').state === 'running')
    scene.write({ web: { ...scene.script('exec sleep 600'), restart: 'always' } })
    await supervisor.start(await scene.load(), [])
    await until(() => !stateOf(supervisor, 'web.1').differs)
    await until(() => stateOf(supervisor, 'web.1').state === 'running')
    await supervisor.stop([])
  })
})
