// How vault-client comes to a token and what becomes of it, and what it makes of servers that refuse, fail or lead elsewhere.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer as createTcpServer } from 'node:net'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { source } from '../../plugins/vault-client/source.ts'
import { freePort, listening } from '../support/machine/listening.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { kv2 } from '../support/peers/vault-mounts.ts'
import type { Given } from '../support/peers/vault-questions.ts'
import { ask, askAgain, ROOT, whats } from '../support/peers/vault-questions.ts'
import type { VaultSetup } from '../support/peers/vault-server.ts'
import { vaultServer } from '../support/peers/vault-server.ts'

const DATA = { password: 'hunter2-hunter2' }
const MOUNTS = { 'secret/': kv2({ api: [DATA] }) }
const DATABASE = { 'database/creds/': { type: 'database', ttl: 3600, maxTtl: 3600 } } as const
const LOGINS: VaultSetup = {
  mounts: MOUNTS,
  approle: { 'role-1': { secretId: 'secret-id-1' } },
  userpass: { ann: 'correct horse' },
  kubernetes: { api: 'jwt-of-the-account' },
}

test('every login gives a token, reads with it and ends it', async (t) => {
  const jwtFile = join(tempFolder(t), 'token')
  writeFileSync(jwtFile, 'jwt-of-the-account\n')
  const rows: readonly (readonly [Given, string])[] = [
    [{ auth_method: 'approle', role_id: 'role-1', secret_id: 'secret-id-1' }, '/v1/auth/approle/login'],
    [{ auth_method: 'userpass', username: 'ann', password: 'correct horse' }, '/v1/auth/userpass/login/ann'],
    [{ auth_method: 'kubernetes', role: 'api', jwt_file: jwtFile }, '/v1/auth/kubernetes/login'],
  ]
  for (const [given, login] of rows) {
    const { vault, result } = await ask(t, LOGINS, given)
    assert.deepEqual([result.status, result.secrets], ['ok', DATA], result.summary)
    assert.deepEqual([whats(vault)[0], whats(vault).at(-1)], [`POST ${login}`, 'POST /v1/auth/token/revoke-self'])
    assert.equal(vault.asked[0]?.token, undefined)
    assert.deepEqual([...vault.tokens.keys()], [ROOT])
    const elsewhere = await ask(
      t,
      { ...LOGINS, authMounts: { [String(given.auth_method)]: 'other' } },
      { ...given, auth_mount: 'other' },
    )
    assert.equal(elsewhere.result.status, 'ok', elsewhere.result.summary)
  }
})

test('a token of our own is ended also when reading fails, and never one that was given', async (t) => {
  const own = { auth_method: 'userpass', username: 'ann', password: 'correct horse', path: 'secret/nothing' }
  const { vault, result } = await ask(t, LOGINS, own)
  assert.deepEqual([result.reason, [...vault.tokens.keys()]], ['absent', [ROOT]])
  const given = await ask(t, LOGINS, { path: 'secret/nothing' })
  assert.deepEqual([given.result.reason, [...given.vault.tokens.keys()]], ['absent', [ROOT]])
})

test('a token of our own stays as long as a lease hangs on it, and the lease is good no longer', async (t) => {
  const own = { auth_method: 'userpass', username: 'ann', password: 'correct horse', path: 'database/creds/api' }
  const { vault, result } = await ask(t, { ...LOGINS, mounts: DATABASE, loginTtl: 600 }, own)
  assert.equal(result.status, 'ok', result.summary)
  assert.deepEqual([vault.tokens.size, vault.leases.size, result.renewable], [2, 1, false])
  assert.ok(Date.parse(result.expires ?? '') <= Date.now() + 600_000)
  const again = await askAgain(vault, own, result.lease)
  assert.deepEqual([again.renewed, vault.leases.size], [undefined, 2])
})

test('a token that cannot be ended is a warning', async (t) => {
  const before = (path: string): [number, unknown] | undefined =>
    path.endsWith('/revoke-self') ? [403, { errors: ['no'] }] : undefined
  const { result } = await ask(
    t,
    { ...LOGINS, before },
    { auth_method: 'userpass', username: 'ann', password: 'correct horse' },
  )
  assert.deepEqual([result.status, result.warnings], ['ok', ['the token was not revoked (403) and lives to its end']])
})

test('a wrapping token is opened once, and the second time is an alarm', async (t) => {
  const vault = await vaultServer(t, { ...LOGINS, tokens: { [ROOT]: {}, 'hvs.inner-token': {} } })
  const auth = { client_token: 'hvs.inner-token', lease_duration: 60 }
  const rows: readonly Given[] = [
    { token: vault.wrap({ auth }), wrapped: true },
    {
      auth_method: 'approle',
      role_id: 'role-1',
      secret_id: vault.wrap({ data: { secret_id: 'secret-id-1' } }),
      wrapped: true,
    },
  ]
  for (const given of rows) {
    const first = await askAgain(vault, given)
    assert.deepEqual([first.status, first.secrets], ['ok', DATA], first.summary)
    const second = await askAgain(vault, given)
    assert.deepEqual([second.status, second.reason], ['failed', 'opened'])
    assert.match(second.summary, /^alarm: the wrapping token was opened before/)
  }
  const empty = await askAgain(vault, { token: vault.wrap({ data: {} }), wrapped: true })
  assert.deepEqual([empty.status, empty.reason], ['failed', 'denied'])
})

test('wrong credentials are denied, and not repeated', async (t) => {
  const rows: readonly Given[] = [
    { auth_method: 'approle', role_id: 'role-1', secret_id: 'wrong-secret-id' },
    { auth_method: 'userpass', username: 'ann', password: 'wrong password' },
    { auth_method: 'userpass', username: 'ann', password: 'correct horse', auth_mount: 'nowhere' },
    { token: 'hvs.ended-before' },
  ]
  for (const given of rows) {
    const { result } = await ask(t, LOGINS, given)
    assert.deepEqual([result.status, result.reason], ['failed', 'denied'], result.summary)
  }
})

const WRONG: readonly (readonly [Given, RegExp])[] = [
  [{ token: undefined, auth_method: 'token' }, /`token` is a map|--token is missing/],
  [{ auth_method: 'token' }, /^--token is missing/],
  [{ auth_method: 'approle' }, /^--role_id is missing/],
  [{ auth_method: 'userpass', username: 'ann' }, /^--password is missing/],
  [{ auth_method: 'userpass', username: 'a/../../sys', password: 'x' }, /^--username holds a `\/`/],
  [{ auth_method: 'userpass', username: '..', password: 'x' }, /^--username is no path/],
  [{ auth_method: 'kubernetes', role: 'x', jwt_file: '/nowhere' }, /^--jwt_file cannot be read \(ENOENT\)/],
  [{ auth_method: 'kubernetes', role: 'x', jwt_file: '/dev/null', auth_mount: '../x' }, /^--auth_mount is no path/],
  [{ token_file: '/nowhere' }, /are both given|cannot be read/],
  [{ token: 'a\r\nX-Evil: 1' }, /^a token holds characters that no token has/],
  ...['../sys/seal', 'secret/../sys', 'secret//x', 'a/./b', 'secret/x.', '', '/', 'a\nb'].map(
    (path) => [{ path }, /^--path (is no path|is missing)/] as const,
  ),
  [{ namespace: '../x' }, /^--namespace is no path/],
  [{ namespace: 'a\r\nX-Evil: 1' }, /^--namespace is no path/],
  [{ kv: '2', path: 'secret' }, /^--path names nothing below the mount/],
  [{ kv: '2', mount: 'other', path: 'secret/api' }, /^--path names nothing below the mount/],
  [{ kv: '3' }, /^--kv is `3`/],
  [{ address: 'vault.example.com:8200' }, /^--address is no address/],
  [{ address: 'ftp://vault.example.com' }, /^--address is no address/],
  [{ address: 'https://ann:pw@vault.example.com' }, /^--address holds more than/],
  [{ address: 'https://vault.example.com/?x=1' }, /^--address holds more than/],
  [
    { address: 'http://vault.example.com:8200' },
    /^--address begins with `http:\/\/`, which sends secrets in the clear/,
  ],
  [{ address: 'http://127.0.0.1.example.com' }, /sends secrets in the clear/],
  [{ ca_file: '/nowhere.pem' }, /^--ca-file cannot be read/],
]

test('what cannot be meant is refused before anything is asked', async (t) => {
  for (const [given, summary] of WRONG) {
    const { vault, result } = await ask(t, { mounts: MOUNTS }, given)
    assert.deepEqual([result.status, result.reason, vault.asked], ['failed', 'arguments', []], JSON.stringify(given))
    assert.match(result.summary, summary)
  }
})

const echo = { errors: [`no: ${ROOT}`] }
type Failure = readonly [
  status: number,
  body: unknown,
  outcome: readonly [string, string],
  headers?: Record<string, string>,
]
const FAILURES: readonly Failure[] = [
  [400, echo, ['failed', 'refused']],
  [403, echo, ['failed', 'denied']],
  [404, { errors: [] }, ['failed', 'absent']],
  [405, echo, ['failed', 'refused']],
  [412, echo, ['retry', 'stale']],
  [429, echo, ['retry', 'limited'], { 'retry-after': '7' }],
  [472, echo, ['retry', 'standby']],
  [473, echo, ['retry', 'standby']],
  [500, echo, ['retry', 'unavailable']],
  [501, echo, ['failed', 'uninitialised']],
  [502, '<html>bad gateway', ['retry', 'unavailable']],
  [503, { errors: ['Vault is sealed'] }, ['retry', 'sealed']],
  [503, 'busy', ['retry', 'unavailable']],
  [200, '<html>hello', ['failed', 'protocol']],
  [200, '[1]', ['failed', 'protocol']],
  [200, '{"data":{"password":"hunter2"', ['failed', 'protocol']],
  [200, { data: null }, ['failed', 'absent']],
  [200, { data: ['x'] }, ['failed', 'absent']],
  [204, undefined, ['failed', 'refused']],
  [200, { data: null, wrap_info: { token: 'hvs.wrapped' } }, ['failed', 'refused']],
  [200, { data: { x: 'x'.repeat(5_000_000) } }, ['failed', 'protocol']],
]

test('each answer of a server has its meaning, and what it says is not repeated where it holds a secret', async (t) => {
  for (const [status, body, outcome, headers] of FAILURES) {
    const { result } = await ask(t, { before: () => [status, body, headers ?? {}] }, { kv: '1' })
    assert.deepEqual([result.status, result.reason], outcome, `${status} ${result.summary}`)
    assert.equal(result.secrets, undefined)
    if (status === 429) assert.equal(result.retryAfterMs, 7000)
  }
  assert.equal((await ask(t, { sealed: true }, {})).result.reason, 'sealed')
  assert.equal((await ask(t, { initialised: false }, {})).result.reason, 'uninitialised')
})

test('a standby that catches up in time is no failure', async (t) => {
  let left = 2
  const before = (): [number, unknown] | undefined => (left-- > 0 ? [412, { errors: ['not yet'] }] : undefined)
  assert.deepEqual((await ask(t, { mounts: MOUNTS, before }, {})).result.secrets, DATA)
})

test('deleted and destroyed versions are told apart from what was never there', async (t) => {
  const deleted = (await ask(t, { mounts: { 'secret/': kv2({ api: [DATA, null] }) } }, {})).result
  assert.deepEqual([deleted.status, deleted.reason], ['failed', 'deleted'])
  assert.match(deleted.summary, /^secret\/data\/api: version 2 was deleted at 2026-02-03T04:05:06\.700Z/)
  const destroyed = (await ask(t, { mounts: { 'secret/': kv2({ api: [null] }, { destroyed: true }) } }, {})).result
  assert.deepEqual([destroyed.reason, destroyed.summary], ['destroyed', 'secret/data/api: version 1 was destroyed'])
  for (const given of [{ path: 'secret/other' }, { version: 9 }, { path: 'nowhere/api', kv: '2' }])
    assert.equal((await ask(t, { mounts: MOUNTS }, given)).result.reason, 'absent')
})

test('a redirect to another origin gets neither token nor secret', async (t) => {
  const seen: unknown[] = []
  const other = createHttpServer(({ headers }, response) => {
    seen.push(headers)
    response.end('{"data":{"password":"evil"}}')
  })
  const port = await listening(t, other)
  for (const status of [301, 302, 303, 307, 308])
    for (const location of [
      `http://127.0.0.1:${port}/v1/secret/api`,
      `//localhost:${port}/`,
      'https://127.0.0.1/',
      'file:///etc/passwd',
      'http://[',
    ]) {
      const { result } = await ask(t, { before: () => [status, '', { location }] }, { kv: '1' })
      assert.deepEqual([result.status, result.reason], ['failed', 'redirected'], `${status} ${location}`)
    }
  assert.deepEqual(seen, [])
})

test('a redirect of the same server is followed, but not for ever', async (t) => {
  const before = (path: string): [number, unknown, Record<string, string>] | undefined =>
    path === '/v1/old/api'
      ? [307, '', { location: '/v1/secret/data/api' }]
      : path === '/v1/round'
        ? [307, '', { location: '/v1/round' }]
        : undefined
  const moved = await ask(t, { mounts: MOUNTS, before }, { kv: '1', path: 'old/api' })
  assert.equal(moved.result.status, 'ok', moved.result.summary)
  assert.equal((await ask(t, { before }, { kv: '1', path: 'round' })).result.reason, 'redirected')
})

test('what does not answer may answer later', async (t) => {
  const port = await freePort()
  const nobody = await source.evaluate({ arguments: { address: `http://127.0.0.1:${port}`, path: 'a/b', token: ROOT } })
  assert.deepEqual([nobody.status, nobody.reason], ['retry', 'unavailable'])
  const silent = `http://127.0.0.1:${await listening(t, createTcpServer())}`
  const given = { address: silent, path: 'a/b', token: ROOT }
  const late = await source.evaluate({ arguments: { ...given, timeout: '40ms' } })
  assert.deepEqual([late.status, late.reason, late.summary], ['retry', 'late', 'no answer within 40 ms'])
  const atDeadline = await source.evaluate({ arguments: given }, { deadlineMs: Date.now() + 50 })
  assert.deepEqual([atDeadline.status, atDeadline.reason], ['retry', 'late'])
})

test('over TLS the certificate has to be for the server, by somebody who is trusted', async (t) => {
  const file = (name: string) => fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url))
  const pair = { key: readFileSync(file('localhost.key')), cert: readFileSync(file('localhost.crt')) }
  let asked = 0
  const server = createHttpsServer(pair, (_request, response) => {
    asked++
    response.end(JSON.stringify({ data: DATA }))
  })
  const port = await listening(t, server)
  const base = { path: 'a/b', kv: '1', token: ROOT, address: `https://localhost:${port}` }
  const rows: readonly (readonly [Given, string | undefined])[] = [
    [{ ca_file: file('localhost.crt') }, undefined],
    [{ ca_file: file('localhost.crt'), address: `https://127.0.0.1:${port}`, server_name: 'localhost' }, undefined],
    [{ ca_file: file('localhost.crt'), address: `https://127.0.0.1:${port}` }, 'tls'],
    [{}, 'tls'],
  ]
  for (const [given, reason] of rows) {
    const { status, reason: found, summary } = await source.evaluate({ arguments: { ...base, ...given } })
    assert.deepEqual([status, found], [reason === undefined ? 'ok' : 'failed', reason], summary)
  }
  assert.equal(asked, 2)
  const plain = `https://localhost:${await listening(t, createHttpServer())}`
  assert.equal((await source.evaluate({ arguments: { ...base, address: plain } })).reason, 'tls')
})

test('an agent is asked over its Unix socket', async (t) => {
  const path = join(tempFolder(t), 'agent.sock')
  const agent = createHttpServer((_request, response) => response.end(JSON.stringify({ data: DATA })))
  await listening(t, agent, { path })
  const given = { address: `unix://${path}`, path: 'a/b', kv: '1', token: ROOT }
  assert.deepEqual((await source.evaluate({ arguments: given })).secrets, DATA)
})

test('an answer in another protocol is said to be of no such server, and nothing is waited for', async (t) => {
  const answer = 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'
  const server = createTcpServer(
    (socket) => void socket.on('error', () => undefined).once('data', () => socket.write(answer)),
  )
  const address = `http://127.0.0.1:${await listening(t, server)}`
  const result = await source.evaluate({ arguments: { address, path: 'secret/api', token: ROOT }, service: 'api' })
  assert.deepEqual([result.status, result.reason], ['failed', 'protocol'], result.summary)
})
