// A supervisor that was killed holds its lock until the last of its threads has ended, when nothing tells of it any more.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makePlaces } from '../../../operator/services/project/places.ts'
import { lockFile } from '../../../system/process-lock.ts'
import { aServiceScene } from '../../support/operator/service-scene.ts'

const options = { skip: process.platform === 'linux' ? false : 'services are run on Linux' }

test('the lock of a supervisor that is about to end is waited for, as nobody stands behind it', options, async (t) => {
  const scene = await aServiceScene(t, {})
  makePlaces(scene.project.places)
  const held = lockFile(scene.project.places.lock, 'exclusive')
  assert.ok(held)
  const supervised = scene.supervise(async (supervisor) => supervisor.status())
  held[Symbol.dispose]()
  await supervised
})

test('whoever was kept from looking at it has not waited, however late it is', options, async (t) => {
  const scene = await aServiceScene(t, {})
  makePlaces(scene.project.places)
  const held = lockFile(scene.project.places.lock, 'exclusive')
  assert.ok(held)
  const right = performance.now.bind(performance)
  let late = 0
  performance.now = () => {
    late += 2000
    return right() + late
  }
  // It stands in the prototype.
  t.after(() => Reflect.deleteProperty(performance, 'now'))
  const supervised = scene.supervise(async (supervisor) => supervisor.status())
  await new Promise(setImmediate)
  held[Symbol.dispose]()
  await supervised
})
