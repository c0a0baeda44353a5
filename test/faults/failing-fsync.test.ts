import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { aRelease, issueKey } from '../support/builders/test-authority.ts'
import { failFsync, ONE_THREAD, whyNoInjection } from '../support/machine/failing-fsync.ts'
import { rounds } from '../support/machine/full-form.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { publishRelease } from '../support/publisher/publish-release.ts'
import { expectCleanFsck } from '../support/registry/fsck.ts'
import { prepareRegistryData, startRegistryChild } from '../support/registry/registry-child.ts'
import { proveAllShown } from '../support/registry/served-release.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

const skip = whyNoInjection() ?? false
/** A publish of one blob, its bundle and its documents takes no more of them in any thread. */
const MOST = 32
const PLACES = rounds({ short: 2, full: 16 })
const HALTED = 74
/** The tree is synced a moment after the answer. */
const SETTLED_MS = 500

test(`a registry whose disk fails at one of ${PLACES} fsyncs of a publish acknowledges nothing that is not kept, and stops`, {
  skip,
}, async (t) => {
  const failed = new Set<string>()
  for (let place = 0; place < PLACES; place++)
    for (const name of await failAt(t, 1 + Math.floor((place * MOST) / PLACES))) failed.add(name)
  assert.ok(failed.size > 0, 'no fsync failed')
  t.diagnostic(`failed: ${[...failed].sort().join(' ')}`)
})

/** Gives what failed: `octo.db-wal`, `blobs`, `tree` … */
async function failAt(t: TestContext, nth: number): Promise<readonly string[]> {
  const dataDir = join(tempFolder(t), 'data')
  const key = issueKey()
  const { token } = await prepareRegistryData(dataDir, key)
  const release = await aRelease(key)
  const registry = await startRegistryChild(t, { dataDir, env: ONE_THREAD })
  const injection = await failFsync(t, registry.pid, nth)
  const status = await publishRelease({ url: registry.url, token }, release).then(
    (answer) => answer.status,
    () => undefined,
  )
  const early = await injection.failedWithin(SETTLED_MS)
  const ended = await (early.length > 0 ? registry.ended : registry.stop())
  const files = await injection.detach()
  assert.equal(ended.code, files.length > 0 ? HALTED : 0, `${files}: ${registry.log()}`)

  const second = await startTestRegistry(t, { dataDir, key, baseUrl: 'http://registry.test' })
  const document = await proveAllShown(second.url, key.trustKey, release.predicate)
  assert.ok(document || status !== 201, `${files} failed, the publish was acknowledged and is lost`)
  const again = await publishRelease(second, release)
  assert.ok([200, 201].includes(again.status), JSON.stringify(again.body))
  await second.stop()
  await expectCleanFsck(dataDir)
  return files.map((path) => path.slice(dataDir.length + 1).split('/')[0] ?? path)
}
