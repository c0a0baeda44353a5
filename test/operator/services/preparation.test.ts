// What comes before the start of a service, with real programs: once for all replicas, and for the program that then starts.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { aServiceScene } from '../../support/service-scene.ts'
import { until } from '../../support/until.ts'

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
