import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { seededRandom } from '../support/builders/seeded-random.ts'
import type { SigningKey } from '../support/builders/test-authority.ts'
import { aRelease, aScript, issueKey } from '../support/builders/test-authority.ts'
import { slowDownload, slowUpload } from '../support/client/slow-transfers.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { blobsOf, callApi, openSession, parseSession, publishRelease } from '../support/publisher/publish-release.ts'
import { gatherCrowd } from '../support/publisher/publishing-crowd.ts'
import { expectCleanFsck } from '../support/registry/fsck.ts'
import { prepareRegistryData, startRegistryChild } from '../support/registry/registry-child.ts'
import { proveAllShown } from '../support/registry/served-release.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

const TRANSFERS = 2
const BYTES = 12_000_000
const CLEAN = { code: 0, signal: null }

test('SIGTERM lets downloads and uploads in flight end, takes nothing new, and ends with 0', async (t) => {
  const { registry, target, key, dataDir } = await aRegistry(t)
  const served = await aLargeRelease(key, '1.0.0')
  assert.equal((await publishRelease(target, served)).status, 201)
  const [file = ''] = served.files.keys()
  const downloads = await Promise.all(
    Array.from({ length: TRANSFERS }, () => slowDownload(`${registry.url}/repos/core/hello/1.0.0/${file}`)),
  )
  const coming = await aLargeRelease(key, '2.0.0')
  const session = parseSession(await openSession(target, coming))
  const uploads = await Promise.all(
    [...blobsOf(coming)].map(([digest, bytes]) =>
      slowUpload(target, `/api/v1/publishes/${session.id}/blobs/${digest}`, bytes),
    ),
  )

  const ended = registry.stop()
  await assert.rejects(refusedSoon(registry.url), TypeError)
  const bodies = await Promise.all(downloads.map((download) => download.finish()))
  const statuses = await Promise.all(uploads.map((upload) => upload.finish()))
  assert.deepEqual(await ended, CLEAN)
  for (const body of bodies) assert.ok(body.equals(served.files.get(file) ?? Buffer.alloc(0)))
  assert.deepEqual(statuses, Array(uploads.length).fill(204))

  const second = await startTestRegistry(t, { dataDir, key, baseUrl: 'http://registry.test' })
  const published = await callApi({ ...target, url: second.url }, `/api/v1/publishes/${session.id}/publish`, {
    method: 'POST',
  })
  assert.equal(published.status, 201, JSON.stringify(published.body))
  const document = await proveAllShown(second.url, key.trustKey, coming.predicate)
  assert.equal(document?.versions.length, 2)
  await second.stop()
  await expectCleanFsck(dataDir)
})

test('SIGTERM under publishers who never rest loses nothing that was acknowledged', async (t) => {
  const { registry, target, key, dataDir } = await aRegistry(t)
  const crowd = gatherCrowd({ token: target.token, key, random: seededRandom() })
  assert.deepEqual(await crowd.workUntilStopped(registry), CLEAN)
  assert.ok(crowd.ledger.acknowledged > 0)
  await expectCleanFsck(dataDir)

  const second = await startTestRegistry(t, { dataDir, key, baseUrl: 'http://registry.test' })
  await crowd.ledger.compare(second.url, key.trustKey, { all: true })
  await crowd.finish(second)
  await crowd.ledger.compare(second.url, key.trustKey, { all: true })
  await second.stop()
  await expectCleanFsck(dataDir)
})

async function aRegistry(t: TestContext) {
  const dataDir = join(tempFolder(t), 'data')
  const key = issueKey()
  const { token } = await prepareRegistryData(dataDir, key)
  const registry = await startRegistryChild(t, { dataDir })
  return { registry, target: { url: registry.url, token }, key, dataDir }
}

function aLargeRelease(key: SigningKey, version: string) {
  const script = Buffer.concat([aScript(version), Buffer.from('exit 0\n'), Buffer.alloc(BYTES, version)])
  return aRelease(key, { version, platforms: { linux_amd64: script } })
}

/** Throws once nothing listens any more. */
async function refusedSoon(url: string): Promise<never> {
  for (;;) await (await fetch(`${url}/livez`, { headers: { connection: 'close' } })).arrayBuffer()
}
