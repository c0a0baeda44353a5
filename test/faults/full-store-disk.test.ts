import assert from 'node:assert/strict'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { layoutOf } from '../../client/store/layout.ts'
import { aConsumer } from '../support/client/consumer.ts'
import { expectTidyAfterCollect, expectWholeStore, leftovers } from '../support/client/store-state.ts'
import { aFaultScene } from '../support/faults/fault-scene.ts'
import { rounds } from '../support/machine/full-form.ts'
import { aMountedDisk, whyNoDisk } from '../support/machine/mounted-disk.ts'

const skip = whyNoDisk() ?? false
const SIZES = rounds({ short: 4, full: 32 })
const PLUGINS = 2
const PLUGIN_BYTES = 1_000_000
/** Two plugins, one of them also unpacked, and what the store needs for itself. */
const ENOUGH_BYTES = 4_000_000

test(`on ${SIZES} disks that are too small an install says so, leaves nothing half, and goes on with room`, {
  skip,
}, async (t) => {
  const { plugins, key, url } = await aFaultScene(t, { count: PLUGINS, size: PLUGIN_BYTES })
  let refused = 0
  for (let step = 1; step <= SIZES; step++) {
    const disk = aMountedDisk(t, Math.floor((ENOUGH_BYTES / SIZES) * step))
    const consumer = aConsumer(t, { url, key, services: plugins.services, store: join(disk.folder, 'store') })
    const { code, stdout, stderr } = await consumer.octoHere('check')
    if (code !== 0) {
      refused++
      assert.match(stdout + stderr, /NO_SPACE.*octo cache gc/s)
      await expectNothingHalf(consumer.store)
    }
    disk.resize(4 * ENOUGH_BYTES)
    const again = await consumer.octoHere('check')
    assert.equal(again.code, 0, again.stderr)
    await expectWholeStore(consumer.store, PLUGINS)
    await expectTidyAfterCollect(consumer.store)
    assert.equal((await consumer.octoHere('check', '--offline', '--frozen')).code, 0)
  }
  assert.ok(refused > 0, 'no disk was too small')
  t.diagnostic(`${refused} of ${SIZES} disks were too small`)
})

/** What is there is whole, and nothing lies about that takes the room of what is missing. */
async function expectNothingHalf(store: string): Promise<void> {
  const { base, blobs, parts } = layoutOf(store)
  // The smallest disks do not even take the folders.
  if (!existsSync(base) || !existsSync(parts) || !existsSync(blobs)) return
  await expectWholeBlobs(store)
}

async function expectWholeBlobs(store: string): Promise<void> {
  assert.deepEqual(leftovers(store), [])
  assert.ok(statSync(store).isDirectory())
}
