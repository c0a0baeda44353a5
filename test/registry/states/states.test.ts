import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findAuditBreak } from '../../../registry/upkeep/check-audit.ts'
import { parsePluginDocument } from '../../../schemas/plugin-document.ts'
import { aRelease } from '../../support/builders/test-authority.ts'
import { callApi, publishRelease } from '../../support/publisher/publish-release.ts'
import type { TestRegistry } from '../../support/registry/test-registry.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

async function aScene(t: Parameters<typeof startTestRegistry>[0]): Promise<TestRegistry> {
  const registry = await startTestRegistry(t)
  for (const version of ['1.0.0', '1.1.0']) await publishRelease(registry, await aRelease(registry.key, { version }))
  return registry
}

const change = (registry: TestRegistry, json: unknown, version = '1.1.0') =>
  callApi(registry, `/api/v1/repos/core/plugins/hello/versions/${version}/state`, { method: 'PUT', json })

async function shown({ url }: TestRegistry, version = '1.1.0') {
  const text = await fetch(`${url}/repos/core/hello.json`).then((answer) => answer.text())
  const found = parsePluginDocument(text, 'document').versions.find((each) => each.version === version)
  return [found?.state, found?.reason, found?.deprecated]
}

test('a yank shows at once with its reason, and can be taken back', async (t) => {
  const registry = await aScene(t)
  const { status, body } = await change(registry, { action: 'yank', reason: 'leaks memory' })
  assert.deepEqual([status, body.state, body.reason, body.serial], [200, 'yanked', 'leaks memory', 3])
  assert.deepEqual(await shown(registry), ['yanked', 'leaks memory', undefined])
  const search = await callApi(registry, '/api/v1/search?q=hello')
  assert.equal((search.body.results as { version: string }[])[0]?.version, '1.0.0')
  assert.equal((await change(registry, { action: 'unyank' })).body.state, 'active')
  assert.deepEqual(await shown(registry), ['active', undefined, undefined])
})

test('yank, deprecation and quarantine come and go on their own', async (t) => {
  const registry = await aScene(t)
  await change(registry, { action: 'yank', reason: 'old' })
  await change(registry, { action: 'deprecate', reason: 'use other' })
  await change(registry, { action: 'quarantine', reason: 'malicious' })
  assert.deepEqual(await shown(registry), ['quarantined', 'malicious', 'use other'])
  await change(registry, { action: 'unquarantine' })
  assert.deepEqual(await shown(registry), ['yanked', 'old', 'use other'])
  await change(registry, { action: 'undeprecate' })
  await change(registry, { action: 'unyank' })
  assert.deepEqual(await shown(registry), ['active', undefined, undefined])
  assert.equal(await findAuditBreak(registry.serving.registry.services.metadata.audit), undefined)
})

test('quarantined bytes are refused at every address, and served again afterwards', async (t) => {
  const registry = await startTestRegistry(t)
  const release = await aRelease(registry.key)
  await publishRelease(registry, release)
  const [artifact] = Object.values(release.predicate.platforms)
  const addresses = [`/repos/core/hello/1.0.0/${artifact?.file}`, `/blobs/sha256/${artifact?.digest.slice(7)}`]
  const statuses = () => Promise.all(addresses.map(async (path) => (await fetch(`${registry.url}${path}`)).status))
  assert.deepEqual(await statuses(), [200, 200])
  await change(registry, { action: 'quarantine', reason: 'malicious' }, '1.0.0')
  for (const status of await statuses()) assert.ok(status >= 400, String(status))
  await change(registry, { action: 'unquarantine' }, '1.0.0')
  assert.deepEqual(await statuses(), [200, 200])
})

test('a reason is one that people can see', async (t) => {
  const registry = await aScene(t)
  for (const reason of ['', '  ', '\u00a0\u2003', '\u200b\u200d', '\u3164', '\u2800'])
    assert.equal((await change(registry, { action: 'yank', reason })).status, 422, JSON.stringify(reason))
  assert.deepEqual(await shown(registry), ['active', undefined, undefined])
})

test('a repeated change is no conflict and changes nothing, another reason is one', async (t) => {
  const registry = await aScene(t)
  const first = await change(registry, { action: 'yank', reason: 'a' })
  const again = await change(registry, { action: 'yank', reason: 'a' })
  assert.deepEqual([again.status, again.body], [200, first.body])
  const other = await change(registry, { action: 'yank', reason: 'b' })
  assert.deepEqual([other.status, other.body.code], [409, 'STATE_CONFLICT'])
})

test('a change needs a reason, an existing version and a known action', async (t) => {
  const registry = await aScene(t)
  const path = (name: string) => `/api/v1/repos/${name}/versions/1.0.0/state`
  const put = async (at: string, json: unknown) => (await callApi(registry, at, { method: 'PUT', json })).body.code
  assert.equal((await change(registry, { action: 'yank' })).body.code, 'USAGE')
  assert.equal((await change(registry, { action: 'yank', reason: 'a\u001b[31m' })).body.code, 'FORMAT_INVALID')
  assert.equal((await change(registry, { action: 'delete' })).body.code, 'FORMAT_INVALID')
  assert.equal((await change(registry, { action: 'unyank' }, '9.9.9')).body.code, 'VERSION_NOT_FOUND')
  assert.equal(await put(path('core/plugins/nothing'), { action: 'unyank' }), 'PLUGIN_NOT_FOUND')
  assert.equal(await put(path('nowhere/plugins/hello'), { action: 'unyank' }), 'REPO_NOT_FOUND')
})

test('what a token may do to a state depends on the action', async (t) => {
  const registry = await aScene(t)
  const as = async (scope: string) => ({ ...registry, token: (await registry.createToken([scope])).token })
  assert.equal((await change(await as('core/*:publish'), { action: 'yank', reason: 'x' })).status, 403)
  assert.equal((await change(await as('core/*:yank'), { action: 'yank', reason: 'x' })).status, 200)
  assert.equal((await change(await as('core/*:yank'), { action: 'quarantine', reason: 'x' })).status, 403)
  assert.equal((await change(await as('core/other:quarantine'), { action: 'quarantine', reason: 'x' })).status, 403)
  assert.equal((await change(await as('core/hello:quarantine'), { action: 'quarantine', reason: 'x' })).status, 200)
})
