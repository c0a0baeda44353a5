// What a registry looks at when it starts, and tidying beside clients that are at work.
import assert from 'node:assert/strict'
import { closeSync, existsSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { sweepSessions } from '../../../registry/upkeep/recover.ts'
import { digestOf, hexOf } from '../../../schemas/digest.ts'
import { DAY_MS } from '../../../schemas/duration.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aRelease, aScript } from '../../support/builders/test-authority.ts'
import { callApi, openSession, publishRelease } from '../../support/publisher/publish-release.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

/** The number of free pages in the header of an SQLite file. */
const FREE_PAGES_AT = 36

test('an upload that begins while expired sessions are swept keeps its bytes', async (t) => {
  const registry = await startTestRegistry(t)
  const { services } = registry.serving.registry
  const bytes = aScript()
  const digest = digestOf(bytes)
  let part = ''
  const list = async () => {
    const release = await aRelease(registry.key, { platforms: { linux_amd64: bytes } })
    const { id } = (await openSession(registry, release)).body
    const half = { method: 'PATCH', body: bytes.subarray(0, 5), headers: { 'Upload-Offset': '0' } }
    assert.equal((await callApi(registry, `/api/v1/publishes/${id}/blobs/${digest}`, half)).status, 204)
    part = join(registry.dataDir, 'uploads', String(id), `${hexOf(digest)}.part`)
    return services.uploads.list()
  }
  await sweepSessions(services, { ...services.uploads, list })
  assert(existsSync(part))
})

test('what was given out while the clock was ahead is worth nothing once it is right again', async (t) => {
  let ahead = 30 * DAY_MS
  const registry = await startTestRegistry(t, { clock: () => Date.now() + ahead })
  const { id } = (await openSession(registry, await aRelease(registry.key))).body
  const path = `/api/v1/publishes/${id}`
  assert.equal((await callApi(registry, path)).status, 200)
  ahead = 0
  const refused = await callApi(registry, path)
  assert.deepEqual([refused.status, refused.body.code], [401, 'UNAUTHENTICATED'])
  const today = { url: registry.url, token: (await registry.createToken(['core/*'])).token }
  const { services } = registry.serving.registry
  await sweepSessions(services, services.uploads)
  assert.deepEqual(await services.metadata.publishing.listOpen(), [])
  assert.equal((await publishRelease(today, await aRelease(registry.key))).status, 201)
})

test('a database that counts its free pages wrong, which only a look at all of it shows, is not served', async (t) => {
  const registry = await startTestRegistry(t)
  await registry.stop()
  const path = join(registry.dataDir, 'octo.db')
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.from([0, 0, 0, 7]), 0, 4, FREE_PAGES_AT)
  closeSync(file)
  const error = await expectCodeAsync('DATA_DIR_CORRUPT', () => registry.restart())
  assert.match(error.hint ?? '', /octo registry fsck/)
})
