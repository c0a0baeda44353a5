// Services are killed at random, with their children and without, again and again. Afterwards the books balance: each is as its
// rule says, each start is one kill, and nothing is left over. `OCTO_FULL=1` goes on for minutes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readJournal } from '../../operator/services/journal/journal.ts'
import { identityOf } from '../../system/process/identity.ts'
import { seededRandom } from '../support/builders/seeded-random.ts'
import { rounds } from '../support/machine/full-form.ts'
import { until } from '../support/machine/until.ts'
import { aServiceScene, markedProcesses, stateOf } from '../support/operator/service-scene.ts'

const options = { skip: process.platform === 'linux' ? false : 'services are run on Linux' }

/** The child would outlive a supervisor that forgets it. */
const FORKS = 'setsid sleep 600 & exec sleep 600'
const PLAIN = 'exec sleep 600'

test('services that are killed at random are as their rules say, and each kill is one start', options, async (t) => {
  const random = seededRandom()
  const scene = await aServiceScene(t, {})
  const stop = { timeout: '200ms' }
  scene.write({
    forks: { ...scene.script(FORKS), restart: 'always', replicas: 3, stop },
    plain: { ...scene.script(PLAIN), restart: 'on-failure', replicas: 3, stop },
    limited: { ...scene.script(PLAIN), restart: 'on-failure:2', stop },
    once: { ...scene.script(PLAIN), stop },
  })
  const kills = new Map<string, number>()
  /** Each has a generation of its own. */
  const startsOf = (id: string) => readJournal(scene.project.places.journal).instances.get(id)?.instance.generation
  const isBack = ({ state }: { readonly state: string }) => ['running', 'failed', 'gave-up'].includes(state)
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    const alive = () => supervisor.status().filter(({ state, pid }) => state === 'running' && identityOf(pid ?? 0))
    for (let round = rounds({ short: 14, full: 60 }); round > 0; round--) {
      await until(() => alive().length > 0)
      const { instance, pid = 0 } = random.pick(alive())
      process.kill(pid, random.pick(['SIGKILL', 'SIGSEGV', 'SIGTERM']))
      kills.set(instance, (kills.get(instance) ?? 0) + 1)
      // Often the next one is killed while this one is on its way back.
      await until(() => (random.chance(0.5) ? stateOf(supervisor, instance).pid !== pid : !identityOf(pid)))
    }
    // The longest pause is longer than we wait for anything else.
    await until(() => supervisor.status().every(isBack)).catch(() => until(() => supervisor.status().every(isBack)))
    for (const { instance, service, state, failures } of supervisor.status()) {
      const killed = kills.get(instance) ?? 0
      const isOver = service === 'once' ? killed > 0 : service === 'limited' && failures > 2
      assert.equal(
        state,
        isOver ? (service === 'once' ? 'failed' : 'gave-up') : 'running',
        `${instance}: ${killed} kills`,
      )
      assert.equal(startsOf(instance), 1 + killed - (isOver ? 1 : 0), instance)
    }
    const running = supervisor.status().filter(({ state }) => state === 'running')
    const expected = running.reduce((sum, { service }) => sum + (service === 'forks' ? 2 : 1), 0)
    await until(() => markedProcesses(scene.project.places.key).length === expected)
    await supervisor.stop([])
    assert.deepEqual(markedProcesses(scene.project.places.key), [])
  })
})
