// Whoever knows the digest of private bytes, from a lockfile, say, and may publish elsewhere in the registry.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SessionAnswer } from '../../../schemas/api.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { aRelease, aScript } from '../../support/builders/test-authority.ts'
import {
  callApi,
  openSession,
  parseSession,
  publishRelease,
  uploadAll,
} from '../../support/publisher/publish-release.ts'
import type { TestRegistry } from '../../support/registry/test-registry.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const SECRET = aScript('what nobody else may have')

async function aScene(t: Parameters<typeof startTestRegistry>[0]) {
  const registry = await startTestRegistry(t, { repos: ['core', 'secret'] })
  await registry.setVisibility('secret', 'private')
  const release = { plugin: 'tool', platforms: { linux_amd64: SECRET } }
  const hidden = await aRelease(registry.key, { repo: 'secret', ...release })
  assert.equal((await publishRelease(registry, hidden)).status, 201)
  return { registry, copy: await aRelease(registry.key, { repo: 'core', ...release }) }
}

const targetOf = async (registry: TestRegistry, ...scopes: string[]) => {
  return { url: registry.url, token: (await registry.createToken(scopes)).token }
}

const offsetOf = ({ uploads }: SessionAnswer) => uploads.find(({ digest }) => digest === digestOf(SECRET))?.offset

test('bytes of a private repo come into no other release by their digest, and nobody is told that they are here', async (t) => {
  const { registry, copy } = await aScene(t)
  const thief = await targetOf(registry, 'core/*:publish')
  const session = parseSession(await openSession(thief, copy))
  assert.deepEqual(
    session.uploads.map(({ offset }) => offset),
    [0, 0],
  )
  const address = `/api/v1/publishes/${session.id}/blobs/${digestOf(SECRET)}`
  assert.equal((await callApi(thief, address, { method: 'HEAD' })).headers.get('upload-offset'), '0')
  // All that the thief has: the statement, and the digest in it.
  const own = session.uploads.filter(({ digest }) => digest !== digestOf(SECRET))
  await uploadAll(thief, { ...session, uploads: own }, copy)
  const refused = await callApi(thief, `/api/v1/publishes/${session.id}/publish`, { method: 'POST' })
  assert.deepEqual([refused.status, refused.body.code], [409, 'SESSION_INCOMPLETE'])
  assert.deepEqual((refused.body.details as { missing: string[] }).missing, [digestOf(SECRET)])
  assert.equal((await fetch(`${registry.url}/repos/core/tool.json`)).status, 404)
})

test('whoever has the bytes uploads them, and whoever may fetch them need not', async (t) => {
  const { registry, copy } = await aScene(t)
  const owner = await targetOf(registry, 'core/*:publish', 'secret/*:read')
  const known = parseSession(await openSession(owner, copy))
  assert.equal(offsetOf(known), SECRET.length)
  const other = await targetOf(registry, 'core/*:publish')
  assert.equal((await publishRelease(other, copy)).status, 201)
  const next = await aRelease(registry.key, { plugin: 'tool', version: '2.0.0', platforms: { linux_amd64: SECRET } })
  const third = await targetOf(registry, 'core/*:publish')
  assert.equal(offsetOf(parseSession(await openSession(third, next))), SECRET.length)
})

test('without private repos what one brought another need not bring again', async (t) => {
  const { registry, copy } = await aScene(t)
  await registry.setVisibility('secret', 'public')
  const anybody = await targetOf(registry, 'core/*:publish')
  assert.equal(offsetOf(parseSession(await openSession(anybody, copy))), SECRET.length)
})
