// What a supervisor finds that another one left: it tells the truth, starts nothing again, and a stop ends all of it.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { appendFileSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { asItIs } from '../../../../operator/services/journal/adopt.ts'
import { readJournal } from '../../../../operator/services/journal/journal.ts'
import { endInWords } from '../../../../operator/services/life/end.ts'
import type { Instance, State } from '../../../../operator/services/life/lifecycle.ts'
import { NEW_INSTANCE } from '../../../../operator/services/life/lifecycle.ts'
import { statusWithoutSupervisor } from '../../../../operator/services/status/status.ts'
import { sinceBoot } from '../../../../operator/services/supervise.ts'
import { bootId } from '../../../../system/boot-id.ts'
import { identityOf } from '../../../../system/process/identity.ts'
import type { MarkedProcess } from '../../../../system/process/process-table.ts'
import { membersIn, membersOf, processTable } from '../../../../system/process/process-table.ts'
import { expectCodeAsync } from '../../../support/assertions/expect-code.ts'
import { seededRandom } from '../../../support/builders/seeded-random.ts'
import { until } from '../../../support/machine/until.ts'
import { aServiceScene, markedProcesses, stateOf } from '../../../support/operator/service-scene.ts'

const options = { skip: process.platform === 'linux' ? false : 'services are run on Linux' }
test('the next supervisor goes on with what runs, restarts nothing, and ends all of it', options, async (t) => {
  const scene = await aServiceScene(t, {})
  const noted = (script: string) => scene.script(`echo x >>"$0/starts"; ${script}`)
  scene.write({ web: noted('exec sleep 600'), db: noted('exec sleep 600'), job: noted('exit 0') })
  const before = await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    await until(() => stateOf(supervisor, 'job.1').state === 'completed')
    return supervisor.status().map(({ instance, pid, state }) => [instance, pid, state])
  })
  assert.deepEqual(
    statusWithoutSupervisor(scene.project.places, sinceBoot()).map(({ instance, pid, state }) => [
      instance,
      pid,
      state,
    ]),
    before,
  )
  await scene.supervise(async (supervisor) => {
    assert.deepEqual(
      supervisor.status().map(({ instance, pid, state }) => [instance, pid, state]),
      before,
    )
    await supervisor.start(await scene.load(), [])
    assert.deepEqual(
      supervisor.status().map(({ instance, pid, state }) => [instance, pid, state]),
      before,
    )
    await supervisor.stop([])
    assert.deepEqual(markedProcesses(scene.project.places.key), [])
  })
  assert.equal(scene.text('starts'), 'x\nx\nx\n')
})

test('one that ended while nobody watched ended in an unknown way, which is no success', options, async (t) => {
  const scene = await aServiceScene(t, {})
  scene.write({ web: { ...scene.script('exec sleep 600'), restart: 'on-failure' } })
  const pid = await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    return stateOf(supervisor, 'web.1').pid as number
  })
  process.kill(pid, 'SIGKILL')
  await until(() => identityOf(pid) === undefined)
  const found = () => statusWithoutSupervisor(scene.project.places, sinceBoot())[0]
  // What ran is read at most so often, and is known to this process from before.
  await until(() => found()?.pid === undefined)
  assert.deepEqual([found()?.state, found()?.end], ['stopped', { kind: 'unknown' }])
  await scene.supervise(async (supervisor) => {
    assert.equal(stateOf(supervisor, 'web.1').state, 'stopped', 'nothing is started before somebody asks')
  })
})

test('an adopted service that ends is noticed, and restarted by its rule', options, async (t) => {
  const scene = await aServiceScene(t, {})
  scene.write({ web: { ...scene.script('exec sleep 600'), restart: 'on-failure' } })
  await scene.supervise(async (supervisor) => supervisor.start(await scene.load(), []))
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    const { pid } = stateOf(supervisor, 'web.1')
    process.kill(pid as number, 'SIGKILL')
    await until(() => stateOf(supervisor, 'web.1').state === 'running' && stateOf(supervisor, 'web.1').pid !== pid)
    const { failures, end } = stateOf(supervisor, 'web.1')
    assert.equal(failures, 1)
    assert.equal(end && endInWords(end), 'ended in an unknown way, as an earlier supervisor had started it')
    await supervisor.stop([])
  })
})

test('of two supervisors one is refused, and touches nothing', options, async (t) => {
  const scene = await aServiceScene(t, {})
  scene.write({ web: scene.script('exec sleep 600') })
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    const before = readFileSync(scene.project.places.journal, 'utf8')
    await expectCodeAsync('SUPERVISOR_BUSY', () => scene.supervise(async () => undefined))
    assert.equal(readFileSync(scene.project.places.journal, 'utf8'), before)
    await supervisor.stop([])
  })
})

test('a journal line that was cut off, or is of no use, is none', options, async (t) => {
  const scene = await aServiceScene(t, {})
  scene.write({ web: scene.script('exit 0') })
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    await supervisor.rest()
  })
  const { journal } = scene.project.places
  const before = readJournal(journal)
  appendFileSync(journal, 'nonsense\n{"v":2}\nnull\n{"v":1,"instance":"web.1","boot":"x","is":{"state":"runn')
  assert.deepEqual(readJournal(journal), before)
})

test('services that are killed at random come back by their rule, each once', options, async (t) => {
  const random = seededRandom()
  const scene = await aServiceScene(t, {})
  const names = ['a', 'b', 'c', 'd']
  const service = { ...scene.script('exec sleep 600'), restart: 'always' }
  scene.write(Object.fromEntries(names.map((name) => [name, service])))
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    // Told of its end, a process may run for a moment longer, as does its place in the status.
    const killed = new Set<number>()
    for (let kills = 0; kills < 10; kills++) {
      const { pid, instance, state } = random.pick(supervisor.status())
      // One that is ending may have been collected, and its number is nobody's then.
      if (pid === undefined || state !== 'running') continue
      process.kill(pid, random.pick(['SIGKILL', 'SIGTERM', 'SIGSEGV']))
      killed.add(pid)
      if (random.chance(0.5)) await until(() => stateOf(supervisor, instance).pid !== pid)
    }
    const isAnew = (pid: number) => !killed.has(pid) && identityOf(pid) !== undefined
    await until(() => supervisor.status().every(({ state, pid = 0 }) => state === 'running' && isAnew(pid)))
    // A shell that becomes its program has no environment for a moment.
    await until(() => markedProcesses(scene.project.places.key).length === names.length)
    await supervisor.stop([])
    assert.deepEqual(markedProcesses(scene.project.places.key), [])
  })
})

type Row = readonly [
  what: string,
  instance: Partial<Instance>,
  boot: string,
  table: readonly Partial<MarkedProcess>[],
  state: State,
  pid?: number,
]

const HERE = bootId()
const self = identityOf(process.pid)
const stranger = { ...self, start: '1' } as NonNullable<typeof self>
const gone = { boot: HERE, pid: 2 ** 22 + 1, start: '5' }

const FOUND: readonly Row[] = [
  ['runs', { state: 'running', process: self as never }, HERE, [], 'running', process.pid],
  [
    'has a number that is given to another now',
    { state: 'running', process: stranger },
    HERE,
    [{ pid: process.pid, session: process.pid, start: '99' }],
    'stopped',
  ],
  ['is of another boot', { state: 'running', process: self as never }, 'other', [], 'stopped'],
  ['is of another boot and had ended', { state: 'completed' }, 'other', [], 'completed'],
  [
    'has ended and left something with its mark',
    { state: 'running', process: gone },
    HERE,
    [{ pid: 7, mark: 'm', start: '6' }],
    'ending',
    gone.pid,
  ],
  [
    'has ended, and one of its session carries its mark',
    { state: 'running', process: gone },
    HERE,
    [
      { pid: 7, session: gone.pid, start: '6' },
      { pid: 8, session: gone.pid, mark: 'm', start: '7' },
    ],
    'ending',
    gone.pid,
  ],
  [
    'has ended, and nobody knows who is in a session of its number by now',
    { state: 'running', process: gone },
    HERE,
    [{ pid: 7, session: gone.pid, start: '6' }],
    'stopped',
  ],
  [
    'has ended, and others are in an older session',
    { state: 'running', process: gone },
    HERE,
    [{ pid: 7, session: gone.pid, start: '4' }],
    'stopped',
  ],
  [
    'was about to start and did',
    { state: 'starting' },
    HERE,
    [{ pid: 8, session: 8, mark: 'm', start: '6' }],
    'running',
    8,
  ],
  [
    'was about to start and did not',
    { state: 'starting' },
    HERE,
    [{ pid: 8, session: 8, mark: 'other', start: '6' }],
    'stopped',
  ],
  ['was being stopped and is gone', { state: 'ending', next: 'stop', process: gone }, HERE, [], 'stopped'],
  [
    'was being stopped and is not',
    { state: 'ending', next: 'stop', process: gone },
    HERE,
    [{ pid: 9, mark: 'm', start: '6' }],
    'ending',
    gone.pid,
  ],
  [
    'was to be started again',
    { state: 'ending', next: 'again', process: gone },
    HERE,
    [{ pid: 9, mark: 'm', start: '6' }],
    'ending',
    gone.pid,
  ],
  ['waited', { state: 'waiting' }, HERE, [], 'stopped'],
  ['paused', { state: 'pausing' }, HERE, [], 'stopped'],
  ['had failed', { state: 'failed' }, HERE, [], 'failed'],
]

test(`an instance is what runs now, whatever the journal says of it (${FOUND.length})`, options, () => {
  for (const [what, instance, boot, table, state, pid] of FOUND) {
    const whole = table.map(
      (one) => ({ state: 'S', parent: 1, group: 1, session: 1, mark: undefined, ...one }) as MarkedProcess,
    )
    const found = asItIs({ boot, instance: { ...NEW_INSTANCE, generation: 3, ...instance }, mark: 'm' }, (members) =>
      membersIn(whole, members),
    )
    assert.deepEqual([found.state, found.process?.pid], [state, pid], what)
    assert.ok(found.state !== 'ending' || found.next === 'stop', `${what}: starts nothing again`)
  }
})

test('a session without its leader counts where it was watched, or one in it carries the mark', () => {
  const one = (more: Partial<MarkedProcess>) =>
    ({ state: 'S', parent: 1, group: 1, session: gone.pid, start: '6', mark: undefined, ...more }) as MarkedProcess
  const found = (table: readonly MarkedProcess[], isWatched?: boolean) =>
    membersIn(table, { main: gone, mark: 'm', ...(isWatched ? { isWatched } : {}) }).map(({ pid }) => pid)
  const table = [one({ pid: 7 }), one({ pid: 8, session: 1 }), one({ pid: 9, start: '4' })]
  assert.deepEqual(found(table), [])
  assert.deepEqual(found(table, true), [7])
  assert.deepEqual(found([...table, one({ pid: 10, mark: 'm' })]), [7, 10])
  assert.deepEqual(found([...table, one({ pid: gone.pid, start: '5' })]), [7, gone.pid])
  assert.deepEqual(found([...table, one({ pid: gone.pid, start: '6' })], true), [])
})

test('a process that began before the service, or whose session is another, is none of it', options, (t) => {
  // What was looked up just before does not know it.
  processTable()
  const child = spawn('sleep', ['600'], { stdio: 'ignore', detached: true })
  t.after(() => child.kill('SIGKILL'))
  const main = identityOf(child.pid as number)
  assert.ok(main)
  assert.deepEqual(
    membersOf({ main, mark: 'none' }).map(({ pid }) => pid),
    [child.pid],
  )
  assert.deepEqual(membersOf({ main: { ...main, start: '1' }, mark: 'none' }), [])
})

test('what another supervisor left is looked at anew before an apply is done', options, async (t) => {
  const scene = await aServiceScene(t, {})
  const web = {
    ...scene.script('exec sleep 600'),
    health: [{ tool: 'says', args: ['fine', '', '0'], interval: '10ms' }],
  }
  scene.write({ web })
  await scene.supervise(async (supervisor) => supervisor.start(await scene.load(), []))
  scene.write({ web, more: scene.script('exec sleep 600') })
  await scene.supervise(async (supervisor) => {
    await supervisor.apply({ ...(await scene.load()), isPartial: false }, () => true)
    assert.deepEqual(
      supervisor.status().map(({ instance, state, health }) => [instance, state, health]),
      [
        ['web.1', 'running', 'healthy'],
        ['more.1', 'running', 'none'],
      ],
    )
    await supervisor.stop([])
  })
})
