// How a supervisor begins and ends.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { serve } from '../../../operator/services/supervise.ts'
import { aServiceScene } from '../../support/operator/service-scene.ts'

const options = { skip: process.platform === 'linux' ? false : 'services are run on Linux' }

test('a config that is refused at once ends a supervisor in order', options, async (t) => {
  const { supervise, project } = await aServiceScene(t, {})
  const load = () => Promise.reject(new Error('nothing of use'))
  const { signal } = new AbortController()
  const served = supervise((_supervisor, taken) =>
    serve(taken, { load, begin: { v: 1, do: 'start', services: [] }, signal }),
  )
  await assert.rejects(served, /nothing of use/)
  assert.equal(existsSync(project.places.control), false)
  // Nobody holds the lock any more.
  await supervise(async () => undefined)
})
