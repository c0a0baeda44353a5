// Space and rows are shared out per token: what one takes, the others do not lack.
import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { test } from 'node:test'
import { blobsPath } from '../../../registry/data-dir/paths.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { aRelease, aScript } from '../../support/builders/test-authority.ts'
import { until } from '../../support/machine/until.ts'
import {
  announce,
  callApi,
  openSession,
  parseSession,
  publishRelease,
  uploadAll,
} from '../../support/publisher/publish-release.ts'
import { openMemoryBlobs } from '../../support/registry/memory-blobs.ts'
import { databaseOf } from '../../support/registry/test-db.ts'
import type { TestRegistry } from '../../support/registry/test-registry.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const servicesOf = ({ serving }: TestRegistry) => serving.registry.services
const rowsOf = (registry: TestRegistry, table: string) =>
  databaseOf(servicesOf(registry)).$client.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
const as = async (registry: TestRegistry, scope = 'core/*') => ({
  url: registry.url,
  token: (await registry.createToken([scope])).token,
})

// Rows

test('40 sessions for a version that is published leave one row', async (t) => {
  const registry = await startTestRegistry(t)
  const release = await aRelease(registry.key)
  await publishRelease(registry, release)
  const before = rowsOf(registry, 'sessions')
  const target = await as(registry)
  const ids = new Set<unknown>()
  for (let round = 0; round < 4; round++) {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_none, index) =>
        openSession(target, release, {
          headers: {
            authorization: `Bearer ${target.token}`,
            ...(index % 2 ? { 'Idempotency-Key': `key-${round}-${index}` } : {}),
          },
        }),
      ),
    )
    for (const { status, body } of answers) {
      assert.deepEqual([status, body.state], [200, 'published'])
      ids.add(body.id)
    }
  }
  assert.equal(ids.size, 1)
  assert.equal(Number(rowsOf(registry, 'sessions')) - Number(before), 1)
  assert.equal(rowsOf(registry, 'idempotency_keys'), 0)
  const published = await callApi(target, `/api/v1/publishes/${[...ids][0]}/publish`, { method: 'POST' })
  assert.equal(published.status, 200)
})

test('sessions that are given up, and those that expire, leave no row and no file', async (t) => {
  const time = { now: Date.now() }
  const registry = await startTestRegistry(t, { clock: () => time.now })
  const release = await aRelease(registry.key)
  for (let round = 0; round < 8; round++) {
    const { body } = await openSession(registry, release, {
      headers: { authorization: `Bearer ${registry.token}`, 'Idempotency-Key': `key-${round}` },
    })
    assert.equal((await callApi(registry, `/api/v1/publishes/${body.id}`, { method: 'DELETE' })).status, 204)
  }
  await openSession(registry, release)
  time.now += 2 * 3600_000
  const again = await registry.restart()
  for (const table of ['sessions', 'uploads', 'idempotency_keys']) assert.equal(rowsOf(again, table), 0, table)
  assert.deepEqual(await readdir(`${registry.dataDir}/uploads`), [])
})

test('a token at its limit of sessions or state changes stops nobody else', async (t) => {
  const registry = await startTestRegistry(t, { limits: { openSessions: 3, stateChangesPerHour: 4 } })
  const release = await aRelease(registry.key)
  await publishRelease(registry, release)
  const [greedy, other] = [await as(registry), await as(registry)]
  const next = (version: string) => aRelease(registry.key, { version })
  for (const version of ['2.0.0', '2.1.0', '2.2.0'])
    assert.equal((await openSession(greedy, await next(version))).status, 201)
  const refused = await openSession(greedy, await next('2.3.0'))
  assert.deepEqual([refused.status, refused.body.code], [429, 'RATE_LIMITED'])
  assert.notEqual(refused.headers.get('retry-after'), null)
  assert.equal((await openSession(other, await next('3.0.0'))).status, 201)
  const change = (target: typeof other, json: object) =>
    callApi(target, '/api/v1/repos/core/plugins/hello/versions/1.0.0/state', { method: 'PUT', json })
  const statuses: number[] = []
  for (let round = 0; round < 3; round++) {
    statuses.push((await change(greedy, { action: 'yank', reason: 'x' })).status)
    statuses.push((await change(greedy, { action: 'unyank' })).status)
  }
  assert.deepEqual(statuses, [200, 200, 200, 200, 429, 200])
  assert.equal((await change(other, { action: 'yank', reason: 'y' })).status, 200)
})

// Space

test('one token that opens sessions without a byte leaves room for every other', async (t) => {
  const registry = await startTestRegistry(t, { limits: { openSessions: 1000 } })
  const [greedy, other] = [await as(registry), await as(registry)]
  const release = await aRelease(registry.key)
  const huge = announce(release)
  const sizeOf = 2048 * 1024 * 1024
  const open = (index: number) =>
    openSession(greedy, release, {
      json: {
        ...huge,
        version: `9.${index}.0`,
        artifacts: Array.from({ length: 7 }, (_none, at) => ({
          platform: [
            'linux_amd64',
            'linux_arm64',
            'darwin_amd64',
            'darwin_arm64',
            'windows_amd64',
            'windows_arm64',
            'any',
          ][at],
          file: `file-${at}`,
          digest: digestOf(`${index} ${at}`),
          size: sizeOf,
        })),
      },
    })
  const codes: unknown[] = []
  // Up to 2.8 TB are promised, on a small disk few of them.
  for (let at = 0; at < 200 && !codes.includes('NO_SPACE'); at += 10) {
    const answers = await Promise.all(Array.from({ length: 10 }, (_none, index) => open(at + index)))
    codes.push(...answers.map(({ status, body }) => (status === 507 ? body.code : status)))
  }
  assert.ok(codes.includes('NO_SPACE'), JSON.stringify(codes))
  assert.equal((await publishRelease(other, release)).status, 201)
})

test('a store of blobs that is full takes no session, however much the disk has left', async (t) => {
  const blobs = { ...openMemoryBlobs(), freeSpace: async () => ({ bytes: 1000, files: 1000 }) }
  const registry = await startTestRegistry(t, { blobs })
  const { status, body } = await openSession(registry, await aRelease(registry.key))
  assert.deepEqual([status, body.code], [507, 'NO_SPACE'])
})

test('what nobody published is collected by the registry itself', async (t) => {
  const registry = await startTestRegistry(t, { times: { gcEveryMs: 50, gcGraceMs: 0 } })
  const kept = await aRelease(registry.key)
  assert.equal((await publishRelease(registry, kept)).status, 201)
  const files = () => readdir(blobsPath(registry.dataDir))
  const before = (await files()).sort()
  const release = await aRelease(registry.key, { version: '2.0.0', platforms: { any: aScript('two') } })
  const session = parseSession(await openSession(registry, release))
  await uploadAll(registry, session, release)
  assert.ok((await files()).length > before.length)
  await callApi(registry, `/api/v1/publishes/${session.id}`, { method: 'DELETE' })
  await until(async () => (await files()).length === before.length)
  assert.deepEqual((await files()).sort(), before)
})
