// A registry needs nothing of its blobs but what the port promises: with all of them in memory it publishes, serves, collects and
// checks as it does with those on the disk.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openClient } from '../../client/index.ts'
import { blobsPath, uploadsPath } from '../../registry/data-dir/paths.ts'
import { checkData } from '../../registry/upkeep/check-data.ts'
import { collectGarbage } from '../../registry/upkeep/collect-garbage.ts'
import { digestOf } from '../../schemas/digest.ts'
import { aConfig } from '../support/builders/a-config.ts'
import { aRelease, aScript } from '../support/builders/test-authority.ts'
import { LINUX, one, run } from '../support/client/client-machine.ts'
import { filesBelow, tempFolder } from '../support/machine/temp-folder.ts'
import { openSession, parseSession, publishRelease, uploadAll } from '../support/publisher/publish-release.ts'
import { openMemoryBlobs } from '../support/registry/memory-blobs.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

const DAY_MS = 24 * 3600_000

test('a registry with its blobs in memory publishes, serves a client, collects, checks and starts again', async (t) => {
  const time = { now: Date.now() }
  const blobs = openMemoryBlobs()
  const registry = await startTestRegistry(t, { blobs, clock: () => time.now })
  const services = () => registry.serving.registry.services
  const hello = await aRelease(registry.key, { platforms: { linux_amd64: aScript('hello') } })
  assert.equal((await publishRelease(registry, hello)).status, 201)
  assert.equal((await publishRelease(registry, hello)).status, 200)

  const folder = tempFolder(t)
  await using client = await openClient({
    config: aConfig([{ url: `${registry.url}/repos/core.yaml`, trust: registry.key }], ['hello']),
    lockPath: join(folder, 'octo.lock'),
    storeRoot: join(folder, 'store'),
    platform: LINUX,
    report: { warn: (line) => assert.fail(line) },
  })
  const { executables, failed } = await client.install()
  assert.deepEqual(failed, [])
  assert.match(run(one(executables)), /hello/)

  const abandoned = await aRelease(registry.key, { version: '2.0.0', platforms: { linux_amd64: aScript('two') } })
  const session = parseSession(await openSession(registry, abandoned))
  await uploadAll(registry, session, abandoned)
  assert.deepEqual(filesBelow(uploadsPath(registry.dataDir)), [], 'a part that was stored elsewhere is left')
  time.now += 2 * DAY_MS
  const report = await collectGarbage(services(), { dryRun: false, graceMs: DAY_MS })
  assert.deepEqual(
    new Set(report.blobs.map(({ digest }) => digest)),
    new Set([abandoned.bundleDigest, digestOf(aScript('two'))]),
  )
  blobs.addStray('notes.txt')
  const checked = await checkData(services(), { repair: false })
  assert.deepEqual([checked.versions, checked.blobs, checked.orphans], [1, 2, 0])
  assert.deepEqual(checked.problems, [
    { kind: 'stray-file', subject: 'notes.txt', message: 'it is no blob', repaired: false },
  ])
  const tree = await registry.serving.registry.tree.reconcile({ depth: 'deep', repair: false })
  assert.equal(tree.problems, 0)

  const second = await registry.restart()
  const renewed = { ...second, token: (await second.createToken(['core/*'])).token }
  assert.equal((await publishRelease(renewed, abandoned)).status, 201)
  assert.equal(existsSync(blobsPath(registry.dataDir)), false)
  assert.deepEqual(filesBelow(uploadsPath(registry.dataDir)), [])
})
