// vault-client against a strict server: what it asks, what it gives, and until when that is good.
import assert from 'node:assert/strict'
import test from 'node:test'
import { refusedBy } from '../../plugins/vault-client/refusal.ts'
import { MAX_SECRETS, MAX_VALUE, NAME_PATTERN } from '../../plugins/vault-client/secrets.ts'
import { SECRET_LIMITS, SECRET_NAME_PATTERN } from '../../schemas/contract/secrets.ts'
import { kv1, kv2 } from '../support/peers/vault-mounts.ts'
import type { Given } from '../support/peers/vault-questions.ts'
import { ask, askAgain, ROOT, whats } from '../support/peers/vault-questions.ts'
import type { VaultSetup } from '../support/peers/vault-server.ts'

const DATA = { username: 'api', password: 'hunter2-ü\n' }
const V2 = { mounts: { 'secret/': kv2({ api: [{ old: 'first' }, DATA], 'deep/er path': [DATA], 'data/odd': [DATA] }) } }
const V1 = { mounts: { 'secret/': kv1({ api: DATA, 'deep/er path': DATA }) } }

type Row = readonly [what: string, setup: VaultSetup, given: Given, asked: readonly string[]]

const PREFLIGHT = 'GET /v1/sys/internal/ui/mounts/'
const HIDDEN = { tokens: { [ROOT]: { policies: ['!preflight', 'secret/'] } } }
const API_ONLY = { tokens: { [ROOT]: { policies: ['!preflight', 'secret/data/'] } } }
const READS: readonly Row[] = [
  ['version 2, as the server says', V2, {}, [`${PREFLIGHT}secret/api`, 'GET /v1/secret/data/api']],
  [
    'version 2, by the path of the API',
    V2,
    { path: 'secret/data/api' },
    [`${PREFLIGHT}secret/data/api`, 'GET /v1/secret/data/api'],
  ],
  [
    'version 2, by a path with v1 and slashes',
    V2,
    { path: '/v1/secret/api/' },
    [`${PREFLIGHT}secret/api`, 'GET /v1/secret/data/api'],
  ],
  ['version 2, as the config says', V2, { kv: 2 }, ['GET /v1/secret/data/api']],
  [
    'version 2, at a mount of two parts',
    { mounts: { 'team/a/': kv2({ api: [DATA] }) } },
    { kv: '2', mount: 'team/a/', path: 'team/a/api' },
    ['GET /v1/team/a/data/api'],
  ],
  [
    'version 2, below a folder with a space',
    V2,
    { path: 'secret/deep/er path' },
    [`${PREFLIGHT}secret/deep/er%20path`, 'GET /v1/secret/data/deep/er%20path'],
  ],
  ['version 1, as the server says', V1, {}, [`${PREFLIGHT}secret/api`, 'GET /v1/secret/api']],
  ['version 1, as the config says', V1, { kv: 1 }, ['GET /v1/secret/api']],
  [
    'version 1, when the server says nothing',
    { ...V1, ...HIDDEN },
    {},
    [`${PREFLIGHT}secret/api`, 'GET /v1/secret/api'],
  ],
  [
    'version 2, when the server says nothing',
    { ...V2, ...HIDDEN },
    {},
    [`${PREFLIGHT}secret/api`, 'GET /v1/secret/api', 'GET /v1/secret/data/api'],
  ],
  [
    'version 2, when only its own paths are allowed',
    { ...V2, ...API_ONLY },
    {},
    [`${PREFLIGHT}secret/api`, 'GET /v1/secret/api', 'GET /v1/secret/data/api'],
  ],
  [
    'version 2, by the path of the API when the server says nothing',
    { ...V2, ...API_ONLY },
    { path: 'secret/data/api' },
    [`${PREFLIGHT}secret/data/api`, 'GET /v1/secret/data/api'],
  ],
  [
    'version 2, in a namespace',
    { mounts: { 'a/b:secret/': kv2({ api: [DATA] }) } },
    { namespace: 'a/b/' },
    [`${PREFLIGHT}secret/api`, 'GET /v1/secret/data/api'],
  ],
]

for (const [what, setup, given, asked] of READS)
  test(`reads a key-value store of ${what}`, async (t) => {
    const { vault, result } = await ask(t, setup, given)
    assert.equal(result.status, 'ok', result.summary)
    assert.deepEqual(result.secrets, DATA)
    assert.deepEqual(whats(vault), asked)
    assert.deepEqual(new Set(vault.asked.map(({ token }) => token)), new Set([ROOT]))
    assert.deepEqual([result.expires, result.lease, result.renewable], [undefined, undefined, undefined])
  })

test('a store of version 1 hints when to ask again, one of version 2 says which version it is', async (t) => {
  assert.equal((await ask(t, V1, {})).result.refreshAfterMs, 2_764_800_000)
  const newest = (await ask(t, V2, {})).result
  assert.deepEqual([newest.version, newest.summary], ['2', '2 secrets of secret/api, version 2'])
  const first = (await ask(t, V2, { version: 1 })).result
  assert.deepEqual([first.version, first.secrets], ['1', { old: 'first' }])
  const none = (await ask(t, V1, { version: 1 })).result
  assert.deepEqual([none.status, none.reason], ['failed', 'arguments'])
})

test('a version that will be deleted is good until then', async (t) => {
  const mount = kv2({ api: [DATA] })
  assert.ok(mount.type === 'kv' && mount.version === 2)
  for (const version of mount.data.api ?? []) version.deletionTime = '2031-02-03T04:05:06.789123Z'
  const { result } = await ask(t, { mounts: { 'secret/': mount } }, {})
  assert.equal(result.expires, '2031-02-03T04:05:06.789Z')
})

test('values that are no texts are given as the JSON that they are, digit by digit', async (t) => {
  const body = '{"data":{"big":9007199254740993,"tag":1.10,"on":true,"none":null,"map":{"a":[1.50]},"text":"1"}}'
  const before = (path: string): [number, unknown] | undefined =>
    path.endsWith('/secret/api') ? [200, body] : undefined
  const { result } = await ask(t, { before }, { kv: '1' })
  assert.deepEqual(result.secrets, {
    ...{ big: '9007199254740993', tag: '1.10', on: 'true', none: 'null', map: '{"a":[1.50]}', text: '1' },
  })
})

test('only the named secrets are given, and each of them has to be there', async (t) => {
  const some = (await ask(t, V2, { keys: ['password'] })).result
  assert.deepEqual(some.secrets, { password: DATA.password })
  const missing = (await ask(t, V2, { keys: ['password', 'pasword'] })).result
  assert.deepEqual([missing.status, missing.reason], ['failed', 'absent'])
  assert.match(missing.summary, /^there is no `pasword` among the secrets$/)
  const inherited = (await ask(t, V2, { keys: ['constructor', 'toString'] })).result
  assert.equal(inherited.reason, 'absent')
})

test('names and sizes are those of the contract', async (t) => {
  assert.deepEqual(
    [NAME_PATTERN, MAX_SECRETS, MAX_VALUE],
    [SECRET_NAME_PATTERN, SECRET_LIMITS.count, SECRET_LIMITS.valueLength],
  )
  const many = Object.fromEntries(Array.from({ length: 257 }, (_none, at) => [`s${at}`, 'x']))
  const rows: readonly (readonly [Record<string, string>, string])[] = [
    ...['a/b', '..', '-x', 'a b', 'ü', '', 'a\nb'].map((name) => [{ [name]: 'hunter2' }, 'name'] as const),
    [JSON.parse('{"__proto__":"hunter2"}') as Record<string, string>, 'name'],
    [many, 'size'],
    [{ large: 'x'.repeat(MAX_VALUE + 1) }, 'size'],
  ]
  for (const [data, reason] of rows) {
    const { result } = await ask(t, { mounts: { 'secret/': kv1({ api: data }) } }, {})
    assert.deepEqual(
      [result.status, result.reason, result.secrets],
      ['failed', reason, undefined],
      JSON.stringify(data).slice(0, 60),
    )
  }
})

const DATABASE = { mounts: { 'database/creds/': { type: 'database', ttl: 3600, maxTtl: 7200 } } } as const
const CREDS = { path: 'database/creds/api' }

function minutesUntil(time: string | undefined): number {
  return Math.round((Date.parse(time ?? '') - Date.now()) / 60_000)
}

test('secrets that are made anew come with their lease and its end', async (t) => {
  const { result } = await ask(t, DATABASE, CREDS)
  assert.equal(result.status, 'ok', result.summary)
  assert.deepEqual([result.renewable, result.lease?.durationMs, minutesUntil(result.expires)], [true, 3_600_000, 60])
  assert.match(result.lease?.id ?? '', /^database\/creds\/api\//)
})

test('a lease is good no longer than the token that it was made with', async (t) => {
  const { result } = await ask(t, { ...DATABASE, tokens: { [ROOT]: { ttl: 600 } } }, CREDS)
  assert.equal(minutesUntil(result.expires), 10)
})

test('a lease is renewed, with the token where that ends before', async (t) => {
  const setup = { ...DATABASE, tokens: { [ROOT]: { ttl: 600, maxTtl: 86_400, renewable: true } } }
  const { vault, result } = await ask(t, setup, CREDS)
  const renewed = await askAgain(vault, CREDS, result.lease)
  assert.deepEqual([renewed.status, renewed.renewed, renewed.secrets], ['ok', true, undefined])
  assert.deepEqual([renewed.renewable, renewed.lease, minutesUntil(renewed.expires)], [true, result.lease, 60])
  assert.deepEqual(whats(vault).slice(-3), [
    ...['POST /v1/sys/leases/renew', 'GET /v1/auth/token/lookup-self', 'POST /v1/auth/token/renew-self'],
  ])
})

test('new secrets are read when a renewal was cut short, or the lease is gone', async (t) => {
  const short = { mounts: { 'database/creds/': { type: 'database', ttl: 3600, maxTtl: 1700 } } } as const
  const { vault, result } = await ask(t, short, CREDS)
  for (const lease of [result.lease, { id: 'database/creds/api/gone', durationMs: 1000 }]) {
    const again = await askAgain(vault, CREDS, lease)
    assert.deepEqual([again.status, again.renewed], ['ok', undefined], again.summary)
    assert.notEqual(again.secrets?.password, result.secrets?.password)
  }
})

test('what the server says of a refusal is not said once more in our words', () => {
  const answer = { status: 403, body: {}, words: '1 error occurred: * permission denied', isSealed: false }
  const { message } = refusedBy(answer, 'reading `secret/api`')
  assert.equal(message.match(/permission denied/g)?.length, 1)
  assert.match(message, /^reading `secret\/api`: the token has ended, or no policy of it allows this \(403\): /)
})
