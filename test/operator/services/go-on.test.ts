// After a supervisor was killed: each word that says that the config is applied leaves one that supervises all that runs.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { supervisorOf } from '../../../operator/services/project/control-file.ts'
import { until } from '../../support/machine/until.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import { runOcto } from '../../support/octo/run-octo.ts'
import { aServiceScene, endMarked } from '../../support/operator/service-scene.ts'

const options = { skip: process.platform === 'linux' ? false : 'services are run on Linux' }
const IDLE = { command: ['/bin/sh', '-c', '[ "$0" = check ] || exec sleep 600'] }
const CHECKED = { ...IDLE, health: [{ tool: 'run-service', args: ['check'] }] }

type Services = Readonly<Record<string, object>>

/**
 * Services that run, and whose supervisor was killed, or, which is the same for them, was one of this process that has left.
 */
async function aPlace(t: TestContext, services: Services, by: 'octo start' | 'this process' = 'this process') {
  const scene = await aServiceScene(t, services)
  const { folder, project } = scene
  const { places } = project
  const place = { cwd: folder, env: { HOME: folder, TMPDIR: folder } }
  t.after(async () => {
    const supervisor = supervisorOf(places)
    if (supervisor) process.kill(supervisor.pid, 'SIGKILL')
    await endMarked(places.key)
  })
  const octo = (...words: readonly string[]) => octoIn(place, words)
  const status = async () => JSON.parse((await octo('status', '--json')).stdout)
  const healthOf = async (name: string) =>
    (await status()).services.find(({ service }: { service: string }) => service === name)
  async function kill() {
    const supervisor = supervisorOf(places)
    assert.ok(supervisor)
    process.kill(supervisor.pid, 'SIGKILL')
    await until(() => supervisorOf(places) === undefined)
  }
  if (by === 'this process') {
    await scene.supervise(async (supervisor) => {
      await supervisor.start(await scene.load(), [])
    })
  } else {
    const started = await runOcto(['start'], place)
    assert.equal(started.code, 0, started.stderr)
  }
  const before = (await status()).services.map(({ pid }: { pid: number }) => pid)
  if (by === 'octo start') await kill()
  const log = () => readFileSync(places.supervisorLog, 'utf8')
  const apart = (...words: string[]) => runOcto(words, place)
  return { write: scene.write, octo, status, healthOf, before, log, apart }
}

for (const words of [['apply'], ['apply', 'web'], ['start'], ['start', 'web']])
  test(`\`octo ${words.join(' ')}\` of what runs as it is to leaves a supervisor of all of it`, options, async (t) => {
    const { status, healthOf, before, apart } = await aPlace(
      t,
      { web: IDLE, db: CHECKED },
      words[0] === 'start' && words.length === 1 ? 'octo start' : 'this process',
    )
    assert.equal((await healthOf('db')).health, 'starting', 'nobody looks at it')
    const { code, stdout, stderr } = await apart(...words)
    assert.equal(code, 0, stdout + stderr)
    const { supervisor, services } = await status()
    assert.equal(supervisor.state, 'running')
    assert.equal(/^db /m.test(stdout), words.length === 1, 'the table is of those that were named')
    if (words[0] === 'apply') assert.ok(stderr.includes(`nobody supervised it: process ${supervisor.pid} does now`))
    assert.deepEqual(
      services.map(({ pid }: { pid: number }) => pid),
      before,
    )
    await until(async () => (await healthOf('db')).health === 'healthy')
  })

test('the log of a supervisor apart from its terminal says when', options, async (t) => {
  const { log } = await aPlace(t, { web: IDLE }, 'octo start')
  assert.match(log(), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ web\.1: running$/m)
})

test('a stop of one names those that go on running without a supervisor', options, async (t) => {
  const { octo } = await aPlace(t, { web: IDLE, db: IDLE, api: IDLE })
  // The lock of a process that was killed is free only when the system has taken all of it away.
  let one = await octo('stop', 'web')
  await until(async () => {
    if (one.code !== 0) one = await octo('stop', 'web')
    return one.code === 0
  })
  assert.match(
    one.stderr,
    /nobody supervises `db`, `api`, which go on running: `octo start` goes on with them, `octo stop` ends/,
  )
  assert.match(
    (await octo('stop', 'db')).stderr,
    /nobody supervises `api`, which goes on running: `octo start` goes on/,
  )
  assert.doesNotMatch((await octo('stop')).stderr, /supervises/)
})

test('a dry run starts nobody, and says that nobody supervises', options, async (t) => {
  const { status, octo } = await aPlace(t, { web: IDLE })
  const { code, stderr } = await octo('apply', '--dry-run')
  assert.equal(code, 0)
  assert.match(stderr, /nobody supervises it: `octo start` goes on, `octo stop` ends it/)
  assert.deepEqual((await status()).supervisor, { state: 'none' })
})

test('one that the config has no more passes for no healthy one, and is restarted by its rule', options, async (t) => {
  const { write, healthOf, apart } = await aPlace(t, { web: IDLE, db: { ...CHECKED, restart: 'always' } })
  write({ web: IDLE })
  assert.equal((await apart('start', 'web')).code, 0)
  await until(async () => (await healthOf('db')).reason !== undefined)
  const { health, reason, pid } = await healthOf('db')
  assert.equal(health, 'starting')
  assert.match(reason, /^its checks are not run: .*no service `db`/)
  process.kill(pid, 'SIGKILL')
  await until(async () => ![undefined, pid].includes((await healthOf('db')).pid))
})

const ENDING_BADLY = '[ "$0" = check ] && exit 0; [ -e begun ] && exit 3; touch begun; exec sleep 600'

test('how one ends that was only gone on with is no answer to whoever asked for another', options, async (t) => {
  const db = { ...CHECKED, command: ['/bin/sh', '-c', ENDING_BADLY], restart: 'on-failure:1' }
  const { octo, healthOf, apart } = await aPlace(t, { web: IDLE, db })
  const running = apart('start', 'web', '--foreground')
  await until(async () => (await healthOf('db')).health === 'healthy')
  process.kill((await healthOf('db')).pid, 'SIGKILL')
  await until(async () => (await healthOf('db')).state === 'gave-up')
  assert.equal((await octo('stop', 'web')).code, 0)
  const { code, stderr } = await running
  assert.equal(code, 0, stderr)
})
