// What comes before the start of a service, with real programs: once for all replicas, and for the program that then starts.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { until } from '../../../support/machine/until.ts'
import { aServiceScene, stateOf } from '../../../support/operator/service-scene.ts'

const options = { skip: process.platform === 'linux' ? false : 'services are run on Linux' }

test('init runs once for all replicas that start together', options, async (t) => {
  const scene = await aServiceScene(t, {})
  const command = ['/bin/sh', '-c', 'echo "run $1" >>"$0/runs"; [ -n "$1" ] || exec sleep 600', scene.folder]
  scene.write({ web: { command, replicas: 3, init: [{ tool: 'run-service', args: ['migrate'] }] } })
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    await until(() => scene.text('runs').split('run \n').length === 4)
  })
  assert.equal(scene.text('runs').split('migrate').length, 2)
})

test('what starts is what its preflight has passed, whatever the config says by then', options, async (t) => {
  const scene = await aServiceScene(t, {})
  const service = (greeting: string, preflight: string) => ({
    command: [
      '/bin/sh',
      '-c',
      `[ "$1" = check ] && { ${preflight}; }; echo ${greeting} >>"$0/runs"; exec sleep 600`,
      scene.folder,
    ],
    preflight: [{ tool: 'run-service', args: ['check'] }],
  })
  const slow = 'echo looking >>"$0/looks"; while [ ! -e "$0/go" ]; do sleep 0.02; done; exit 0'
  scene.write({ web: service('old', slow) })
  await scene.supervise(async (supervisor) => {
    const first = supervisor.start(await scene.load(), [])
    await until(() => scene.text('looks') === 'looking\n')
    scene.write({ web: service('new', 'exit 2') })
    const second = supervisor.start(await scene.load(), [])
    writeFileSync(scene.path('go'), '')
    await Promise.all([first, second])
    await until(() => scene.text('runs') !== '')
  })
  assert.equal(scene.text('runs'), 'old\n')
})

test('init runs again when its own words or variables are others, and not for what else is', options, async (t) => {
  const scene = await aServiceScene(t, {})
  const command = ['/bin/sh', '-c', 'echo "$1$A" >>"$0/runs"; [ -n "$1" ] || exec sleep 600', scene.folder]
  const inits: readonly (readonly [init: object, more: object])[] = [
    [{ args: ['one'] }, {}],
    [{ args: ['one'] }, { restart: 'always', stop: { timeout: '5s' } }],
    [{ args: ['two'] }, {}],
    [{ args: { args: ['two'], env: { A: '+' } } }, {}],
    [{ args: { args: ['two'], env: { A: '+' } } }, { health: [{ tool: 'says', args: ['fine', '', '0'] }] }],
  ]
  await scene.supervise(async (supervisor) => {
    for (const [init, more] of inits) {
      scene.write({ web: { command, init: [{ tool: 'run-service', ...init }], ...more } })
      await supervisor.start(await scene.load(), [])
      await supervisor.stop([])
    }
  })
  const runs = scene.text('runs').split('\n').filter(Boolean)
  assert.deepEqual(runs, ['one', 'two', 'two+'])
})

test('run-service as a health check runs the program with its words beside the one that runs', options, async (t) => {
  const scene = await aServiceScene(t, {})
  const script = '[ "$1" = ask ] && { [ -e "$0/well" ]; exit; }; exec sleep 600'
  const health = [{ tool: 'run-service', args: ['ask'], interval: '10ms', failureThreshold: 2 }]
  scene.write({ web: { command: ['/bin/sh', '-c', script, scene.folder], health, start_period: '0s' } })
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    assert.equal(stateOf(supervisor, 'web.1').health, 'unhealthy')
    writeFileSync(scene.path('well'), '')
    await until(() => stateOf(supervisor, 'web.1').health === 'healthy')
    await supervisor.stop([])
  })
})
