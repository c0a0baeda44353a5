// How a supervisor begins and ends.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { setImmediate as tick } from 'node:timers/promises'
import { serve } from '../../../operator/services/supervise.ts'
import { until } from '../../support/machine/until.ts'
import { aServiceScene, stateOf } from '../../support/operator/service-scene.ts'

const options = { skip: process.platform === 'linux' ? false : 'services are run on Linux' }

test('a config that is refused at once ends a supervisor in order', options, async (t) => {
  const { supervise, project } = await aServiceScene(t, {})
  const load = () => Promise.reject(new Error('nothing of use'))
  const { signal } = new AbortController()
  const served = supervise((_supervisor, taken) =>
    serve(taken, { load, openOthers: load, begin: { v: 1, do: 'start', services: [] }, signal }),
  )
  await assert.rejects(served, /nothing of use/)
  assert.equal(existsSync(project.places.control), false)
  // Nobody holds the lock any more.
  await supervise(async () => undefined)
})

const START_WEB = { v: 1, do: 'start', services: ['web'] } as const

/** Services that another supervisor left, and a reading of theirs that comes to its end when it is told to. */
async function leftRunning(t: TestContext, names: readonly string[]) {
  const scene = await aServiceScene(t, {})
  const idle = scene.script('exec sleep 600')
  scene.write(Object.fromEntries(names.map((name) => [name, idle])))
  await scene.supervise(async (supervisor) => supervisor.start(await scene.load(), []))
  const asked: string[] = []
  const { promise: told, resolve: goOn } = Promise.withResolvers<void>()
  let readings = 0
  const openOthers = async () => {
    readings++
    const load = async (service: string) => {
      const read = await scene.load([service])
      asked.push(service)
      await told
      return read
    }
    return { load, async [Symbol.asyncDispose]() {} }
  }
  const serving = { load: scene.load, openOthers, begin: START_WEB } as const
  return { scene, idle, serving, asked, goOn, readings: () => readings }
}

test('what is asked for while others are read that were left running is not undone', options, async (t) => {
  const { scene, idle, serving, asked, goOn } = await leftRunning(t, ['web', 'db'])
  await scene.supervise(async (supervisor, taken) => {
    const stop = new AbortController()
    const served = serve(taken, { ...serving, signal: stop.signal })
    await until(() => asked.includes('db'))
    scene.write({ web: idle, db: { ...idle, environment: { NEW: '1' } } })
    await supervisor.start(await scene.load(['db']), ['db'])
    assert.equal(stateOf(supervisor, 'db.1').differs, true)
    goOn()
    await tick()
    assert.equal(stateOf(supervisor, 'db.1').differs, true)
    stop.abort()
    await served
  })
})

test('told to stop, a supervisor reads no more of the services that were left', options, async (t) => {
  const { scene, serving, asked, goOn } = await leftRunning(t, ['web', 'a', 'b', 'c'])
  await scene.supervise(async (supervisor, taken) => {
    const stop = new AbortController()
    const served = serve(taken, { ...serving, signal: stop.signal })
    await until(() => asked.length > 0)
    stop.abort()
    await until(() => supervisor.unread().length === 0)
    goOn()
    await served
    assert.deepEqual(asked, ['a'])
  })
})

test(
  'of all that were left the config is read once, and one that cannot be had keeps none of the others',
  options,
  async (t) => {
    const { scene, serving, asked, goOn, readings } = await leftRunning(t, ['web', 'a', 'b', 'c'])
    goOn()
    const openOthers = async () => {
      const others = await serving.openOthers()
      const load = (service: string) => (service === 'b' ? Promise.reject(new Error('not here')) : others.load(service))
      return { ...others, load }
    }
    await scene.supervise(async (supervisor, taken) => {
      const stop = new AbortController()
      const served = serve(taken, { ...serving, openOthers, signal: stop.signal })
      await until(() => asked.includes('c'))
      await until(() => supervisor.unread().join() === 'b')
      assert.deepEqual([asked, readings()], [['a', 'c'], 1])
      stop.abort()
      await served
    })
  },
)
