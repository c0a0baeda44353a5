// The registry is killed while its owner hides and shows a repo, revokes keys and tokens and collects blobs, and publishers publish.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { seededRandom } from '../support/builders/seeded-random.ts'
import { aRelease, issueKey } from '../support/builders/test-authority.ts'
import { rounds } from '../support/machine/full-form.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { until } from '../support/machine/until.ts'
import { typeOcto } from '../support/octo/in-process-octo.ts'
import { publishRelease } from '../support/publisher/publish-release.ts'
import { gatherCrowd } from '../support/publisher/publishing-crowd.ts'
import { aBusyOwner } from '../support/registry/busy-owner.ts'
import { expectCleanFsck } from '../support/registry/fsck.ts'
import { prepareRegistryData, startRegistryChild } from '../support/registry/registry-child.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

const KILLS = rounds({ short: 2, full: 100 })
const ROUNDS_PER_CHECK = 20
/** The registry is killed soon after one of them, in the midst of another, or of none. */
const MAX_ACTS = 8
const MAX_DELAY_MS = 60

test(`a registry that is killed ${KILLS} times beside its busy owner shows what is public and nothing that is private or revoked`, async (t) => {
  const random = seededRandom()
  const key = issueKey()
  const dataDir = join(tempFolder(t), 'data')
  const { token } = await prepareRegistryData(dataDir, key)
  const words = ['registry', 'repo', 'create', 'vault', '--key', `${dataDir}.pub`, '--data', dataDir]
  assert.equal((await typeOcto(words)).code, 0)
  const release = await aRelease(key, { repo: 'vault', plugin: 'shadow' })
  const first = await startTestRegistry(t, { dataDir, key, baseUrl: 'http://registry.test' })
  assert.equal((await publishRelease(first, release)).status, 201)
  await first.stop()
  const crowd = gatherCrowd({ token, key, random })
  const owner = aBusyOwner({ dataDir, random, release, token })

  for (let round = 1; round <= KILLS; round++) {
    const registry = await startRegistryChild(t, { dataDir })
    await owner.compare(registry.url)
    await crowd.ledger.compare(registry.url, key.trustKey)
    const acts = owner.acknowledged + 1 + random.below(MAX_ACTS)
    const work = Promise.all([crowd.workUntilGone(registry), owner.workUntil(registry.ended)])
    await Promise.race([work, until(() => owner.acknowledged >= acts)])
    // allow(test-sleep): the moment of a kill is at random, and no event marks it
    await wait(random.below(MAX_DELAY_MS))
    await registry.kill()
    await work
    if (round % ROUNDS_PER_CHECK === 0) {
      crowd.supply.changePlugins()
      const checked = await startRegistryChild(t, { dataDir })
      assert.deepEqual(await checked.stop(), { code: 0, signal: null })
      await expectCleanFsck(dataDir)
    }
  }

  const last = await startTestRegistry(t, { dataDir, key, baseUrl: 'http://registry.test' })
  await owner.compare(last.url)
  await crowd.finish(last)
  await crowd.ledger.compare(last.url, key.trustKey, { all: true })
  await last.stop()
  await expectCleanFsck(dataDir)
  t.diagnostic(`${crowd.ledger.acknowledged} versions, ${owner.acknowledged} acts of the owner`)
})
