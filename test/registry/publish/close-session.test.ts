// Who may give up a publishing session: whoever may publish in it, asked when the session is taken away and not before.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { revokeToken } from '../../../registry/admin/tokens.ts'
import { databasePath } from '../../../registry/data-dir/paths.ts'
import { openDb } from '../../../registry/db/sqlite/open.ts'
import { aRelease } from '../../support/builders/test-authority.ts'
import {
  callApi,
  openSession,
  parseSession,
  publishRelease,
  uploadAll,
} from '../../support/publisher/publish-release.ts'
import { databaseOf } from '../../support/registry/test-db.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

async function aScene(t: TestContext) {
  const registry = await startTestRegistry(t)
  const { services } = registry.serving.registry
  const mine = await registry.createToken(['core/*'])
  const release = await aRelease(registry.key)
  const session = parseSession(await openSession({ url: registry.url, token: mine.token }, release))
  await uploadAll(registry, session, release)
  const path = `/api/v1/publishes/${session.id}`
  const close = (token: string) => callApi({ url: registry.url, token }, path, { method: 'DELETE' })
  const count = (table: string) => databaseOf(services).$client.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
  return { registry, services, mine, release, path, close, count }
}

test('a session is kept when its token was revoked, has run out, or is for another plugin', async (t) => {
  const { registry, services, mine, release, path, close, count } = await aScene(t)
  const elsewhere = await registry.createToken(['core/other', 'acme/*'])
  const yankOnly = await registry.createToken(['core/*:yank'])
  await revokeToken(services, mine.id)
  for (const [what, token, status, code] of [
    ['revoked', mine.token, 401, 'UNAUTHENTICATED'],
    ['of another plugin', elsewhere.token, 403, 'FORBIDDEN'],
    ['without publish', yankOnly.token, 403, 'FORBIDDEN'],
    ['no token', '', 401, 'UNAUTHENTICATED'],
  ] as const) {
    const { status: found, body } = await close(token)
    assert.deepEqual([found, body.code], [status, code], what)
    assert.equal(count('sessions'), 1, what)
  }
  const open = await callApi(registry, path)
  assert.equal(
    (open.body.uploads as { offset: number; size: number }[]).every(({ offset, size }) => offset === size),
    true,
  )
  assert.equal((await publishRelease(registry, release)).status, 201, 'another token publishes the same')
})

test('a token that is revoked while its DELETE waits for the database takes nothing away', async (t) => {
  const { registry, mine, path, close, count } = await aScene(t)
  const other = openDb(databasePath(registry.dataDir))
  t.after(() => other.$client.close())
  other.$client.exec('BEGIN IMMEDIATE')
  let answered = false
  const closing = close(mine.token).finally(() => {
    answered = true
  })
  // The registry answers others meanwhile; when this one is back, the DELETE has been read and waits.
  await callApi(registry, path)
  other.$client.exec(`UPDATE tokens SET revoked_at = 1 WHERE id = '${mine.id}'`)
  assert.equal(answered, false)
  other.$client.exec('COMMIT')
  const { status, body } = await closing
  assert.deepEqual([status, body.code, body.detail], [401, 'UNAUTHENTICATED', 'the token was revoked'])
  assert.deepEqual([count('sessions'), Number(count('uploads')) > 0], [1, true])
})

test('giving up twice, or what is published, changes nothing', async (t) => {
  const { registry, mine, release, path, close, count } = await aScene(t)
  assert.equal((await close(mine.token)).status, 204)
  const again = await close(mine.token)
  assert.deepEqual([again.status, again.body.code], [404, 'SESSION_NOT_FOUND'])
  assert.equal((await callApi(registry, path)).status, 404)
  const published = await publishRelease(registry, release)
  assert.equal(published.status, 201)
  const sealed = parseSession(await openSession(registry, release))
  await callApi(registry, `/api/v1/publishes/${sealed.id}`, { method: 'DELETE' })
  assert.equal(count('versions'), 1)
  assert.equal((await publishRelease(registry, release)).status, 200)
})
