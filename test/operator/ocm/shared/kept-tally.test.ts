import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { tryPlaces } from '../../../../operator/ocm/shared/lock.ts'
import { until } from '../../../support/machine/until.ts'
import { sharedScene } from '../../../support/operator/shared-scene.ts'

const skip = process.platform !== 'linux' && 'only Linux tells processes apart'

test('a call that was over while somebody else held the lock is counted before its process parts', {
  skip,
}, async (t) => {
  const scene = sharedScene(t)
  const first = scene.host({ isKept: true })
  await first.ask()
  const { folder } = scene.places()
  const lock = tryPlaces(scene.places())
  assert.ok(lock, 'nobody else has it')
  const closed = first.close()
  // It uses the plugin no more, and what it has left to do is done with the lock.
  await until(() => readdirSync(folder).every((name) => !name.startsWith('user-')))
  lock[Symbol.dispose]()
  await closed
  assert.equal(scene.running()[0]?.tally.calls, 1)
})
