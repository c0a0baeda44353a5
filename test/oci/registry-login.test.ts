// Where a registry that asks for a token may send whoever reads, and whose password goes with that.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { registryLogin } from '../../oci/registry-login.ts'
import { reachFrom } from '../../system/http/reach.ts'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'
import { listening } from '../support/machine/listening.ts'

test('only a registry of this machine sends whoever reads to a server of this machine', async (t) => {
  const asked: string[] = []
  const server = createServer(({ url, headers }, response) => {
    asked.push(`${url} ${headers.authorization}`)
    response.end('{"token": "t"}')
  })
  const port = await listening(t, server)
  const login = (base: string, realm: string) => {
    const url = new URL(base)
    const env = { OCTO_CREDENTIALS: `https://me:word@registry.example http://me:word@127.0.0.1:${port}` }
    const find = registryLogin({ host: url.host, path: 'a/b', base: url, env, reach: reachFrom(url) })
    return find(new URL('/v2/a/b/tags/list', url), `Bearer realm="${realm}",service="s",scope="repository:*:*"`)
  }
  const near = [
    'http://127.0.0.1',
    'https://127.0.0.1',
    'https://localhost',
    'https://10.0.0.5',
    'https://169.254.169.254',
  ]
  for (const host of near)
    await expectCodeAsync('FETCH_REFUSED', () => login('https://registry.example', `${host}:${port}/shutdown`))
  await expectCodeAsync('FETCH_REFUSED', () => login('https://registry.example', 'http://tokens.example/token'))
  await expectCodeAsync('FETCH_REFUSED', () => login('https://registry.example', 'https://me:word@tokens.example/'))
  assert.deepEqual(asked, [])
  assert.equal(await login(`http://127.0.0.1:${port}`, `http://127.0.0.1:${port}/token`), 'Bearer t')
  assert.deepEqual(asked, ['/token?service=s&scope=repository%3Aa%2Fb%3Apull Basic bWU6d29yZA=='])
})

test('a token is kept for as long as it counts, also where the clock is set back meanwhile', async (t) => {
  let given = 0
  const server = createServer((_request, response) => void response.end(`{"token":"t${++given}","expires_in":300}`))
  const base = new URL(`http://127.0.0.1:${await listening(t, server)}`)
  const find = registryLogin({ host: base.host, path: 'a/b', base, env: {}, reach: reachFrom(base) })
  const ask = () => find(base, `Bearer realm="${base.href}token"`)
  const [wall, steady] = [Date.now, performance.now.bind(performance)]
  assert.equal(await ask(), 'Bearer t1')
  t.mock.method(Date, 'now', () => wall() - 24 * 3600_000)
  assert.equal(await ask(), 'Bearer t1')
  Object.defineProperty(performance, 'now', { value: () => steady() + 291_000, configurable: true })
  t.after(() => Reflect.deleteProperty(performance, 'now'))
  assert.equal(await ask(), 'Bearer t2')
})

test('a token that counts for a few seconds is asked for once in half of them, and not for each read', async (t) => {
  let given = 0
  const server = createServer((_request, response) => void response.end(`{"token":"t${++given}","expires_in":8}`))
  const base = new URL(`http://127.0.0.1:${await listening(t, server)}`)
  let now = 0
  const find = registryLogin({ host: base.host, path: 'a/b', base, env: {}, reach: reachFrom(base) }, () => now)
  const ask = () => find(base, `Bearer realm="${base.href}token"`)
  const asked: (string | undefined)[] = []
  for (now of [0, 3999, 4000, 7999]) asked.push(await ask())
  assert.deepEqual(asked, ['Bearer t1', 'Bearer t1', 'Bearer t2', 'Bearer t2'])
})
