// A token is asked at every request and again in every transaction; each way of not being one says which it is.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import BetterSqlite from 'better-sqlite3'
import { createToken, revokeToken } from '../../../registry/admin/tokens.ts'
import { authenticate, authorizeAgain } from '../../../registry/auth/principal.ts'
import { parseScope } from '../../../registry/auth/scope.ts'
import { createTokenText } from '../../../registry/auth/token-text.ts'
import type { Name } from '../../../schemas/name.ts'
import { expectCode, expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { openTestStore } from '../../support/registry/test-db.ts'

const NOW = Date.UTC(2026, 0, 1)
const DAY_MS = 24 * 3600_000

/** A token of a day, and whoever holds it. */
async function aToken(t: TestContext) {
  const metadata = await openTestStore(t)
  const deps = { metadata, clock: () => NOW }
  const made = await createToken(deps, { name: 'ci', scopes: [parseScope('core/hello')], days: 1 })
  return { metadata, db: metadata.db, ...made, header: `Bearer ${made.token}` }
}

type Scene = Awaited<ReturnType<typeof aToken>>

type Refusal = {
  readonly says: RegExp
  readonly header?: (scene: Scene) => string | undefined
  readonly before?: (scene: Scene) => Promise<void>
  readonly at?: number
  /** To log in again, when nothing is said. */
  readonly hint?: RegExp
}

const ANOTHER = /makes another: `octo registry token create /

const REFUSALS: Readonly<Record<string, Refusal>> = {
  'no header': { says: /^a token is needed$/, header: () => undefined },
  'an empty header': { says: /^the token is not one of ours/, header: () => '' },
  'another scheme': { says: /^the token is not one of ours/, header: ({ token }) => `Basic ${token}` },
  'a token without a scheme': { says: /^the token is not one of ours/, header: ({ token }) => token },
  'a typing mistake': { says: /^the token is not one of ours/, header: ({ header }) => `${header.slice(0, -1)}!` },
  'a well-formed token of nobody': {
    says: /^the token is unknown$/,
    header: () => `Bearer ${createTokenText()}`,
  },
  'a revoked token': {
    says: /^the token was revoked$/,
    before: ({ metadata, id }) => revokeToken({ metadata, clock: () => NOW }, id),
    hint: ANOTHER,
  },
  'a token in its last moment': {
    says: /^the token expired at `2026-01-02T00:00:00\.000Z`$/,
    at: NOW + DAY_MS,
    hint: ANOTHER,
  },
  'a token that was made while the clock was ahead': {
    says: /^the token was made at `2026-01-01T00:00:00\.000Z`, and the registry’s clock says `2025-12-30T23:59:59\.999Z`$/,
    at: NOW - DAY_MS - 1,
    hint: ANOTHER,
  },
}

for (const [what, { says, header, before, at = NOW, hint = /octo login/ }] of Object.entries(REFUSALS))
  test(`with ${what} nobody gets in, and the reason is told`, async (t) => {
    const scene = await aToken(t)
    await before?.(scene)
    const authorization = header ? header(scene) : scene.header
    const refused = await expectCodeAsync('UNAUTHENTICATED', () => authenticate(scene.metadata, authorization, at))
    assert.match(refused.message, says)
    assert.match(String(refused.hint), hint)
  })

test('a good token is its holder, until the moment it expires', async (t) => {
  const { metadata, id, header } = await aToken(t)
  const { name, scopes } = await authenticate(metadata, header, NOW + DAY_MS - 1)
  assert.equal(name, 'ci')
  assert.deepEqual(scopes, [parseScope('core/hello')])
  assert.equal((await authenticate(metadata, header.replace('Bearer', 'bearer'), NOW)).id, id)
})

test('a transaction that asks again is told what the token allows now, and when it is forgotten', async (t) => {
  const { metadata, id } = await aToken(t)
  const token = await metadata.tokens.find(id)
  const errand = { principal: { id }, action: 'publish' as const, repo: 'core' as Name, plugin: 'hello' as Name }
  authorizeAgain(token, NOW, errand)
  expectCode('FORBIDDEN', () => authorizeAgain(token, NOW, { ...errand, plugin: 'other' as Name }))
  const refused = expectCode('UNAUTHENTICATED', () => authorizeAgain(undefined, NOW, errand))
  assert.match(refused.message, /^the token is unknown$/)
})

const lastUseOf = ({ db }: Scene) => db.$client.prepare('SELECT last_used_at FROM tokens').pluck().get()

test('the last use of a token is kept to the minute', async (t) => {
  const scene = await aToken(t)
  const uses: number[] = []
  for (const later of [0, 59_999, 60_000, 90_000]) {
    await authenticate(scene.metadata, scene.header, NOW + later)
    uses.push(Number(lastUseOf(scene)) - NOW)
  }
  assert.deepEqual(uses, [0, 0, 60_000, 60_000])
})

test('a use that was noted while the clock was ahead hides no later one', async (t) => {
  const scene = await aToken(t)
  const uses: number[] = []
  for (const later of [10 * 3600_000, 60_000, 60_001]) {
    await authenticate(scene.metadata, scene.header, NOW + later)
    uses.push(Number(lastUseOf(scene)) - NOW)
  }
  assert.deepEqual(uses, [10 * 3600_000, 60_000, 60_000])
})

/** Ways in which noting a use fails and reading does not, and how each ends. */
const PASSING: Readonly<Record<string, (scene: Scene) => () => void>> = {
  'a full disk'({ db: { $client } }) {
    const pages = $client.pragma('page_count', { simple: true })
    $client.exec('CREATE TABLE filler (bytes)')
    $client.exec('CREATE TRIGGER fills AFTER UPDATE ON tokens BEGIN INSERT INTO filler VALUES (zeroblob(99999)); END')
    $client.pragma(`max_page_count = ${Number(pages) + 3}`)
    return () => $client.exec('DROP TRIGGER fills')
  },
  'another process that holds the database'({ db: { $client } }) {
    $client.pragma('busy_timeout = 0')
    const other = new BetterSqlite($client.name)
    other.exec('BEGIN IMMEDIATE')
    return () => other.close()
  },
}

for (const [what, begin] of Object.entries(PASSING))
  test(`with ${what} a token gets in, and its use is not noted`, async (t) => {
    const scene = await aToken(t)
    const end = begin(scene)
    assert.equal((await authenticate(scene.metadata, scene.header, NOW)).id, scene.id)
    assert.equal(lastUseOf(scene), null)
    end()
    assert.equal((await authenticate(scene.metadata, scene.header, NOW)).id, scene.id)
    assert.equal(lastUseOf(scene), NOW)
  })

test('a database that is broken is no reason to go on', async (t) => {
  const { metadata, db, header } = await aToken(t)
  db.$client.exec("CREATE TRIGGER broken BEFORE UPDATE ON tokens BEGIN SELECT RAISE(ABORT, 'broken'); END")
  await assert.rejects(authenticate(metadata, header, NOW), /broken/)
})
