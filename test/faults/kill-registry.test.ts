import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { seededRandom } from '../support/builders/seeded-random.ts'
import { issueKey } from '../support/builders/test-authority.ts'
import { rounds } from '../support/machine/full-form.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { gatherCrowd } from '../support/publisher/publishing-crowd.ts'
import { expectCleanFsck } from '../support/registry/fsck.ts'
import type { ChildOptions, RegistryChild } from '../support/registry/registry-child.ts'
import { prepareRegistryData, startAndKill, startRegistryChild } from '../support/registry/registry-child.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

const KILLS = rounds({ short: 3, full: 300 })
const ROUNDS_PER_CHECK = 25
const ROUNDS_PER_PLUGINS = 10

test(`a registry that is killed ${KILLS} times keeps every acknowledged version and shows none half`, async (t) => {
  const random = seededRandom()
  const key = issueKey()
  const options: ChildOptions = { dataDir: join(tempFolder(t), 'data') }
  const { token } = await prepareRegistryData(options.dataDir, key)
  const crowd = gatherCrowd({ token, key, random })
  let interrupted = 0

  for (let round = 1; round <= KILLS; round++) {
    if (round % ROUNDS_PER_PLUGINS === 0) crowd.supply.changePlugins()
    const [registry] = await Promise.all([startRegistryChild(t, options), crowd.supply.fill(12)])
    await crowd.ledger.compare(registry.url, key.trustKey)
    await crowd.workUntilKilled(registry)
    interrupted += crowd.interrupted
    if (random.chance(0.1)) await startAndKill(t, options, random.below(600))
    if (round % ROUNDS_PER_CHECK === 0) await checkStopped(await startRegistryChild(t, options), options.dataDir)
  }

  const last = await startTestRegistry(t, { ...options, key, baseUrl: 'http://registry.test' })
  await crowd.ledger.compare(last.url, key.trustKey)
  await crowd.finish(last)
  await crowd.ledger.compare(last.url, key.trustKey, { all: true })
  await last.stop()
  await expectCleanFsck(options.dataDir)
  assert.ok(interrupted >= KILLS / 2, `only ${interrupted} requests were interrupted`)
  t.diagnostic(`${crowd.ledger.acknowledged} versions, ${interrupted} interruptions`)
})

/** Every byte of database, blobs and tree, as they are right after a start. */
async function checkStopped(registry: RegistryChild, dataDir: string): Promise<void> {
  assert.deepEqual(await registry.stop(), { code: 0, signal: null })
  await expectCleanFsck(dataDir)
}
