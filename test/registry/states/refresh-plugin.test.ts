// What lost its versions behind the registry's back is said to be damaged, and is neither shown nor called published.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { refreshPlugin } from '../../../registry/states/refresh-plugin.ts'
import type { Name } from '../../../schemas/name.ts'
import type { Version } from '../../../schemas/version.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { aRelease } from '../../support/builders/test-authority.ts'
import { callApi, openSession, parseSession, uploadAll } from '../../support/publisher/publish-release.ts'
import { databaseOf } from '../../support/registry/test-db.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const RELEASE = { repo: 'core' as Name, plugin: 'hello' as Name, version: '1.0.0' as Version }

/** A release that was published in a session, whose version is cut out of the database. */
async function aScene(t: TestContext) {
  const registry = await startTestRegistry(t)
  const release = await aRelease(registry.key)
  const session = parseSession(await openSession(registry, release))
  await uploadAll(registry, session, release)
  const publish = () => callApi(registry, `/api/v1/publishes/${session.id}/publish`, { method: 'POST' })
  assert.equal((await publish()).status, 201)
  assert.equal((await publish()).status, 200)
  const { metadata } = registry.serving.registry.services
  const db = databaseOf(registry.serving.registry.services)
  db.$client.exec('DROP TRIGGER artifacts_are_kept; DROP TRIGGER versions_are_kept')
  db.$client.exec('DELETE FROM artifacts; DELETE FROM versions')
  return { metadata, publish }
}

test('a session whose version was cut away is not said to be published', async (t) => {
  const { publish } = await aScene(t)
  const { status, body } = await publish()
  assert.deepEqual([status, body.code], [500, 'DATA_DIR_CORRUPT'])
})

test('a plugin whose versions were cut away keeps the row that it had', async (t) => {
  const { metadata } = await aScene(t)
  const { repo, plugin } = RELEASE
  const known = await metadata.catalog.plugin(repo, plugin)
  const refresh = () => refreshPlugin({ release: RELEASE, known, versions: [], at: 1 })
  assert.equal(expectCode('DATA_DIR_CORRUPT', refresh).message, 'plugin `core/hello` has no version')
  assert.deepEqual(await metadata.catalog.plugin(repo, plugin), known)
})
