// What leaves rows for ever is shared out per token and comes back as time goes by; who has no valid token is told to wait.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { createTokenText } from '../../../registry/auth/token-text.ts'
import { secondsUntil, spentNow } from '../../../registry/budgets/refill.ts'
import { createRefusedTries } from '../../../registry/budgets/refused-tries.ts'
import { LIMIT_OPTIONS, parseLimits } from '../../../registry/limit-names.ts'
import { registrySettings } from '../../../registry/settings.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import type { ReleaseRecipe } from '../../support/builders/test-authority.ts'
import { aRelease } from '../../support/builders/test-authority.ts'
import type { ApiAnswer, ApiTarget } from '../../support/publisher/publish-release.ts'
import {
  callApi,
  openSession,
  parseSession,
  publishRelease,
  uploadAll,
} from '../../support/publisher/publish-release.ts'
import { databaseOf } from '../../support/registry/test-db.ts'
import type { TestRegistry, TestRegistryOptions } from '../../support/registry/test-registry.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const START = Date.now()

async function aScene(t: TestContext, limits: NonNullable<TestRegistryOptions['limits']>) {
  const time = { now: START }
  const registry = await startTestRegistry(t, { limits, clock: () => time.now })
  const publish = async (recipe: ReleaseRecipe, target: ApiTarget = registry) =>
    publishRelease(target, await aRelease(registry.key, recipe))
  const another = async (): Promise<ApiTarget> => ({
    url: registry.url,
    token: (await registry.createToken(['*/*:admin'])).token,
  })
  return { registry, time, publish, another }
}

function rowsOf({ serving }: TestRegistry, table: string): unknown {
  return databaseOf(serving.registry.services).$client.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
}

/** Rows of the outbox leave by themselves once they are durable, so of it the number that the last one got. */
function whatIsKept(registry: TestRegistry): unknown {
  const outbox = databaseOf(registry.serving.registry.services).$client.prepare(
    "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'",
  )
  const counts = ['versions', 'plugins', 'audit', 'sessions'].map((table) => [table, rowsOf(registry, table)])
  return Object.fromEntries([...counts, ['outbox', outbox.pluck().get()]])
}

/** Gives the seconds to wait. */
function expectLimited({ status, headers, body }: ApiAnswer, setting: string, limit: number): number {
  assert.deepEqual([status, body.code], [429, 'RATE_LIMITED'])
  assert.match(String(body.detail), new RegExp(`\`${setting}\`, which is ${limit}$`))
  const seconds = Number(headers.get('retry-after'))
  assert.deepEqual(body.details, { setting, limit, retryAfter: seconds })
  assert.ok(Number.isInteger(seconds) && seconds > 0, `Retry-After is ${headers.get('retry-after')}`)
  return seconds
}

type Budget = {
  readonly setting: string
  readonly limits: NonNullable<TestRegistryOptions['limits']>
  readonly limit: number
  /** The n-th thing of this kind. */
  readonly recipe: (n: number) => ReleaseRecipe
  /** What costs nothing of this budget. */
  readonly free?: ReleaseRecipe
}

const BUDGETS: readonly Budget[] = [
  {
    setting: 'releases-per-hour',
    limits: { releasesPerHour: 3 },
    limit: 3,
    recipe: (n) => ({ version: `1.${n}.0` }),
  },
  {
    setting: 'new-plugins-per-hour',
    limits: { newPluginsPerHour: 2 },
    limit: 2,
    recipe: (n) => ({ plugin: `plugin-${'abcdefgh'[n]}` }),
    free: { plugin: 'plugin-a', version: '2.0.0' },
  },
]

for (const { setting, limits, limit, recipe, free } of BUDGETS)
  test(`${setting}: a token that used it up waits, no other does, and time gives it back evenly`, async (t) => {
    const { registry, time, publish, another } = await aScene(t, limits)
    for (let n = 0; n < limit; n++) assert.equal((await publish(recipe(n))).status, 201)
    const before = whatIsKept(registry)
    const seconds = expectLimited(await publish(recipe(limit)), setting, limit)
    assert.deepEqual(whatIsKept(registry), before)
    if (free) assert.equal((await publish(free)).status, 201)
    assert.equal((await publish(recipe(0))).status, 200, 'what is published already costs nothing')
    assert.equal((await publish(recipe(limit), await another())).status, 201)
    assert.ok(seconds <= 3600 / limit + 1, `one comes back after an hour’s share, not after ${seconds} s`)
    time.now += (seconds - 2) * 1000
    expectLimited(await publish(recipe(limit + 1)), setting, limit)
    time.now += 2000
    assert.equal((await publish(recipe(limit + 1))).status, 201)
    expectLimited(await publish(recipe(limit + 2)), setting, limit)
  })

for (const { setting, limits, limit, recipe } of BUDGETS)
  test(`${setting}: sessions that were opened before it was used up are asked again when they are sealed`, async (t) => {
    const { registry, time } = await aScene(t, limits)
    const opened: { readonly id: string; readonly version: string }[] = []
    for (let n = 0; n <= limit; n++) {
      const release = await aRelease(registry.key, recipe(n))
      const session = parseSession(await openSession(registry, release))
      await uploadAll(registry, session, release)
      opened.push({ id: session.id, version: release.predicate.version })
    }
    const seal = (id = '') => callApi(registry, `/api/v1/publishes/${id}/publish`, { method: 'POST' })
    for (const { id } of opened.slice(0, limit)) assert.equal((await seal(id)).status, 201)
    const last = opened.at(-1)
    const before = rowsOf(registry, 'audit')
    const seconds = expectLimited(await seal(last?.id), setting, limit)
    assert.deepEqual([rowsOf(registry, 'versions'), rowsOf(registry, 'audit')], [limit, before])
    time.now += seconds * 1000
    assert.equal((await seal(last?.id)).status, 201)
  })

test('a restart gives nothing back, and a clock that was set back locks nobody out', async (t) => {
  const { registry, time, publish } = await aScene(t, { releasesPerHour: 2 })
  for (const version of ['1.0.0', '1.1.0']) assert.equal((await publish({ version })).status, 201)
  const again = await registry.restart()
  const release = await aRelease(registry.key, { version: '1.2.0' })
  expectLimited(await publishRelease(again, release), 'releases-per-hour', 2)
  time.now -= 10 * 3600_000
  assert.equal((await publishRelease({ url: again.url, token: again.token }, release)).status, 201)
})

test('a budget that is used up is refused before any byte travels', async (t) => {
  const { registry, publish } = await aScene(t, { releasesPerHour: 1 })
  assert.equal((await publish({ version: '1.0.0' })).status, 201)
  const before = rowsOf(registry, 'sessions')
  expectLimited(await openSession(registry, await aRelease(registry.key, { version: '1.1.0' })), 'releases-per-hour', 1)
  assert.equal(rowsOf(registry, 'sessions'), before)
})

test('a release that is refused by the proof costs nothing', async (t) => {
  const { registry, publish } = await aScene(t, { releasesPerHour: 1 })
  const bad = await aRelease(registry.key, { platforms: { linux_amd64: Buffer.from('no program') } })
  for (let round = 0; round < 3; round++) assert.notEqual((await publishRelease(registry, bad)).status, 429)
  assert.equal((await publish({ version: '2.0.0' })).status, 201)
})

test('a budget comes back evenly, and never beyond the whole', () => {
  const rows: readonly (readonly [amount: number, afterMs: number, left: number])[] = [
    [10, 0, 10],
    [10, 360_000, 9],
    [10, 3600_000, 0],
    [10, 99 * 3600_000, 0],
    [0.5, 360_000, 0],
    [10, -1, 0],
  ]
  for (const [amount, afterMs, left] of rows) assert.equal(spentNow({ amount, at: 1000 }, 10, 1000 + afterMs), left)
  for (const [amount, perHour, seconds] of [
    [1, 3600, 1],
    [1, 10, 360],
    [0.001, 3600, 1],
  ] as const)
    assert.equal(secondsUntil(amount, perHour), seconds)
})

// Addresses

test('whatever makes a token not count, it counts against the address; a token that does count works at once', async (t) => {
  const { registry, time, another } = await aScene(t, { refusedTriesPerHour: 6 })
  const good = await another()
  const revoked = await registry.createToken(['core/*'])
  databaseOf(registry.serving.registry.services).$client.exec(
    `UPDATE tokens SET revoked_at = 1 WHERE id = '${revoked.id}'`,
  )
  const expired = await registry.createToken(['core/*'], 0.001)
  time.now += 3600_000
  const headers = [
    {},
    { authorization: 'Basic dTpw' },
    { authorization: 'Bearer octo_typo' },
    { authorization: `Bearer ${createTokenText()}` },
    { authorization: `Bearer ${revoked.token}` },
    { authorization: `Bearer ${expired.token}` },
  ]
  const ask = (more: Readonly<Record<string, string>>) =>
    callApi({ url: registry.url, token: '' }, '/api/v1/whoami', { headers: more })
  for (const each of headers) assert.equal((await ask(each)).status, 401, JSON.stringify(each))
  for (const each of headers) {
    const seconds = expectLimited(await ask(each), 'refused-tries-per-hour', 6)
    assert.equal(seconds, 600)
  }
  const told = await ask({ authorization: `Bearer ${revoked.token}` })
  assert.match(String(told.body.detail), /^the token was revoked, and this address /)
  for (const path of ['/api/v1/whoami', '/api/v1/search?q=x', '/readyz'])
    assert.equal((await callApi(good, path)).status, 200, path)
  time.now += 601_000
  assert.equal((await ask({})).status, 401)
  expectLimited(await ask({}), 'refused-tries-per-hour', 6)
})

const ADDRESSES: readonly (readonly [one: string, other: string, shared: boolean])[] = [
  ['192.0.2.1', '192.0.2.1', true],
  ['192.0.2.1', '192.0.2.2', false],
  ['::ffff:192.0.2.1', '192.0.2.1', true],
  ['::ffff:192.0.2.1', '::ffff:192.0.2.2', false],
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', true],
  ['2001:db8:1:2::1', '2001:DB8:0001:0002:3::', true],
  ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['2001:db8::1', '2001:db8:0:0:5::', true],
  ['2001:db8::1', '2001:db8:0:1::1', false],
  ['fe80::1%eth0', 'fe80::2%eth0', true],
]

test('an address is told apart from another, and a network of IPv6 is one', () => {
  for (const [one, other, shared] of ADDRESSES) {
    const tries = createRefusedTries(1, () => START)
    assert.equal(tries.note(one), undefined)
    assert.equal(tries.note(other) !== undefined, shared, `${one} and ${other}`)
  }
})

test('more addresses than are told apart take bounded memory, and who tried last is still known', () => {
  const tries = createRefusedTries(1, () => START)
  for (let n = 0; n < 12_000; n++) tries.note(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`)
  assert.equal(tries.note('10.0.46.223'), 3600)
  assert.equal(tries.note('10.0.7.208'), 3600)
  assert.equal(tries.note('10.0.7.207'), undefined)
  assert.equal(tries.note('10.0.0.0'), undefined)
})

// Settings

test('limits are set by name; what is no limit or no number is refused with what would be', () => {
  assert.deepEqual(parseLimits([]), {})
  assert.deepEqual(parseLimits(['releases-per-hour=5', 'open-sessions=2', 'releases-per-hour=7']), {
    releasesPerHour: 7,
    openSessions: 2,
  })
  const { limits } = registrySettings({ dataDir: '/x', baseUrl: 'http://x', limits: parseLimits(['open-sessions=2']) })
  assert.deepEqual([limits.openSessions, limits.releasesPerHour], [2, 6000])
  for (const option of LIMIT_OPTIONS) assert.equal(Object.keys(parseLimits([`${option}=1`])).length, 1)
  for (const [text, message] of [
    ['releases-per-hour=0', /whole number from 1 to 1000000000, found `0`/],
    ['releases-per-hour=-1', /found `-1`/],
    ['releases-per-hour=1e3', /found `1e3`/],
    ['releases-per-hour=1=2', /found `1=2`/],
    ['releases-per-hour', /found ``|found ""|found nothing/],
    ['releases-per-hour=', /whole number/],
    ['releases-per-hour=99999999999', /whole number/],
    ['releasesPerHour=5', /there is no limit `releasesPerHour`, expected `releases-per-hour`, /],
    ['artifact-bytes=5', /there is no limit `artifact-bytes`/],
    ['', /there is no limit/],
  ] as const)
    assert.match(expectCode('USAGE', () => parseLimits([text])).message, message, text)
})
