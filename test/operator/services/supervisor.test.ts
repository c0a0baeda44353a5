// Services that are real programs under a supervisor: order, ends, restarts, checks, and what they are given.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { until } from '../../support/machine/until.ts'
import { aServiceScene, markedProcesses, stateOf } from '../../support/operator/service-scene.ts'

const SKIP = process.platform === 'linux' ? false : 'services are run on Linux'
const options = { skip: SKIP }

/** Notes its name at the start and when it is told to end. */
const notes = (name: string) =>
  `trap 'echo -${name} >>"$0/order"; exit 0' TERM; echo +${name} >>"$0/order"; while :; do sleep 0.02; done`

test('services start after what they wait for, and stop before it', options, async (t) => {
  const scene = await aServiceScene(t, {})
  scene.write({
    web: { ...scene.script(notes('web')), depends_on: ['api'] },
    api: { ...scene.script(notes('api')), depends_on: { db: null, job: { condition: 'completed' } } },
    db: scene.script(notes('db')),
    job: { ...scene.script('echo +job >>"$0/order"'), depends_on: ['db'] },
  })
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    assert.deepEqual(
      supervisor.status().map(({ instance, state }) => [instance, state]),
      [
        ['web.1', 'running'],
        ['api.1', 'running'],
        ['db.1', 'running'],
        ['job.1', 'completed'],
      ],
    )
    await until(() => scene.text('order').split('\n').length === 5)
    await supervisor.stop([])
    await supervisor.rest()
  })
  assert.equal(scene.text('order').split('\n').slice(-4).join(' '), '-web -api -db ')
  const started = scene
    .text('order')
    .split('\n')
    .filter((line) => line.startsWith('+'))
  assert.ok(started.indexOf('+web') > started.indexOf('+job'))
  assert.deepEqual(markedProcesses(scene.project.places.key), [])
})

test('a service whose name is a way to another folder is refused', options, async (t) => {
  const scene = await aServiceScene(t, {})
  for (const name of ['../other', '/srv', '.', '..', '.hidden']) {
    scene.write({ [name]: scene.script('exec sleep 600') })
    await expectCodeAsync('CONFIG_INVALID', () => scene.load())
  }
})

test('a named service comes with what it waits for and nothing else', options, async (t) => {
  const scene = await aServiceScene(t, {})
  const idle = scene.script('exec sleep 600')
  scene.write({ web: { ...idle, depends_on: ['db'] }, db: idle, other: idle })
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(['web']), ['web'])
    assert.deepEqual(
      supervisor
        .status()
        .map(({ instance }) => instance)
        .sort(),
      ['db.1', 'web.1'],
    )
    for (const slip of ['wbe', 'web.1'])
      assert.equal((await expectCodeAsync('USAGE', () => scene.load([slip]))).hint, 'did you mean `web`?')
    await supervisor.stop([])
  })
})

test('one that fails at once is tried again and given up', options, async (t) => {
  const scene = await aServiceScene(t, {})
  scene.write({ web: { ...scene.script('echo x >>"$0/starts"; exit 3'), restart: 'on-failure:2' } })
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    await supervisor.rest()
    const { state, end, reason, failures } = stateOf(supervisor, 'web.1')
    assert.deepEqual([state, end, failures], ['gave-up', { kind: 'code', code: 3 }, 3])
    assert.match(reason ?? '', /exited with 3, and failed 3 times in a row/)
  })
  assert.equal(scene.text('starts'), 'x\nx\nx\n')
})

test('what waits for one that fails fails with its reason, and never starts', options, async (t) => {
  const scene = await aServiceScene(t, {})
  scene.write({
    web: { ...scene.script('touch "$0/started"'), depends_on: { db: { condition: 'completed' } } },
    db: scene.script('exit 9'),
  })
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    assert.deepEqual(
      [stateOf(supervisor, 'web.1').state, stateOf(supervisor, 'web.1').reason],
      ['failed', '`db` failed: exited with 9'],
    )
  })
  assert.equal(scene.text('started'), '')
})

const STUBBORN: readonly (readonly [what: string, script: string, stop: object])[] = [
  ['ignores TERM', 'trap "" TERM; echo up >"$0/up"; while :; do sleep 0.05; done', { timeout: '200ms' }],
  [
    'ends on TERM and leaves a child that does not',
    '(trap "" TERM; echo up >"$0/up"; while :; do sleep 0.05; done) & trap "exit 0" TERM; wait',
    { timeout: '200ms' },
  ],
  [
    'has left its session',
    'setsid sh -c \'trap "" TERM; echo up >"$1/up"; while :; do sleep 0.05; done\' sh "$0" & wait',
    { timeout: '200ms' },
  ],
  ['is ended as a group', '(echo up >"$0/up"; exec sleep 600) & exec sleep 600', { target: 'group' }],
]

for (const [what, script, stop] of STUBBORN)
  test(`a service that ${what} is gone after a stop, with all that it started`, options, async (t) => {
    const scene = await aServiceScene(t, {})
    scene.write({ web: { ...scene.script(script), stop } })
    await scene.supervise(async (supervisor) => {
      await supervisor.start(await scene.load(), [])
      await until(() => scene.text('up') === 'up\n')
      assert.ok(markedProcesses(scene.project.places.key).length > 0)
      await supervisor.stop([])
      assert.equal(stateOf(supervisor, 'web.1').state, 'stopped')
      assert.deepEqual(markedProcesses(scene.project.places.key), [])
    })
  })

test('what a service leaves when it ends by itself is ended before it starts again', options, async (t) => {
  const scene = await aServiceScene(t, {})
  const script = '[ -e "$0/second" ] && exec sleep 600; touch "$0/second"; (trap "" TERM; exec sleep 600) & exit 1'
  scene.write({ web: { ...scene.script(script), restart: 'always', stop: { timeout: '100ms' } } })
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    await until(() => stateOf(supervisor, 'web.1').state === 'running' && stateOf(supervisor, 'web.1').failures === 1)
    await until(() => {
      const left = markedProcesses(scene.project.places.key)
      return left.length === 1 && left[0]?.pid === stateOf(supervisor, 'web.1').pid
    })
    await supervisor.stop([])
  })
})

test('one whose checks never pass runs, is called unhealthy, and is not killed', options, async (t) => {
  const scene = await aServiceScene(t, {})
  const health = [{ tool: 'says', args: ['', 'not yet', '1'], interval: '10ms', failureThreshold: 2 }]
  scene.write({ web: { ...scene.script('exec sleep 600'), health, start_period: '50ms' } })
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    const { state, health: found, reason, checks } = stateOf(supervisor, 'web.1')
    assert.deepEqual([state, found], ['running', 'unhealthy'])
    assert.match(reason ?? '', /health `says` is critical: not yet/)
    assert.deepEqual(
      checks?.map((check) => check.state),
      ['unhealthy'],
    )
    await supervisor.stop([])
  })
})

const HOSTILE = `bad \u001b[2J\u001b]0;title\u0007 \u202e${'x'.repeat(5000)}`

test('what plugins say is one line in journal and status, with nothing that a terminal obeys', options, async (t) => {
  const scene = await aServiceScene(t, {})
  const idle = scene.script('exec sleep 600')
  const tool = (interval: object) => [{ tool: 'says', args: ['', `${HOSTILE}\nsecond line`, '1'], ...interval }]
  scene.write({
    watched: { ...idle, health: tool({ interval: '10ms' }), start_period: '1ms' },
    refused: { ...idle, preflight: tool({}) },
  })
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    for (const instance of ['watched.1', 'refused.1']) {
      const { reason = '', checks = [] } = stateOf(supervisor, instance)
      assert.match(reason, /bad /)
      for (const text of [reason, ...checks.map(({ summary = '' }) => summary)]) {
        assert.doesNotMatch(text, /[\p{Cc}\p{Cf}]/u)
        assert.ok(text.length < 700, `${text.length}`)
      }
    }
    await supervisor.stop([])
  })
  for (const line of readFileSync(scene.project.places.journal, 'utf8').split('\n'))
    assert.ok(line.length < 1500 && !/[\u001b\u202e]|\\u001b/.test(line), line.slice(0, 300))
})

test('a preflight that fails keeps the service from starting', options, async (t) => {
  const scene = await aServiceScene(t, {})
  const preflight = [{ tool: 'says', args: ['', 'port 80 is taken', '1'] }]
  scene.write({ web: { ...scene.script('touch "$0/started"'), preflight } })
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    assert.match(stateOf(supervisor, 'web.1').reason ?? '', /preflight `says` is critical: port 80 is taken/)
    assert.equal(stateOf(supervisor, 'web.1').state, 'failed')
  })
  assert.equal(scene.text('started'), '')
})

test(
  'run-service runs the program with other words: in preflight each time, in init once for what it is started with',
  options,
  async (t) => {
    const scene = await aServiceScene(t, {})
    const own = (greeting: string) => ({
      command: ['/bin/sh', '-c', 'echo "$1 $WORD" >>"$0/runs"; [ -n "$1" ] || exec sleep 600', scene.folder],
      environment: { WORD: greeting },
      preflight: [{ tool: 'run-service', args: ['preflight'] }],
      init: [{ tool: 'run-service', args: { args: ['migrate'], env: { WORD: 'init' } } }],
    })
    scene.write({ web: own('a') })
    await scene.supervise(async (supervisor) => {
      for (const greeting of ['a', 'a', 'b']) {
        scene.write({ web: own(greeting) })
        await supervisor.start(await scene.load(), [])
        await until(() => scene.text('runs').endsWith(` ${greeting}\n`))
        await supervisor.stop([])
      }
    })
    const runs = scene
      .text('runs')
      .split('\n')
      .filter((line) => !line.startsWith(' '))
    assert.deepEqual(runs, ['preflight a', 'migrate init', 'preflight a', 'preflight b', 'migrate init', ''])
  },
)

test('an init that fails is a failure, and is tried again at the next start', options, async (t) => {
  const scene = await aServiceScene(t, {})
  const init = [{ tool: 'run-service', args: ['migrate'] }]
  scene.write({ web: { command: ['/bin/sh', '-c', 'echo "$1" >>"$0/runs"; exit 4', scene.folder], init } })
  await scene.supervise(async (supervisor) => {
    for (const _ of [1, 2]) await supervisor.start(await scene.load(), [])
    assert.match(stateOf(supervisor, 'web.1').reason ?? '', /init `run-service` is critical/)
  })
  assert.equal(scene.text('runs'), 'migrate\nmigrate\n')
})

test(
  'a service gets its own variables and the few that plugins get, its folder, and its values as a file',
  options,
  async (t) => {
    const scene = await aServiceScene(t, {})
    const script = 'env >"$0/env"; pwd >"$0/pwd"; cp "$2" "$0/config"; echo "$1" >"$0/words"'
    scene.write({
      web: {
        ...scene.script(script),
        ...{ environment: { COLOUR: 'red' }, working_dir: '/', replicas: 1, config: { file: 'json' } },
      },
    })
    await scene.supervise(async (supervisor) => {
      await supervisor.start(await scene.load(), [])
      await supervisor.rest()
    })
    const names = scene
      .text('env')
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0])
    const expected = ['COLOUR', 'HOME', 'LANG', 'OCTO_INSTANCE', 'OCTO_REPLICA', 'OCTO_SERVICE', 'PATH']
    assert.deepEqual(names.filter((name) => !['PWD', 'OLDPWD', '_', 'SHLVL'].includes(name ?? '')).sort(), expected)
    assert.deepEqual([scene.text('pwd'), scene.text('words'), scene.text('config')], ['/\n', '--config\n', '{}\n'])
  },
)

test('replicas are told apart, and each has its own log', options, async (t) => {
  const scene = await aServiceScene(t, {})
  scene.write({ web: { ...scene.script('echo "I am $OCTO_REPLICA"'), replicas: 3 } })
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    await supervisor.rest()
  })
  for (const replica of [1, 2, 3])
    assert.equal(
      scene.text(`.local/state/octo/services/${scene.project.places.state.split('/').at(-1)}/logs/web.${replica}.log`),
      `I am ${replica}\n`,
    )
})

test('a program that is not there is a failure that names where it was looked for', options, async (t) => {
  const scene = await aServiceScene(t, { web: { command: ['no-such-program'] } })
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    assert.match(stateOf(supervisor, 'web.1').reason ?? '', /`no-such-program` is not in `\/usr\/local\/sbin/)
  })
})
