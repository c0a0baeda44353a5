import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Random } from '../support/builders/seeded-random.ts'
import { seededRandom } from '../support/builders/seeded-random.ts'
import { aConsumer } from '../support/client/consumer.ts'
import type { Moment } from '../support/client/killed-install.ts'
import { killInstall } from '../support/client/killed-install.ts'
import { expectTidyAfterCollect, expectWholeStore } from '../support/client/store-state.ts'
import { aFaultScene } from '../support/faults/fault-scene.ts'
import { rounds } from '../support/machine/full-form.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import type { CheckedPlugins } from '../support/operator/checked-plugins.ts'

const KILLS = rounds({ short: 2, full: 60 })
const PLUGINS = 4
/** An install takes about so long after its last byte. */
const MAX_DELAY_MS = 300

test(`an install that is killed at ${KILLS} random moments is made good by the next one`, async (t) => {
  const random = seededRandom()
  const { plugins, proxy, key, url } = await aFaultScene(t, { count: PLUGINS, size: 500_000 })
  const newConsumer = () => aConsumer(t, { url, key, services: plugins.services, store: join(tempFolder(t), 'store') })
  let killed = 0
  for (let round = 0; round < KILLS; round++) {
    const consumer = newConsumer()
    // Every second time the downloads are through, or nearly, and what is left of the work may be done before the kill.
    const isLate = round % 2 === 1
    const moment = isLate ? aLateMoment(random, plugins) : anEarlyMoment(random, plugins)
    const isKilled = await killInstall(consumer, proxy, moment)
    assert.ok(isKilled || isLate, 'an install without its downloads was done')
    if (isKilled) killed++
    // Twice in a row now and then: the second kill hits the repair of the first.
    if (random.chance(0.3)) await killInstall(consumer, proxy, anEarlyMoment(random, plugins))
    const { code, stderr } = await consumer.octoHere('check')
    assert.equal(code, 0, stderr)
    await expectWholeStore(consumer.store, PLUGINS)
    const offline = await consumer.octoHere('check', '--offline', '--frozen')
    assert.equal(offline.code, 0, offline.stderr)
    await expectTidyAfterCollect(consumer.store)
    await expectWholeStore(consumer.store, PLUGINS)
  }
  t.diagnostic(`${killed} of ${KILLS} were killed before they were done`)
})

function anEarlyMoment(random: Random, { bytes }: CheckedPlugins): Moment {
  return { bytes: random.below(bytes) }
}

function aLateMoment(random: Random, { bytes }: CheckedPlugins): Moment {
  return { bytes, delayMs: random.below(MAX_DELAY_MS) }
}
