// What whoever was refused for want of a login is told to type.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { loginHint } from '../../credentials/login-hint.ts'
import { fetchText } from '../../system/http/fetch-text.ts'
import { openHttp } from '../../system/http/open-http.ts'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'
import { listening } from '../support/machine/listening.ts'

const RETRY = { attempts: 1, firstWaitMs: 1, maxWaitMs: 1 }

test('where a server leads whoever reads becomes one word of the command that a refusal names', async (t) => {
  const server = createServer(({ url: path }, response) => {
    if (path === '/x') response.writeHead(302, { location: "/a;id;$(id)'/repos/core.yaml" }).end()
    else response.writeHead(401).end()
  })
  const url = new URL(`http://127.0.0.1:${await listening(t, server)}/x`)
  using http = await openHttp({ env: {}, hintOf: async (refused) => loginHint(refused) })
  const { hint = '' } = await expectCodeAsync('UNAUTHENTICATED', () =>
    fetchText(http, { url, maxBytes: 1000, retry: RETRY }),
  )
  assert.equal(
    hint,
    `\`octo login --registry '${url.origin}/a;id;$(id)'\\'''\` keeps a token for it; OCTO_TOKEN counts only beside OCTO_REGISTRY='${url.origin}/a;id;$(id)'\\'''`,
  )
})

const HINTS: readonly (readonly [string, string, string | undefined, RegExp])[] = [
  [
    'a registry below a path',
    'https://a.net/octo/repos/core.yaml',
    'Bearer',
    /octo login --registry https:\/\/a\.net\/octo`/,
  ],
  ['a server that asks for a password', 'https://a.net/core.yaml', 'Basic realm="x"', /~\/\.netrc .*machine a\.net /],
  ['an address without encryption', 'http://a.net/repos/core.yaml', undefined, /https:\/\//],
]

for (const [says, address, challenge, expected] of HINTS)
  test(`${says} is told of in its own words`, () => {
    assert.match(loginHint({ status: 401, url: new URL(address), challenge }) ?? '', expected)
  })

test('nothing is said of logins where it is not a login that is missing', () => {
  for (const status of [400, 403, 404, 451, 500])
    assert.equal(loginHint({ status, url: new URL('https://a.net/repos/core.yaml'), challenge: 'Bearer' }), undefined)
})
