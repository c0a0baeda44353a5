import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { revokeToken } from '../../../registry/admin/tokens.ts'
import { aRelease } from '../../support/builders/test-authority.ts'
import { callApi, openSession, publishRelease } from '../../support/publisher/publish-release.ts'
import { untilStill } from '../../support/registry/still-registry.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

test('a token shows what it allows', async (t) => {
  const registry = await startTestRegistry(t)
  const { id, token } = await registry.createToken(['core/hello:publish', 'core/check-*:yank'])
  const { status, body } = await callApi({ ...registry, token }, '/api/v1/whoami')
  assert.equal(status, 200)
  assert.deepEqual(body.token, { id, name: 'test' })
  assert.deepEqual(body.scopes, [
    { repo: 'core', plugin: 'hello', actions: ['publish'] },
    { repo: 'core', plugin: 'check-*', actions: ['yank'] },
  ])
})

test('a request without a good token is refused, and told how to ask', async (t) => {
  const registry = await startTestRegistry(t)
  const good = registry.token
  const forged = `${good.slice(0, -1)}${good.endsWith('A') ? 'B' : 'A'}`
  for (const token of ['', 'x', forged, good.toLowerCase(), 'octo_'.padEnd(500, 'a')]) {
    const { status, body, headers } = await callApi({ ...registry, token }, '/api/v1/whoami')
    assert.deepEqual([status, body.code], [401, 'UNAUTHENTICATED'], token)
    assert.match(headers.get('www-authenticate') ?? '', /^Bearer/)
  }
  const basic = await callApi({ ...registry, token: '' }, '/api/v1/whoami', {
    headers: { authorization: `Basic ${good}` },
  })
  assert.equal(basic.status, 401)
})

test('a revoked token fails in the very next request, an expired one from its moment on', async (t) => {
  let now = Date.now()
  const registry = await startTestRegistry(t, { clock: () => now })
  const revoked = await registry.createToken(['core/*'])
  const expiring = await registry.createToken(['core/*'], 1)
  const ask = async (token: string) => (await callApi({ ...registry, token }, '/api/v1/whoami')).status
  assert.deepEqual([await ask(revoked.token), await ask(expiring.token)], [200, 200])
  await revokeToken(registry.serving.registry.services, revoked.id)
  now += 24 * 3600_000
  assert.deepEqual([await ask(revoked.token), await ask(expiring.token)], [401, 401])
})

test('a token for one plugin opens, reads and publishes nothing of another', async (t) => {
  const registry = await startTestRegistry(t)
  const narrow = { ...registry, token: (await registry.createToken(['core/hello'])).token }
  const own = await publishRelease(narrow, await aRelease(registry.key))
  assert.equal(own.status, 201)
  const other = await aRelease(registry.key, { plugin: 'other' })
  assert.deepEqual([(await openSession(narrow, other)).body.code], ['FORBIDDEN'])
  const session = (await openSession(registry, other)).body
  for (const [method, path] of [
    ['GET', `/api/v1/publishes/${session.id}`],
    ['DELETE', `/api/v1/publishes/${session.id}`],
    ['POST', `/api/v1/publishes/${session.id}/publish`],
    ['HEAD', `/api/v1/publishes/${session.id}/blobs/${other.bundleDigest}`],
    ['PATCH', `/api/v1/publishes/${session.id}/blobs/${other.bundleDigest}`],
  ] as const)
    assert.equal((await callApi(narrow, path, { method })).status, 403, method)
})

test('no file of the data directory and no log line holds a token', async (t) => {
  const registry = await startTestRegistry(t)
  await publishRelease(registry, await aRelease(registry.key))
  await callApi(registry, `/api/v1/whoami?token=${registry.token}`)
  await callApi(registry, `/api/v1/whoami`, { headers: { authorization: `Bearer ${registry.token}x` } })
  const secret = registry.token.slice(5, 40)
  await untilStill(registry)
  for (const name of await readdir(registry.dataDir, { recursive: true, withFileTypes: true })) {
    if (!name.isFile()) continue
    const bytes = await readFile(join(name.parentPath, name.name))
    assert.equal(bytes.includes(secret), false, name.name)
  }
  assert.ok(registry.logs.length > 5)
  assert.equal(registry.logs.join('').includes(secret), false)
})
