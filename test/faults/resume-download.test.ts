import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { seededRandom } from '../support/builders/seeded-random.ts'
import { aConsumer } from '../support/client/consumer.ts'
import { expectTidyAfterCollect, expectWholeStore, leftovers } from '../support/client/store-state.ts'
import type { FaultScene, KillableScene } from '../support/faults/fault-scene.ts'
import { aFaultScene, aKillableScene } from '../support/faults/fault-scene.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

const SIZE = 6_000_000
/** A gate that could not find out is closed: the check is `unknown`. */
const UNDECIDED = 1

test('a download that is cut three times goes on where it broke off, within one install', async (t) => {
  const random = seededRandom()
  const scene = await aFaultScene(t, { count: 1, size: SIZE })
  const [path = ''] = scene.plugins.paths
  const cuts = [1, 2, 3].map(() => 1 + random.below(SIZE / 4))
  scene.proxy.fault = (asked) => {
    const afterBytes = asked === path ? cuts.shift() : undefined
    return afterBytes === undefined ? undefined : { kind: 'cut', afterBytes }
  }
  const consumer = aConsumer(t, { url: scene.url, key: scene.key, services: scene.plugins.services })
  const { code, stderr } = await consumer.octoHere('check')
  assert.equal(code, 0, stderr)
  const passed = expectContinued(scene, path)
  assert.equal(passed.length, 4)
  await expectWholeStore(consumer.store, 1)
  assert.deepEqual(leftovers(consumer.store), [])
})

test('a registry that is killed in mid-download and started later is asked for the rest only', async (t) => {
  const { scene, consumer, path } = await heldInstall(t)
  await killUnder(scene)
  const failed = await consumer.running
  assert.equal(failed.code, UNDECIDED, failed.stderr)
  assert.match(failed.stdout, /FETCH_FAILED/)

  await startAgain(t, scene)
  const { code, stderr } = await consumer.octoHere('check')
  assert.equal(code, 0, stderr)
  expectContinued(scene, path)
  await expectWholeStore(consumer.store, 1)
  await expectTidyAfterCollect(consumer.store)
})

test('a registry that is killed in mid-download and comes back at once loses nobody more than a second install', async (t) => {
  const { scene, consumer, path } = await heldInstall(t)
  await killUnder(scene)
  await startAgain(t, scene)
  const first = await consumer.running
  if (first.code !== 0) {
    assert.equal(first.code, UNDECIDED, first.stderr)
    const { code, stderr } = await consumer.octoHere('check')
    assert.equal(code, 0, stderr)
  }
  expectContinued(scene, path)
  await expectWholeStore(consumer.store, 1)
})

/** An install whose download hangs somewhere in the middle. */
async function heldInstall(t: TestContext) {
  const random = seededRandom()
  const scene = await aKillableScene(t, { count: 1, size: SIZE })
  const [path = ''] = scene.plugins.paths
  const afterBytes = SIZE / 4 + random.below(SIZE / 2)
  scene.proxy.fault = (asked) => (asked === path ? { kind: 'hold', afterBytes } : undefined)
  const consumer = aConsumer(t, { url: scene.url, key: scene.key, services: scene.plugins.services })
  const running = consumer.octo('check')
  await Promise.race([scene.proxy.held, running])
  scene.proxy.fault = undefined
  return { scene, path, consumer: { ...consumer, running } }
}

async function killUnder({ registry, proxy }: KillableScene): Promise<void> {
  await registry.kill()
  proxy.breakHeld()
}

async function startAgain(t: TestContext, { proxy, dataDir, key }: KillableScene): Promise<void> {
  const { url } = await startTestRegistry(t, { dataDir, key, baseUrl: 'http://registry.test' })
  proxy.target = url
}

/** Every request but the first asks for the rest, and together they take little more than the file. */
function expectContinued({ proxy, plugins }: FaultScene, path: string) {
  const answered = proxy.passed.filter((passed) => passed.path === path && passed.status !== 0)
  assert.equal(answered[0]?.range, undefined)
  assert.ok(answered.length > 1, 'nothing was interrupted')
  for (const { range, status } of answered.slice(1)) {
    assert.match(range ?? 'no range', /^bytes=[1-9]\d*-$/)
    assert.equal(status, 206)
  }
  const served = answered.reduce((sum, { bytes }) => sum + bytes, 0)
  assert.ok(served >= plugins.bytes && served < plugins.bytes * 1.5, `${served} bytes served of ${plugins.bytes}`)
  return answered
}
