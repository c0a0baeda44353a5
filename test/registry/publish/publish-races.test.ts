import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { readPluginRecord } from '../../../registry/db/sqlite/records.ts'
import { hexOf } from '../../../schemas/digest.ts'
import type { Name } from '../../../schemas/name.ts'
import { aRelease, aScript } from '../../support/builders/test-authority.ts'
import { rounds } from '../../support/machine/full-form.ts'
import { blobsOf, publishRelease } from '../../support/publisher/publish-release.ts'
import { databaseOf } from '../../support/registry/test-db.ts'
import type { TestRegistry } from '../../support/registry/test-registry.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const PUBLISHERS = rounds({ short: 30, full: 100 })

const versionsOf = ({ serving }: TestRegistry) =>
  readPluginRecord(databaseOf(serving.registry.services), 'core' as Name, 'hello' as Name)?.releases.map(
    ({ version }) => version,
  )

test(`of ${PUBLISHERS} publishers of one version exactly one wins, and its bytes stay`, async (t) => {
  const registry = await startTestRegistry(t)
  const releases = await Promise.all(
    Array.from({ length: PUBLISHERS }, (_none, index) =>
      aRelease(registry.key, { platforms: { linux_amd64: aScript(`publisher ${index}`) } }),
    ),
  )
  const answers = await Promise.all(releases.map((release) => publishRelease(registry, release)))
  const winners = releases.filter((_release, index) => answers[index]?.status === 201)
  assert.equal(winners.length, 1)
  assert.equal(
    answers.filter(({ status, body }) => status === 409 && body.code === 'VERSION_EXISTS').length,
    PUBLISHERS - 1,
  )
  const [served, won] = [
    await fetch(`${registry.url}/repos/core/hello/1.0.0/hello_1.0.0_linux_amd64`),
    winners[0]?.files.get('hello_1.0.0_linux_amd64'),
  ]
  assert.deepEqual(Buffer.from(await served.arrayBuffer()), won)
})

test(`${PUBLISHERS} publishers of the same bytes all succeed, and one release comes of it`, async (t) => {
  const registry = await startTestRegistry(t)
  const release = await aRelease(registry.key, { platforms: { linux_amd64: aScript() } })
  const answers = await Promise.all(Array.from({ length: PUBLISHERS }, () => publishRelease(registry, release)))
  assert.equal(answers.filter(({ status }) => status === 201).length, 1)
  assert.equal(answers.filter(({ status }) => status === 200).length, PUBLISHERS - 1)
  assert.deepEqual(versionsOf(registry), ['1.0.0'])
  const blobs = await readdir(join(registry.dataDir, 'blobs/sha256'))
  assert.deepEqual(blobs.sort(), [...blobsOf(release).keys()].map(hexOf).sort())
})
