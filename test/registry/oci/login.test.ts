import assert from 'node:assert/strict'
import { test } from 'node:test'
import { revokeToken } from '../../../registry/admin/tokens.ts'
import { createPullTokens } from '../../../registry/auth/pull-token.ts'
import { bearerParameters } from '../../../system/http/bearer-challenge.ts'
import type { PrivateScene } from '../../support/registry/private-scene.ts'
import { aPrivateScene, PLUGIN } from '../../support/registry/private-scene.ts'

const NAME = `secret/component-descriptors/octo.internal/secret/${PLUGIN}`
const OPEN = 'core/component-descriptors/octo.internal/core/hello'
const OTHER = 'vault/component-descriptors/octo.internal/vault/other'
const tagsOf = (name: string) => `/v2/${name}/tags/list`
const basic = (password: string) => `Basic ${Buffer.from(`somebody:${password}`).toString('base64')}`

/** What a client of containers does: asks, is told where tokens are, fetches one for its login, asks again with it. */
async function pull({ ask }: PrivateScene, name: string, login?: string) {
  const refused = await ask(tagsOf(name))
  const said = bearerParameters(String(refused.headers['www-authenticate']))
  const realm = new URL(said?.get('realm') ?? '')
  realm.searchParams.set('service', said?.get('service') ?? '')
  for (const scope of said?.get('scope')?.split(' ') ?? []) realm.searchParams.append('scope', scope)
  const given = await ask(realm.pathname + realm.search, login === undefined ? {} : { authorization: login })
  const token = given.status === 200 ? (JSON.parse(given.body.toString()) as { token: string }).token : ''
  const answered = await ask(tagsOf(name), { authorization: `Bearer ${token}` })
  return { refused, given, token, answered }
}

const errorOf = (body: Buffer) => (JSON.parse(body.toString()) as { errors: { code: string }[] }).errors[0]?.code

type Login = readonly [title: string, act: (scene: PrivateScene) => Promise<void>]
/** What leaves a registry, and its clock, as they are for the next one. */
const LOGINS: Login[] = []
const logsIn = (...login: Login) => void LOGINS.push(login)

logsIn('a client of containers is told where to log in, and reads with the token that it gets there', async (scene) => {
  const { registry } = scene
  const reader = await registry.createToken(['secret/*:read'])
  const { refused, given, answered } = await pull(scene, NAME, basic(reader.token))
  assert.deepEqual([refused.status, errorOf(refused.body)], [401, 'UNAUTHORIZED'])
  assert.equal(
    refused.headers['www-authenticate'],
    `Bearer realm="${registry.url}/v2/token",service="${new URL(registry.url).host}",scope="repository:${NAME}:pull"`,
  )
  const { token, access_token: same, expires_in: seconds } = JSON.parse(given.body.toString())
  assert.deepEqual([same, seconds, given.headers['cache-control']], [token, 300, 'no-store'])
  assert.ok(!given.body.includes(reader.token), 'the login itself is not sent about')
  assert.deepEqual([answered.status, JSON.parse(answered.body.toString()).tags], [200, ['1.0.0']])
})

test('`/v2/` asks for a login where something is private, and is content with any that counts', async (t) => {
  const { registry, ask, mayNot, wait } = await aPrivateScene(t)
  const ping = await ask('/v2/')
  assert.equal(ping.status, 401)
  assert.match(String(ping.headers['www-authenticate']), /^Bearer realm="[^"]+\/v2\/token",service="[^"]+"$/)
  const anonymous = JSON.parse((await ask('/v2/token')).body.toString()).token
  const { token } = await registry.createToken(['core/*'])
  for (const authorization of [`Bearer ${anonymous}`, `Bearer ${token}`, basic(token)])
    assert.equal((await ask('/v2/', { authorization })).status, 200)
  for (const who of [
    ...['a word that is no token', 'an expired token', 'a revoked token as a password'],
    'a token for images that nobody gave out',
  ])
    assert.equal((await ask('/v2/', { authorization: mayNot[who] ?? '' })).status, 401, who)
  wait(301_000)
  assert.equal((await ask('/v2/', { authorization: `Bearer ${anonymous}` })).status, 401)
})

test('a token for images that a clock gave which was ahead is none once the clock is right', async (t) => {
  const { ask, wait } = await aPrivateScene(t)
  const anonymous = JSON.parse((await ask('/v2/token')).body.toString()).token
  const status = async () => (await ask('/v2/', { authorization: `Bearer ${anonymous}` })).status
  wait(-299_000)
  assert.equal(await status(), 200, 'a clock is set a little all the time')
  wait(-100_000)
  assert.equal(await status(), 401)
})

test('whoever pulls without a login is asked for one each time, and tries no token by it', async (t) => {
  const scene = await aPrivateScene(t, 1)
  for (const name of [NAME, NAME, OTHER]) {
    const { given, answered } = await pull(scene, name)
    assert.deepEqual([given.status, answered.status, errorOf(answered.body)], [200, 401, 'UNAUTHORIZED'])
  }
})

logsIn('a login that does not count gets no token; one that may not read gets one and finds nothing', async (scene) => {
  for (const who of ['a password that is no token', 'a revoked token as a password', 'an expired token']) {
    const { given } = await pull(scene, NAME, scene.mayNot[who])
    assert.deepEqual([given.status, errorOf(given.body)], [401, 'UNAUTHORIZED'], who)
    assert.equal(given.headers['www-authenticate'], 'Basic realm="octo"')
  }
  const stranger = scene.mayNot['a reader of another private repo, by password']
  const { given, answered } = await pull(scene, NAME, stranger)
  assert.deepEqual([given.status, answered.status, errorOf(answered.body)], [200, 404, 'NAME_UNKNOWN'])
  const nobody = await pull(scene, NAME)
  assert.deepEqual([nobody.given.status, nobody.answered.status], [200, 401])
})

logsIn('a token for one repository reads no other private one, and what is public with any or none', async (scene) => {
  const { ask, registry } = scene
  const { token } = await pull(scene, NAME, basic((await registry.createToken(['*/*:read'])).token))
  const statuses = async (name: string) => (await ask(tagsOf(name), { authorization: `Bearer ${token}` })).status
  assert.deepEqual([await statuses(NAME), await statuses(OTHER), await statuses(OPEN)], [200, 401, 200])
  const again = await ask(tagsOf(OTHER), { authorization: `Bearer ${token}` })
  assert.match(String(again.headers['www-authenticate']), /scope="repository:vault\//)
  assert.equal((await ask(tagsOf(OPEN))).status, 200)
  assert.equal((await ask(tagsOf(OPEN), { authorization: 'Bearer nonsense' })).status, 200)
})

test('a token ends after minutes, and at once when the login behind it is revoked', async (t) => {
  const scene = await aPrivateScene(t)
  const { registry, ask } = scene
  const reader = await registry.createToken(['secret/*:read'])
  const status = async (token: string) => (await ask(tagsOf(NAME), { authorization: `Bearer ${token}` })).status
  const first = (await pull(scene, NAME, basic(reader.token))).token
  scene.wait(200_000)
  assert.equal(await status(first), 200)
  scene.wait(101_000)
  assert.equal(await status(first), 401)
  const second = (await pull(scene, NAME, basic(reader.token))).token
  assert.equal(await status(second), 200)
  await revokeToken(registry.serving.registry.services, reader.id)
  assert.equal(await status(second), 401)
})

test('a token that somebody changed, or that another process sealed, is none', () => {
  const tokens = createPullTokens()
  const grant = { tokenId: 'tok-1', repos: [], until: 5 }
  const token = tokens.issue(grant)
  assert.deepEqual(tokens.read(token), grant)
  const [head, text = '', seal = ''] = token.split('.')
  const forged = Buffer.from(JSON.stringify({ ...grant, tokenId: 'tok-2' })).toString('base64url')
  for (const other of [
    `${head}.${forged}.${seal}`,
    `${head}.${text}.${seal.slice(0, -1)}${seal.endsWith('A') ? 'E' : 'A'}`,
    `${head}.${text}.`,
    `${head}.${text}`,
    `${head}..${seal}`,
    `other.${text}.${seal}`,
    createPullTokens().issue(grant),
    '',
  ])
    assert.equal(tokens.read(other), undefined, other)
})

logsIn('scopes that are not ours, too many or misspelt are left out', async ({ ask, registry }) => {
  const { token: login } = await registry.createToken(['*/*:read'])
  const reads = async (scope: string) => {
    const query = new URLSearchParams(scope.split('&').map((text) => ['scope', text])).toString()
    const given = await ask(`/v2/token?${query}`, { authorization: basic(login) })
    const { token } = JSON.parse(given.body.toString()) as { token: string }
    return (await ask(tagsOf(NAME), { authorization: `Bearer ${token}` })).status === 200
  }
  for (const scope of [`repository:${NAME}:pull`, `repository:${NAME}:pull,push`, `repository:${NAME}:*`])
    assert.ok(await reads(scope), scope)
  assert.ok(await reads(`repository:${OPEN}:pull repository:${NAME}:pull`))
  assert.ok(await reads(`repository:${OPEN}:pull&repository:${NAME}:pull`))
  for (const scope of [
    ...['', 'repository:secret:pull', `repository:${NAME}:push`, `repository:${NAME}`, `registry:catalog:*`, 'a:b:c:d'],
    ...[`repository:${NAME.toUpperCase()}:pull`, `repository:${OTHER}:pull`, '%', `repository:${NAME}:pullx`],
    `${`repository:${OPEN}:pull `.repeat(40)}repository:${NAME}:pull`,
  ])
    assert.ok(!(await reads(scope)), scope)
})

test('a login of containers opens what it may read, and nothing else', async (t) => {
  const scene = await aPrivateScene(t)
  assert.equal(LOGINS.length, 4)
  for (const [title, act] of LOGINS) await t.test(title, () => act(scene))
})
