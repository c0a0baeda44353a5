// Whose login goes where a redirect leads: a token belongs to a registry, which may be one of several below a host.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { credentialsFrom } from '../../../credentials/read-credentials.ts'
import { fetchText } from '../../../system/http/fetch-text.ts'
import { openHttp } from '../../../system/http/open-http.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { listening } from '../../support/machine/listening.ts'

const LED: readonly (readonly [from: string, to: string, sent: boolean])[] = [
  ['/ours/a', '/ours/b', true],
  ['/ours/a', '/theirs/collect', false],
  ['/ours/a', '/ours/../theirs/collect', false],
  ['/ours/a', '/oursandtheirs/collect', false],
  ['/ours/a', 'over another server to /theirs/collect', false],
  ['/ours/a', 'over another server to /ours/b', true],
]
const LOGINS: Readonly<Record<string, (base: string) => object>> = {
  'a token of a registry': (base) => ({ OCTO_REGISTRY: `${base}/ours`, OCTO_TOKEN: 'octo_secret' }),
  'a password of a host': (base) => ({ OCTO_CREDENTIALS: base.replace('//', '//me:word@') }),
}

for (const [login, envOf] of Object.entries(LOGINS))
  for (const [from, to, isSent] of LED)
    test(`${login} goes where it belongs when ${from} leads to ${to}`, async (t) => {
      const seen: unknown[] = []
      const [, beyond = to] = /^over another server to (.*)$/.exec(to) ?? []
      let target = to
      const server = createServer(({ url, headers: { authorization } }, response) => {
        if (url !== from) seen.push(authorization)
        if (authorization === undefined) response.writeHead(401, { 'www-authenticate': 'Basic, Bearer' }).end()
        else if (url === from) response.writeHead(302, { location: target }).end()
        else response.end('there')
      })
      const base = `http://127.0.0.1:${await listening(t, server)}`
      const other = createServer((_request, response) => response.writeHead(302, { location: base + beyond }).end())
      if (beyond !== to) target = `http://127.0.0.1:${await listening(t, other)}/`
      using http = await openHttp({ env: {}, credentials: credentialsFrom({ HOME: '/nowhere', ...envOf(base) }) })
      const asked = fetchText(http, { url: new URL(from, base), maxBytes: 100 })
      if (!isSent && login.includes('token')) {
        await expectCodeAsync('UNAUTHENTICATED', () => asked)
        assert.deepEqual(seen, [undefined])
      } else {
        assert.equal(await asked, 'there')
        assert.match(String(seen.at(-1)), login.includes('token') ? /^Bearer octo_secret$/ : /^Basic /)
      }
    })

test('a user and password of the address stay with a redirect on its server', async (t) => {
  const server = createServer(({ url, headers: { authorization } }, response) => {
    if (authorization === undefined) response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
    else if (url === '/a') response.writeHead(302, { location: '/b' }).end()
    else response.end(authorization)
  })
  const url = new URL(`http://me:word@127.0.0.1:${await listening(t, server)}/a`)
  using http = await openHttp({ env: {}, credentials: credentialsFrom({ HOME: '/nowhere' }) })
  assert.equal(await fetchText(http, { url, maxBytes: 100 }), `Basic ${Buffer.from('me:word').toString('base64')}`)
})
