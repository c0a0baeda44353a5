// Services that wait for others: until when, and what is said meanwhile.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { until } from '../../support/machine/until.ts'
import { aServiceScene, stateOf } from '../../support/operator/service-scene.ts'

const options = { skip: process.platform === 'linux' ? false : 'services are run on Linux' }

test('what waits for health starts when the checks pass', options, async (t) => {
  const scene = await aServiceScene(t, {})
  const health = [{ tool: 'says', args: ['fine', '', '0'], interval: '10ms' }]
  const idle = scene.script('exec sleep 600')
  scene.write({ web: { ...idle, depends_on: { db: { condition: 'service_healthy' } } }, db: { ...idle, health } })
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    assert.deepEqual([stateOf(supervisor, 'db.1').health, stateOf(supervisor, 'web.1').state], ['healthy', 'running'])
    await supervisor.stop([])
  })
})

test(
  'what waits says for which service, how that one is, and says it again when it has waited too long',
  options,
  async (t) => {
    const scene = await aServiceScene(t, {})
    const health = [{ tool: 'says', args: ['', 'no disk', '1'], interval: '200ms' }]
    const idle = scene.script('exec sleep 600')
    const after = { db: { condition: 'service_healthy' }, job: { condition: 'completed' }, up: null }
    scene.write({ web: { ...idle, depends_on: after }, db: { ...idle, health }, job: idle, up: idle })
    const clock = fiveMinutesByHand(t)
    const reason = '`db` is not healthy yet (running, unhealthy), `job` has not ended yet (running without checks)'
    await scene.supervise(async (supervisor) => {
      const started = supervisor.start(await scene.load(), [])
      await until(() => stateOf(supervisor, 'web.1').reason === reason)
      assert.equal(stateOf(supervisor, 'web.1').state, 'waiting')
      clock.pass()
      await started
      assert.equal(stateOf(supervisor, 'web.1').state, 'failed')
      assert.equal(stateOf(supervisor, 'web.1').reason, `waited 5 min: ${reason}`)
      await supervisor.stop([])
    })
  },
)

/** Of alarms that are far away, which go off when the clock has come there. */
function fiveMinutesByHand({ mock }: TestContext) {
  const [now, set] = [process.hrtime.bigint.bind(process.hrtime), setTimeout]
  const far: (() => void)[] = []
  let passed = 0n
  mock.method(process.hrtime, 'bigint', () => now() + passed)
  const alarm = (act: () => void, ms: number) => {
    if (ms < 290_000) return set(act, ms)
    far.push(act)
    return undefined
  }
  mock.method(globalThis, 'setTimeout', alarm as typeof setTimeout)
  return {
    pass() {
      passed += 300_000_000_000n
      for (const act of far.splice(0)) act()
    },
  }
}
