// vault-credentials against a strict server: which secret an identity gets, how it logs in, and what it never says.
import assert from 'node:assert/strict'
import test from 'node:test'
import { fitsIdentity } from '../../../plugins/ocm/vault-credentials/fits-identity.ts'
import { plugin } from '../../../plugins/ocm/vault-credentials/plugin.ts'
import { testPlugin } from '../../../sdk/service/index.ts'
import { kv2 } from '../../support/peers/vault-mounts.ts'
import { ROOT, whats } from '../../support/peers/vault-questions.ts'
import type { VaultSetup } from '../../support/peers/vault-server.ts'
import { vaultServer } from '../../support/peers/vault-server.ts'

const ACME = { user: 'acme', password: 'hunter2-ü' }
const OWN = { user: 'own', token: 'sesame-open' }
const MOUNTS = { mounts: { 'secret/': kv2({ acme: [ACME], own: [OWN] }) } }
const SECRETS = [
  { match: { type: 'OCIRegistry', hostname: 'ghcr.io', path: 'acme' }, path: 'secret/acme' },
  {
    match: { type: 'OCIRegistry', hostname: 'ghcr.io' },
    path: 'secret/own',
    properties: { username: 'user', password: 'token' },
  },
]
const GHCR = { type: 'OCIRegistry', hostname: 'ghcr.io' }

type Texts = Readonly<Record<string, string>>

async function scene(t: test.TestContext, setup: VaultSetup = {}) {
  const vault = await vaultServer(t, { ...MOUNTS, tokens: { [ROOT]: {} }, ...setup })
  const running = await testPlugin(plugin)
  t.after(() => running.stop())
  const resolve = async (identity: Texts, own: Texts | null = { token: ROOT }, more = {}) => {
    const config = { type: 'Vault/v1', address: vault.url, secrets: SECRETS, ...more }
    const credentials = own ? { credentials: { type: 'Credentials/v1', properties: own } } : {}
    return await running.call('credentialRepository', 'resolve', { config, identity }, credentials)
  }
  return { vault, running, resolve }
}

test('gives what the first fitting row names, as it is or under other names', async (t) => {
  const { resolve } = await scene(t)
  const type = 'Credentials/v1'
  assert.deepEqual(await resolve({ ...GHCR, path: 'acme/shop' }), { type, properties: ACME })
  const renamed = { username: OWN.user, password: OWN.token }
  assert.deepEqual(await resolve({ ...GHCR, path: 'acmeshop' }), { type, properties: renamed })
  await assert.rejects(resolve({ type: 'OCIRegistry' }), { status: 404, message: /no row of `secrets` fits/ })
})

test('a row fits what says all that it says', () => {
  const match = { hostname: 'a', path: 'x/y' }
  for (const identity of [match, { ...match, port: '1' }, { ...match, path: '/x/y/z' }, { ...match, path: 'x/y/' }])
    assert.equal(fitsIdentity(match, identity), true, JSON.stringify(identity))
  for (const identity of [
    {},
    { hostname: 'a' },
    { ...match, hostname: 'A' },
    { ...match, path: 'x/yz' },
    { path: 'x/y' },
  ])
    assert.equal(fitsIdentity(match, identity), false, JSON.stringify(identity))
  assert.equal(fitsIdentity({ constructor: 'x' }, {}), false)
})

test('logs in by what the host has for it, and ends the token that it got', async (t) => {
  const setup = { approle: { role: { secretId: 'the-secret-id' } }, userpass: { me: 'the-password' } }
  for (const own of [
    { roleId: 'role', secretId: 'the-secret-id' },
    { username: 'me', password: 'the-password' },
  ]) {
    const { vault, resolve } = await scene(t, setup)
    assert.ok(await resolve(GHCR, own))
    assert.equal(whats(vault).at(-1), 'POST /v1/auth/token/revoke-self')
    assert.deepEqual([...vault.tokens.keys()], [ROOT])
  }
  const { vault, running, resolve } = await scene(t, setup)
  await resolve(GHCR)
  assert.ok(
    whats(vault).every((what) => what.startsWith('GET ')),
    'a token of others is used and left',
  )
  await assert.rejects(resolve(GHCR, null), { status: 401, message: /the host has none for/ })
  const config = { type: 'Vault', address: 'https://vault.example:8200/x', secrets: SECRETS }
  const identity = await running.call('credentialRepository', 'getConsumerIdentity', { config })
  assert.deepEqual(identity, { type: 'HashiCorpVault', scheme: 'https', hostname: 'vault.example', port: '8200' })
})

test('what is wrong in a description is called as it is written there', async (t) => {
  const { resolve } = await scene(t)
  const called = (own: Texts, more: object, message: RegExp) => assert.rejects(resolve(GHCR, own, more), { message })
  await called({ token: ROOT }, { caFile: '/none' }, /`caFile` cannot be read \(ENOENT\)/)
  await called({ token: ROOT }, { authMethod: 'kubernetes', role: 'r', jwtFile: '/none' }, /`jwtFile`/)
  await called({}, { authMethod: 'approle' }, /`roleId`/)
})

test('says why there is nothing, with a status, and repeats no secret', async (t) => {
  const rows: readonly (readonly [VaultSetup, Texts, object, number])[] = [
    [{}, { token: 'hvs.wrong-token' }, {}, 403],
    [{}, { username: 'me', password: 'wrong-password' }, {}, 403],
    [{}, { token: ROOT }, { secrets: [{ match: GHCR, path: 'secret/nothing' }] }, 404],
    [{}, { token: ROOT }, { secrets: [{ match: GHCR, path: 'secret/own', properties: { a: 'none' } }] }, 404],
    [{ sealed: true }, { token: ROOT }, {}, 503],
    [{ before: () => [200, 'nothing'] }, { token: ROOT }, {}, 502],
    [{}, { token: ROOT }, { address: 'http://192.0.2.1:8200' }, 400],
    [{}, { token: ROOT }, { secrets: [{ match: GHCR, path: '../sys/seal' }] }, 400],
    [{}, { token: ROOT }, { secrets: [{ match: {}, path: 'secret/own' }] }, 400],
    [{}, { token: ROOT }, { timeout: 'soon' }, 400],
    [{}, { token: ROOT }, { other: 1 }, 400],
  ]
  for (const [setup, own, more, status] of rows) {
    const { running, resolve } = await scene(t, setup)
    await assert.rejects(resolve(GHCR, own, more), (error: Error & { status?: number }) => {
      assert.equal(error.status, status, `${JSON.stringify(more)}: ${error.message}`)
      const shown = error.message + JSON.stringify(running.logged)
      for (const secret of [...Object.values(own), ...Object.values(OWN)])
        if (secret.length > 4) assert.equal(shown.includes(secret), false, error.message)
      assert.doesNotMatch(error.message, /--[a-z]/)
      return true
    })
  }
})
