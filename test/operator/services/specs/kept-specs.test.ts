// What is started again after a crash: what ran, and not what the config says by now.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { Places } from '../../../../operator/services/project/places.ts'
import { digestOf } from '../../../../operator/services/specs/digests.ts'
import { keepSpec, recallSpec, startedAs, withRulesOf } from '../../../../operator/services/specs/kept-specs.ts'
import type { RunnableService } from '../../../../operator/services/specs/runnable.ts'
import type { Supervisor } from '../../../../operator/services/supervisor.ts'
import { identityOf } from '../../../../system/process/identity.ts'
import { tempFolder } from '../../../support/machine/temp-folder.ts'
import { until } from '../../../support/machine/until.ts'
import { aServiceScene, markedProcesses, stateOf } from '../../../support/operator/service-scene.ts'

const options = { skip: process.platform === 'linux' ? false : 'services are run on Linux' }

async function aScene(t: TestContext) {
  const scene = await aServiceScene(t, {})
  const say = (word: string, more: object = {}) => ({
    ...scene.script('echo "$WORD" >>"$0/words"; exec sleep 600'),
    ...{ environment: { WORD: word }, restart: 'always', ...more },
  })
  return {
    ...{ scene, say },
    /** Comes back by its rule. */
    async crash(supervisor: Supervisor): Promise<void> {
      const { pid } = stateOf(supervisor, 'web.1')
      process.kill(pid as number, 'SIGKILL')
      await until(() => stateOf(supervisor, 'web.1').state === 'running' && stateOf(supervisor, 'web.1').pid !== pid)
    },
    words: () => scene.text('words').split('\n').filter(Boolean),
  }
}

test('a crash starts again what ran, and a restart by hand what the config says', options, async (t) => {
  const { scene, say, crash, words } = await aScene(t)
  scene.write({ web: say('old') })
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    scene.write({ web: say('new', { restart: 'on-failure:7' }) })
    await supervisor.start(await scene.load(), [])
    assert.equal(stateOf(supervisor, 'web.1').differs, true)
    await until(() => words()[0] === 'old')
    await crash(supervisor)
    assert.equal(stateOf(supervisor, 'web.1').differs, true)
    await until(() => words().length === 2)
    await supervisor.stop([])
    await supervisor.start(await scene.load(), [])
    assert.equal(stateOf(supervisor, 'web.1').differs, undefined)
    await until(() => words().length === 3)
    await supervisor.stop([])
  })
  assert.deepEqual(words(), ['old', 'old', 'new'])
})

test('the next supervisor starts it again as it was, also when it was not asked for', options, async (t) => {
  const { scene, say, crash, words } = await aScene(t)
  scene.write({ web: say('old'), other: say('other') })
  await scene.supervise(async (supervisor) => supervisor.start(await scene.load(['web']), ['web']))
  await until(() => words().length === 1)
  scene.write({ web: say('new'), other: scene.script('exec sleep 600') })
  for (const names of [['web'], ['other']])
    await scene.supervise(async (supervisor) => {
      await supervisor.start(await scene.load(names), names)
      const before = words().length
      await crash(supervisor)
      await until(() => words().length === before + 1)
    })
  assert.deepEqual(words(), ['old', 'old', 'old'])
  const path = join(scene.project.places.state, 'specs', 'web.json')
  assert.doesNotMatch(readFileSync(path, 'utf8'), /"(old|new)"/, 'a variable may be an answer, which is never stored')
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('where its variables are gone, a crash starts what the config says, and that is said', options, async (t) => {
  const { scene, say, crash, words } = await aScene(t)
  const forgets = { command: ['/bin/sh', '-c', 'echo "$WORD" >>"$0/words"; exec env -i sleep 600', scene.folder] }
  scene.write({ web: say('old', forgets) })
  const pid = await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    return stateOf(supervisor, 'web.1').pid
  })
  await until(() => words().length === 1 && words()[0] === 'old')
  await until(() => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'sleep\n')
  await until(() => markedProcesses(scene.project.places.key).length === 0)
  scene.write({ web: say('new', forgets) })
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    assert.equal(stateOf(supervisor, 'web.1').differs, true)
    await crash(supervisor)
    assert.equal(stateOf(supervisor, 'web.1').differs, undefined)
    await until(() => words().length === 2)
    await supervisor.stop([])
  })
  assert.deepEqual(words(), ['old', 'new'])
  assert.ok(scene.logged.includes('web: what it ran with is not at hand, so it is started as its config says now'))
})

/** Becomes itself again and again, as long as it is. */
const CHANGES = 'exec /bin/sh -c "$0" "$0"'

test('what becomes another program just now is known with the variables that it has', options, async (t) => {
  const environment = { WORD: 'old' }
  const child = spawn('/bin/sh', ['-c', CHANGES, CHANGES], { env: environment, stdio: 'ignore' })
  t.after(() => child.kill('SIGKILL'))
  await once(child, 'spawn')
  const spec = { program: { kind: 'command', argv: ['/bin/sh'] }, environment, secrets: [] }
  const digest = digestOf({ spec, executable: undefined, secrets: [] } as never)
  const places = { state: tempFolder(t) } as Places
  keepSpec(places, { name: 'web', digest, initDigest: '', spec } as never)
  const asked = { name: 'web', digest, pid: child.pid as number }
  for (let round = 0; round < 1000; round++)
    assert.deepEqual(recallSpec(places, asked)?.spec.environment, environment, `round ${round}`)
})

test('what is between two tries takes the config that was mended', options, async (t) => {
  const { scene, say, words } = await aScene(t)
  scene.write({ web: { ...say('bad'), command: ['/bin/sh', '-c', 'exit 3'] } })
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    await until(() => stateOf(supervisor, 'web.1').state === 'pausing')
    scene.write({ web: say('good') })
    await supervisor.start(await scene.load(), [])
    await until(() => words().includes('good'))
    assert.equal(stateOf(supervisor, 'web.1').differs, undefined)
    await supervisor.stop([])
  })
})

test('another version of a plugin is not what ran, and the rules are always those of now', () => {
  const now = {
    ...{ name: 'web', checks: {}, digest: 'new', executable: { digest: 'sha256:new' } },
    spec: { environment: { A: 'new' }, restart: { policy: 'always' }, replicas: 2 },
  } as unknown as RunnableService
  const kept = {
    ...{ digest: 'old', initDigest: 'old' },
    spec: {
      program: { kind: 'command', argv: ['/bin/true'] },
      environment: { A: 'old' },
      restart: { policy: 'no' },
      replicas: 1,
    },
  } as never
  assert.equal(startedAs(kept, now), undefined)
  const started = startedAs({ ...(kept as object), executable: 'sha256:new' } as never, now)
  assert.ok(started)
  const { digest, spec } = withRulesOf(now, started)
  assert.deepEqual(
    [digest, spec.environment, spec.restart, spec.replicas],
    ['old', { A: 'old' }, { policy: 'always' }, 2],
  )
})

test('what was written down of a service goes with it, whoever supervises by then', options, async (t) => {
  const scene = await aServiceScene(t, {})
  const specs = () => {
    const folder = join(scene.project.places.state, 'specs')
    return existsSync(folder) ? readdirSync(folder).sort() : []
  }
  const idle = scene.script('exec sleep 600')
  scene.write({ web: idle, db: idle, job: scene.script('exit 0') })
  const pid = await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    await until(() => stateOf(supervisor, 'job.1').state === 'completed')
    assert.deepEqual(specs(), ['db.json', 'web.json'])
    await supervisor.stop(['db'])
    assert.deepEqual(specs(), ['web.json'])
    return stateOf(supervisor, 'web.1').pid as number
  })
  process.kill(pid, 'SIGKILL')
  await until(() => identityOf(pid) === undefined)
  await scene.supervise(async () => assert.deepEqual(specs(), []))
})
