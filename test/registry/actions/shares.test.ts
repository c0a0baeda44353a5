// Space and rows are shared out per token: what one takes, the others do not lack.
import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { test } from 'node:test'
import { requireSpace } from '../../../registry/actions/require-space.ts'
import { blobsPath } from '../../../registry/config.ts'
import { recordBlob } from '../../../registry/db/blobs.ts'
import { write } from '../../../registry/db/open.ts'
import { insertSession } from '../../../registry/db/sessions.ts'
import type { SessionAnswer } from '../../../schemas/api.ts'
import { digestOf } from '../../../schemas/digest.ts'
import type { Name } from '../../../schemas/name.ts'
import type { Version } from '../../../schemas/version.ts'
import { expectCode } from '../../support/expect-code.ts'
import { announce, callApi, openSession, publishRelease, uploadAll } from '../../support/publish-release.ts'
import { aRelease, aScript } from '../../support/test-authority.ts'
import { openTestDb } from '../../support/test-db.ts'
import type { TestRegistry } from '../../support/test-registry.ts'
import { startTestRegistry } from '../../support/test-registry.ts'
import { until } from '../../support/until.ts'

const servicesOf = ({ serving }: TestRegistry) => serving.registry.services
const rowsOf = (registry: TestRegistry, table: string) =>
  servicesOf(registry).db.$client.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
const as = (registry: TestRegistry, scope = 'core/*') => ({
  url: registry.url,
  token: registry.createToken([scope]).token,
})

// Rows

test('600 sessions for a version that is published leave one row', async (t) => {
  const registry = await startTestRegistry(t)
  const release = await aRelease(registry.key)
  await publishRelease(registry, release)
  const before = rowsOf(registry, 'sessions')
  const target = as(registry)
  const ids = new Set<unknown>()
  for (let round = 0; round < 60; round++) {
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
  for (let round = 0; round < 30; round++) {
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
  const [greedy, other] = [as(registry), as(registry)]
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

type SpaceCase = {
  readonly own?: number
  readonly others?: number
  readonly brought?: number
  readonly old?: number
  readonly needed: number
  readonly fits: boolean
}

/** Of 1000 bytes that are free. */
const SPACE: readonly SpaceCase[] = [
  { needed: 1, fits: true },
  { needed: 750, fits: true },
  { needed: 751, fits: false },
  { own: 750, needed: 1, fits: false },
  { own: 749, needed: 1, fits: true },
  { own: 400, needed: 350, fits: true },
  { own: 400, needed: 351, fits: false },
  { others: 750, needed: 187, fits: true },
  { others: 750, needed: 188, fits: false },
  { others: 1000, needed: 1, fits: false },
  { others: 2000, needed: 1, fits: false },
  { others: 2000, needed: 0, fits: true },
  { brought: 3000, needed: 1, fits: false },
  { brought: 2996, needed: 1, fits: true },
  { brought: 1000, needed: 500, fits: true },
  { brought: 1000, needed: 501, fits: false },
  { old: 100_000, needed: 750, fits: true },
  { old: 100_000, needed: 751, fits: false },
  { brought: 1000, others: 500, needed: 125, fits: true },
  { brought: 1000, others: 500, needed: 126, fits: false },
]

for (const { fits, needed, own = 0, others = 0, brought = 0, old = 0 } of SPACE)
  test(`of 1000 free bytes, ${needed} more ${fits ? 'fit' : 'do not fit'} with ${JSON.stringify({ own, others, brought, old })}`, async (t) => {
    const db = await openTestDb(t)
    const now = 10 * 24 * 3600_000
    db.$client.exec("INSERT INTO repos VALUES ('core', 1)")
    const request = { version: '1.0.0' as Version, bundle: { digest: digestOf('new'), size: needed }, artifacts: [] }
    const promise = (tokenId: string, size: number) =>
      insertSession(
        db,
        {
          ...{
            id: tokenId,
            repo: 'core' as Name,
            plugin: 'p' as Name,
            version: '1.0.0' as Version,
            state: 'open',
            tokenId,
          },
          ...{ openedAt: now, leaseUntil: now + 1, request },
        },
        [{ digest: digestOf(tokenId), size }],
      )
    promise('mine', own)
    promise('another', others)
    recordBlob(db, { digest: digestOf('brought'), size: brought, broughtBy: 'mine', createdAt: now - 1000 })
    recordBlob(db, { digest: digestOf('old'), size: old, broughtBy: 'mine', createdAt: now - 25 * 3600_000 })
    recordBlob(db, { digest: digestOf('of another'), size: 9999, broughtBy: 'another', createdAt: now })
    const ask = () => write(db, (tx) => requireSpace(tx, { request, tokenId: 'mine', freeBytes: 1000, now }))
    if (fits) ask()
    else expectCode('NO_SPACE', ask)
  })

test('one token that opens sessions without a byte leaves room for every other', async (t) => {
  const registry = await startTestRegistry(t, { limits: { openSessions: 1000 } })
  const [greedy, other] = [as(registry), as(registry)]
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
  const answers = await Promise.all(Array.from({ length: 400 }, (_none, index) => open(index)))
  assert.ok(answers.some(({ status, body }) => status === 507 && body.code === 'NO_SPACE'))
  assert.equal((await publishRelease(other, release)).status, 201)
})

test('what nobody published is collected by the registry itself', async (t) => {
  const registry = await startTestRegistry(t, { times: { gcEveryMs: 50, gcGraceMs: 0 } })
  const kept = await aRelease(registry.key)
  assert.equal((await publishRelease(registry, kept)).status, 201)
  const files = () => readdir(blobsPath(registry.dataDir))
  const before = (await files()).sort()
  const release = await aRelease(registry.key, { version: '2.0.0', platforms: { any: aScript('two') } })
  const session = (await openSession(registry, release)).body as unknown as SessionAnswer
  await uploadAll(registry, session, release)
  assert.ok((await files()).length > before.length)
  await callApi(registry, `/api/v1/publishes/${session.id}`, { method: 'DELETE' })
  await until(async () => (await files()).length === before.length)
  assert.deepEqual((await files()).sort(), before)
})
