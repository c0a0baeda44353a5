import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { aConsumer } from '../support/consumer.ts'
import { aFaultScene } from '../support/fault-scene.ts'
import { rounds } from '../support/full-form.ts'
import { killInstall, timeInstall } from '../support/killed-install.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { expectTidyAfterCollect, expectWholeStore } from '../support/store-state.ts'
import { tempFolder } from '../support/temp-folder.ts'

const KILLS = rounds({ short: 5, full: 60 })
const PLUGINS = 4

test(`an install that is killed at ${KILLS} random moments is made good by the next one`, async (t) => {
  const random = seededRandom()
  const { plugins, proxy, key, url } = await aFaultScene(t, { count: PLUGINS, size: 2_000_000 })
  const newConsumer = () => aConsumer(t, { url, key, services: plugins.services, store: join(tempFolder(t), 'store') })
  const wholeMs = await timeInstall(newConsumer(), proxy)
  let killed = 0
  for (let seed = 0; seed < KILLS; seed++) {
    const consumer = newConsumer()
    // Twice in a row now and then: the second kill hits the repair of the first.
    for (let times = random.chance(0.3) ? 2 : 1; times > 0; times--)
      if (await killInstall(consumer, proxy, random.below(wholeMs))) killed++
    const { code, stderr } = await consumer.octo('check')
    assert.equal(code, 0, stderr)
    await expectWholeStore(consumer.store, PLUGINS)
    const offline = await consumer.octo('check', '--offline', '--frozen')
    assert.equal(offline.code, 0, offline.stderr)
    await expectTidyAfterCollect(consumer.store)
    await expectWholeStore(consumer.store, PLUGINS)
  }
  assert.ok(killed >= KILLS / 3, `only ${killed} of ${KILLS} installs were killed before they were done`)
  t.diagnostic(`${killed} killed, a whole install takes ${Math.round(wholeMs)} ms`)
})
