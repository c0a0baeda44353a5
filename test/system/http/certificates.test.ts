// TLS with authorities made here: whom is trusted, and what is said of who is not.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer as createPlainServer } from 'node:http'
import { createServer } from 'node:https'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { fetchText } from '../../../system/http/fetch-text.ts'
import { openHttp } from '../../../system/http/open-http.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { listening } from '../../support/machine/listening.ts'
import type { Leaf } from '../../support/machine/own-authority.ts'
import { ownAuthority, withoutOpenssl } from '../../support/machine/own-authority.ts'

async function asking(t: TestContext, pair: { key: string; cert: string }, env: Record<string, string>) {
  const server = createServer(pair, (_request, response) => void response.end('text'))
  let connections = 0
  server.on('connection', () => connections++)
  const url = new URL(`https://localhost:${await listening(t, server)}/x`)
  const http = await openHttp({ env })
  t.after(() => http[Symbol.dispose]())
  return { url, connections: () => connections, ask: () => fetchText(http, { url, maxBytes: 100 }) }
}

for (const variable of ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_DIR'] as const)
  test(`an own authority in ${variable} is trusted, and without it the error names the way`, {
    skip: withoutOpenssl,
  }, async (t) => {
    const ca = ownAuthority(t)
    for (const chain of [false, true]) {
      const pair = ca.issue({ chain })
      const place = variable === 'SSL_CERT_DIR' ? ca.folder : ca.file
      assert.equal(await (await asking(t, pair, { [variable]: place })).ask(), 'text')
      const { ask, connections } = await asking(t, pair, {})
      const error = await expectCodeAsync('FETCH_FAILED', ask)
      assert.match(error.message, /authority that this machine does not trust/)
      assert.match(error.hint ?? '', /NODE_EXTRA_CA_CERTS or SSL_CERT_FILE/)
      assert.equal(connections(), 1, 'not tried again')
    }
  })

test('a wrong name, a certificate of the past or future, and a self-signed one each have their sentence', {
  skip: withoutOpenssl,
}, async (t) => {
  const ca = ownAuthority(t)
  const env = { SSL_CERT_FILE: ca.file }
  const rows: [Leaf, RegExp][] = [[{ san: 'DNS:other.example' }, /for another name, it names `DNS:other.example`/]]
  try {
    ca.issue({ dates: ['20200101000000Z', '20200201000000Z'] })
    rows.push([{ dates: ['20200101000000Z', '20200201000000Z'] }, /has expired/])
    rows.push([{ dates: ['20900101000000Z', '20910101000000Z'] }, /not valid yet/])
  } catch {
    t.diagnostic('this openssl sets no dates')
  }
  for (const [leaf, sentence] of rows) {
    const { ask, connections } = await asking(t, ca.issue(leaf), env)
    assert.match((await expectCodeAsync('FETCH_FAILED', ask)).message, sentence)
    assert.equal(connections(), 1)
  }
  const read = (name: string) => readFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url), 'utf8')
  const own = { key: read('localhost.key'), cert: read('localhost.crt') }
  const { ask } = await asking(t, own, { NODE_TLS_REJECT_UNAUTHORIZED: '0' })
  assert.match((await expectCodeAsync('FETCH_FAILED', ask)).message, /self-signed/)
})

test('a file of authorities that cannot be used is an error with the name of its variable', {
  skip: withoutOpenssl,
}, async (t) => {
  const ca = ownAuthority(t)
  const pair = ca.issue()
  const write = (name: string, text: string) => {
    writeFileSync(join(ca.folder, name), text)
    return join(ca.folder, name)
  }
  const damaged = readFileSync(ca.file, 'utf8').replace(/\n[A-Za-z0-9+/]{30}/, '\nAAAA')
  const places = [
    join(ca.folder, 'missing'),
    ca.folder,
    write('garbage', 'no certificate'),
    write('empty', ''),
    write('damaged', damaged),
  ]
  for (const variable of ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'])
    for (const place of places) {
      const { ask, connections } = await asking(t, pair, { [variable]: place })
      const error = await expectCodeAsync('CONFIG_INVALID', ask)
      assert.match(error.message, new RegExp(`^${variable} names`))
      assert.equal(connections(), 0)
    }
  const { ask } = await asking(t, pair, { SSL_CERT_DIR: join(ca.folder, 'missing') })
  await expectCodeAsync('CONFIG_INVALID', ask)
})

test('a redirect from HTTPS to HTTP is refused', { skip: withoutOpenssl }, async (t) => {
  const ca = ownAuthority(t)
  const plain = await listening(
    t,
    createPlainServer((_request, response) => void response.end('text')),
  )
  const server = createServer(ca.issue(), (_request, response) => {
    response.writeHead(302, { location: `http://127.0.0.1:${plain}/x` }).end()
  })
  const url = new URL(`https://localhost:${await listening(t, server)}/x`)
  const http = await openHttp({ env: { SSL_CERT_FILE: ca.file } })
  t.after(() => http[Symbol.dispose]())
  const error = await expectCodeAsync('FETCH_REFUSED', () => fetchText(http, { url, maxBytes: 100 }))
  assert.match(error.message, /a redirect away from HTTPS/)
})
