// A registry needs nothing of its database but what the port promises: with rows and blobs in memory, where every answer comes a
// turn of the loop later, it publishes, serves, withdraws, collects, checks and starts again as it does on SQLite.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openClient } from '../../client/index.ts'
import { revokeKey } from '../../registry/admin/repos.ts'
import { revokeToken } from '../../registry/admin/tokens.ts'
import { databasePath } from '../../registry/data-dir/paths.ts'
import { checkData } from '../../registry/upkeep/check-data.ts'
import { collectGarbage } from '../../registry/upkeep/collect-garbage.ts'
import type { Name } from '../../schemas/name.ts'
import { aConfig } from '../support/builders/a-config.ts'
import { aRelease, aScript } from '../support/builders/test-authority.ts'
import { LINUX, one, run } from '../support/client/client-machine.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { callApi, openSession, parseSession, publishRelease, uploadAll } from '../support/publisher/publish-release.ts'
import { openMemoryBlobs } from '../support/registry/memory-blobs.ts'
import { openMemoryMetadata } from '../support/registry/memory-metadata/metadata.ts'
import type { TestRegistry } from '../support/registry/test-registry.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

const DAY_MS = 24 * 3600_000
const VERSIONS = ['1.0.0', '1.1.0', '1.2.0', '2.0.0']

const releaseOf = (registry: TestRegistry, version: string) =>
  aRelease(registry.key, { version, platforms: { linux_amd64: aScript(`hello ${version}`) } })
const textOf = async (registry: TestRegistry, path: string) => (await fetch(`${registry.url}${path}`)).text()
const stateOf = (registry: TestRegistry, version: string, json: object) =>
  callApi(registry, `/api/v1/repos/core/plugins/hello/versions/${version}/state`, { method: 'PUT', json })

test('a registry with its rows and blobs in memory does all that one on SQLite does', async (t) => {
  const time = { now: Date.now() }
  const metadata = openMemoryMetadata()
  const registry = await startTestRegistry(t, { metadata, blobs: openMemoryBlobs(), clock: () => time.now })
  const { services, tree } = registry.serving.registry

  await t.test('publishes many versions at once, each of them once', async () => {
    const releases = await Promise.all(VERSIONS.map((version) => releaseOf(registry, version)))
    const answers = await Promise.all([...releases, ...releases].map((release) => publishRelease(registry, release)))
    const created = answers.filter(({ status }) => status === 201).map(({ body }) => body.version)
    assert.deepEqual(created.sort(), VERSIONS)
    assert.ok(answers.every(({ status }) => status === 201 || status === 200))
    const serials = answers.filter(({ status }) => status === 201).map(({ body }) => body.serial)
    assert.deepEqual(serials.sort(), [1, 2, 3, 4])
    const other = await aRelease(registry.key, { version: '2.0.0', platforms: { linux_amd64: aScript('other') } })
    assert.equal((await publishRelease(registry, other)).body.code, 'VERSION_EXISTS')
  })

  await t.test('withdraws versions, and what a client then installs is the newest that is offered', async () => {
    assert.equal((await stateOf(registry, '2.0.0', { action: 'quarantine', reason: 'bad' })).status, 200)
    assert.equal((await stateOf(registry, '1.2.0', { action: 'yank', reason: 'old' })).body.serial, 6)
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
    assert.match(run(one(executables)), /hello 1\.1\.0/)
  })

  await t.test('shows pages, search and documents', async () => {
    assert.match(await textOf(registry, '/'), /core\/hello/)
    assert.match(await textOf(registry, '/plugins/core/hello'), /1\.2\.0[\s\S]*yanked/)
    assert.match(await textOf(registry, '/api/v1/search?q=hel'), /"version":"1\.1\.0"/)
    assert.match(await textOf(registry, '/repos/core.yaml'), /hello/)
  })

  await t.test('refuses what was revoked from then on', async () => {
    const { id, token } = await registry.createToken(['core/*'])
    const asGuest = { ...registry, token }
    const release = await releaseOf(registry, '3.0.0')
    const session = parseSession(await openSession(asGuest, release))
    await uploadAll(asGuest, session, release)
    await revokeToken(services, id)
    const publish = (target: typeof asGuest) =>
      callApi(target, `/api/v1/publishes/${session.id}/publish`, { method: 'POST' })
    assert.equal((await publish(asGuest)).body.code, 'UNAUTHENTICATED')
    await revokeKey(services, 'core' as Name, registry.key.trustKey.id)
    assert.equal((await publish(registry)).body.code, 'SIGNER_NOT_ALLOWED')
  })

  await t.test('collects what came to nothing, and agrees with itself', async () => {
    time.now += 2 * DAY_MS
    const report = await collectGarbage(services, { dryRun: false, graceMs: DAY_MS })
    assert.equal(report.blobs.length, 2)
    const { versions, blobs, orphans, problems } = await checkData(services, { repair: false })
    assert.deepEqual({ versions, blobs, orphans, problems }, { versions: 4, blobs: 8, orphans: 0, problems: [] })
    assert.equal((await tree.reconcile({ depth: 'deep', repair: false })).problems, 0)
  })

  await t.test('starts again with all that it knew, and no database was made on the disk', async () => {
    const second = await registry.restart()
    assert.match(await textOf(second, '/repos/core/hello.json'), /1\.1\.0/)
    await second.serving.registry.tree.check()
    assert.equal((await second.serving.registry.tree.reconcile({ depth: 'deep', repair: false })).problems, 0)
    assert.equal(existsSync(databasePath(second.dataDir)), false)
  })
})
