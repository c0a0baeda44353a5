// Checks that a supervisor left when it was killed are ended by the next one, which looks for them unless the one before said that
// there are none.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { endLeftBehind, noteNoneLeft } from '../../../../operator/services/project/left-behind.ts'
import { makeMarkKey, ownMark } from '../../../../operator/services/project/marks.ts'
import type { Places } from '../../../../operator/services/project/places.ts'
import { makePlaces, placesOf } from '../../../../operator/services/project/places.ts'
import { MARK } from '../../../../system/process/mark.ts'
import { freshTable } from '../../../../system/process/process-table.ts'
import { tempFolder } from '../../../support/machine/temp-folder.ts'
import { until } from '../../../support/machine/until.ts'
import { aServiceScene } from '../../../support/operator/service-scene.ts'

const options = { skip: process.platform === 'linux' ? false : 'services are run on Linux' }

async function aProject(t: TestContext) {
  const folder = tempFolder(t)
  const places = placesOf(join(folder, 'octo.yaml'), { HOME: folder })
  makePlaces(places)
  makeMarkKey(places)
  return { places, note: join(places.state, 'left-none') }
}

/** As a check of the supervisor is known; gives how it ends. */
async function aCheck(t: TestContext, places: Places) {
  const child = spawn('sleep', ['600'], { stdio: 'ignore', detached: true, env: { [MARK]: ownMark(places) } })
  t.after(() => child.kill('SIGKILL'))
  // The mark is there once it is `sleep`, and not this process any more.
  await until(() => freshTable().some(({ pid, mark }) => pid === child.pid && mark === ownMark(places)))
  const ended = once(child, 'exit').then(([, signal]) => signal as NodeJS.Signals)
  return { ended, isThere: () => child.exitCode === null && child.signalCode === null }
}

test('a check that was left is ended, where nothing was said of it', options, async (t) => {
  const { places, note } = await aProject(t)
  const check = await aCheck(t, places)
  await endLeftBehind(places)
  assert.equal(await check.ended, 'SIGKILL')
  assert.equal(existsSync(note), false)
})

test('that none is left is said only where none is, and believed once', options, async (t) => {
  const { places, note } = await aProject(t)
  const check = await aCheck(t, places)
  noteNoneLeft(places)
  assert.equal(existsSync(note), false, 'one is')
  writeFileSync(note, '')
  await endLeftBehind(places)
  assert.deepEqual([check.isThere(), existsSync(note)], [true, false], 'nobody looked, and what was said is taken back')
  await endLeftBehind(places)
  assert.equal(await check.ended, 'SIGKILL')
  noteNoneLeft(places)
  assert.equal(existsSync(note), true)
})

test('it is not believed where an earlier version was killed since', options, async (t) => {
  const { places, note } = await aProject(t)
  writeFileSync(note, '')
  writeFileSync(places.control, '{}')
  const check = await aCheck(t, places)
  await endLeftBehind(places)
  assert.equal(await check.ended, 'SIGKILL')
  rmSync(places.control)
})

test('a supervisor takes it back before it starts anything, and says it at its end', options, async (t) => {
  const scene = await aServiceScene(t, { web: { command: ['/bin/sleep', '600'] } })
  const note = join(scene.project.places.state, 'left-none')
  for (let round = 0; round < 2; round++) {
    await scene.supervise(async (supervisor) => {
      assert.equal(existsSync(note), false)
      await supervisor.start(await scene.load(), [])
    })
    assert.equal(existsSync(note), true)
  }
})
