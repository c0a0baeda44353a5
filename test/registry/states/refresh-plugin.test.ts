// What lost its versions behind the registry's back is said to be damaged, and is neither shown nor called published.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { write } from '../../../registry/db/sqlite/open.ts'
import { findPlugin } from '../../../registry/db/sqlite/versions.ts'
import { refreshPlugin } from '../../../registry/states/refresh-plugin.ts'
import type { SessionAnswer } from '../../../schemas/api.ts'
import type { Name } from '../../../schemas/name.ts'
import { expectCode } from '../../support/expect-code.ts'
import { callApi, openSession, uploadAll } from '../../support/publish-release.ts'
import { aRelease } from '../../support/test-authority.ts'
import { startTestRegistry } from '../../support/test-registry.ts'

const [REPO, PLUGIN] = ['core', 'hello'] as Name[] as [Name, Name]

/** A release that was published in a session, whose version is cut out of the database. */
async function aScene(t: TestContext) {
  const registry = await startTestRegistry(t)
  const release = await aRelease(registry.key)
  const session = (await openSession(registry, release)).body as unknown as SessionAnswer
  await uploadAll(registry, session, release)
  const publish = () => callApi(registry, `/api/v1/publishes/${session.id}/publish`, { method: 'POST' })
  assert.equal((await publish()).status, 201)
  assert.equal((await publish()).status, 200)
  const { db } = registry.serving.registry.services
  db.$client.exec('DROP TRIGGER artifacts_are_kept; DROP TRIGGER versions_are_kept')
  db.$client.exec('DELETE FROM artifacts; DELETE FROM versions')
  return { db, publish }
}

test('a session whose version was cut away is not said to be published', async (t) => {
  const { publish } = await aScene(t)
  const { status, body } = await publish()
  assert.deepEqual([status, body.code], [500, 'DATA_DIR_CORRUPT'])
})

test('a plugin whose versions were cut away keeps the row that it had', async (t) => {
  const { db } = await aScene(t)
  const before = findPlugin(db, REPO, PLUGIN)
  const { message } = expectCode('DATA_DIR_CORRUPT', () => write(db, (tx) => refreshPlugin(tx, REPO, PLUGIN)))
  assert.equal(message, 'plugin `core/hello` has no version')
  assert.deepEqual(findPlugin(db, REPO, PLUGIN), before)
})
