// The real octo supervises ten services and is killed; two commands start it at the same time. Nothing is restarted, nothing
// is left, and what octo says is what is so.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { stringify } from 'yaml'
import type { ProjectStatus } from '../../operator/services/control/protocol.ts'
import { supervisorOf } from '../../operator/services/project/control-file.ts'
import { placesOf } from '../../operator/services/project/places.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { until } from '../support/machine/until.ts'
import type { InProcessRun } from '../support/octo/in-process-octo.ts'
import { octoIn } from '../support/octo/in-process-octo.ts'
import { runOcto } from '../support/octo/run-octo.ts'
import { endMarked, markedProcesses } from '../support/operator/service-scene.ts'

const options = { skip: process.platform === 'linux' ? false : 'services are run on Linux' }

function aProject(t: TestContext, services: Readonly<Record<string, object>>) {
  const folder = tempFolder(t)
  writeFileSync(join(folder, 'octo.yaml'), stringify({ services }))
  const places = placesOf(join(folder, 'octo.yaml'), { HOME: folder })
  t.after(async () => {
    const supervisor = supervisorOf(places)
    if (supervisor) process.kill(supervisor.pid, 'SIGKILL')
    await endMarked(places.key)
  })
  const place = { cwd: folder, env: { TMPDIR: folder } }
  // The supervisor is a process of its own, whoever starts it.
  const octo = (...words: readonly string[]) => octoIn(place, words)
  return { folder, places, place, octo, status: async (word: string) => statusIn(await octo(word, '--json')) }
}

function statusIn({ code, stdout, stderr }: InProcessRun): ProjectStatus {
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout) as ProjectStatus
}

const rowsOf = ({ services }: ProjectStatus) => services.map(({ instance, state, pid }) => [instance, state, pid])

test(
  'a supervisor that is killed leaves ten services as they are; the next one finds them, and a stop ends all',
  options,
  async (t) => {
    const names = Array.from({ length: 10 }, (_, at) => `s${at}`)
    const command = ['/bin/sh', '-c', 'echo x >>starts; exec sleep 600']
    const { places, octo, status } = aProject(
      t,
      Object.fromEntries(names.map((name) => [name, { command, restart: 'always' }])),
    )
    const started = await status('start')
    assert.deepEqual(new Set(started.services.map(({ state }) => state)), new Set(['running']))
    const killed = supervisorOf(places)
    assert.ok(killed)
    process.kill(killed.pid, 'SIGKILL')
    await until(() => supervisorOf(places) === undefined)

    const found = await status('status')
    assert.deepEqual(found.supervisor, { state: 'none' })
    assert.deepEqual(rowsOf(found), rowsOf(started))
    await until(() => markedProcesses(places.key).length === names.length)

    const text = await octo('status')
    assert.match(text.stderr, /nobody supervises them: `octo start` goes on, `octo stop` ends them/)

    assert.deepEqual(rowsOf(await status('start')), rowsOf(started))
    const again = supervisorOf(places)
    assert.ok(again && again.pid !== killed.pid)
    process.kill(again.pid, 'SIGKILL')
    await until(() => supervisorOf(places) === undefined)

    const stopped = await status('stop')
    assert.deepEqual(new Set(stopped.services.map(({ state }) => state)), new Set(['stopped']))
    assert.deepEqual(markedProcesses(places.key), [])
    assert.equal((await octo('logs', '--since', '1h')).code, 0)
  },
)

test(
  'of two that start at the same time one supervises, both answer, and each service runs once',
  options,
  async (t) => {
    const { places, place, octo, status } = aProject(t, {
      web: { command: ['/bin/sh', '-c', 'echo up; exec sleep 600'] },
    })
    const start = async () => {
      const { code, ...said } = await runOcto(['start', '--json'], place)
      return statusIn({ ...said, code: code ?? -1 })
    }
    const [first, second] = await Promise.all([start(), start()])
    assert.deepEqual(rowsOf(first), rowsOf(second))
    await until(() => markedProcesses(places.key).length === 1)
    await until(async () => (await octo('logs', 'web')).stdout !== '')
    assert.equal((await octo('logs', 'web')).stdout, 'web | up\n')
    await status('stop')
    await until(() => supervisorOf(places) === undefined)
    assert.deepEqual(markedProcesses(places.key), [])
  },
)

test('a job that one command starts runs once, and one that always fails is no success', options, async (t) => {
  const { folder, octo } = aProject(t, {
    job: { command: ['/bin/sh', '-c', 'echo job >>runs'] },
    bad: { command: ['/bin/sh', '-c', 'echo bad >>runs; exit 3'] },
    web: { command: ['/bin/sleep', '600'], depends_on: { job: { condition: 'completed' } } },
    late: { command: ['/bin/sleep', '600'], depends_on: { bad: { condition: 'completed' } } },
  })
  const { code, stdout } = await octo('start')
  assert.equal(code, 1, stdout)
  assert.deepEqual(readFileSync(join(folder, 'runs'), 'utf8').split('\n').sort(), ['', 'bad', 'job'])
})

test('nothing is started by a dry run, in the foreground neither', options, async (t) => {
  const { folder, octo, places } = aProject(t, { web: { command: ['/bin/sh', '-c', 'echo web >>runs'] } })
  for (const words of [[], ['--foreground']]) {
    const { code, stderr } = await octo('start', '--dry-run', ...words)
    assert.equal(code, 0, stderr)
  }
  assert.deepEqual([existsSync(join(folder, 'runs')), supervisorOf(places)], [false, undefined])
})

test('in the foreground a signal stops the services in order and ends it', options, async (t) => {
  const { places, place } = aProject(t, { web: { command: ['sleep', '600'] }, job: { command: ['/bin/true'] } })
  let end = (): unknown => undefined
  const run = runOcto(['start', '--foreground'], {
    ...place,
    onStart: (child) => {
      end = () => child.kill('SIGTERM')
    },
  })
  const isUp = () => markedProcesses(places.key).length === 1 && supervisorOf(places) !== undefined
  await Promise.race([until(isUp), run])
  end()
  const { code, signal, stderr } = await run
  assert.deepEqual([code, signal], [0, null], stderr)
  assert.deepEqual(markedProcesses(places.key), [])
})

test('what was started is shown and stopped although its config is broken or another by now', options, async (t) => {
  const { folder, places, octo, status } = aProject(t, { web: { command: ['sleep', '600'] } })
  await status('start')
  writeFileSync(join(folder, 'octo.yaml'), 'services: [')
  const shown = await octo('status')
  assert.equal(shown.code, 0)
  assert.match(shown.stdout, /web +running/)
  assert.match(shown.stderr, /warning: the config cannot be read, this is what was started with it: .*octo\.yaml/)
  assert.equal((await octo('restart')).code, 65)
  assert.equal((await octo('stop', 'other')).code, 64)
  assert.equal((await octo('stop')).code, 0)
  assert.deepEqual(markedProcesses(places.key), [])
})

test('a service that does not come up is exit code 1, with its reason', options, async (t) => {
  const { octo } = aProject(t, {
    web: { command: ['/bin/sh', '-c', 'exit 7'] },
    // `octo start` goes on waiting until the first has ended.
    late: { command: ['/bin/sleep', '600'], depends_on: { web: { condition: 'completed' } } },
  })
  const { code, stdout } = await octo('start')
  assert.equal(code, 1)
  assert.match(stdout, /web +failed +exited with 7/)
})
