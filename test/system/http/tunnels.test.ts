// HTTPS through proxies: what travels in the tunnel, who is proven at each end, and what a proxy sees.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage, RequestListener, Server } from 'node:http'
import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { connect, createServer as createTcpServer } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { openConnection } from '../../../system/http/connection.ts'
import { openHttp } from '../../../system/http/open-http.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { listening } from '../../support/machine/listening.ts'
import { ownAuthority, withoutOpenssl as skip } from '../../support/machine/own-authority.ts'

type Seen = { readonly target: string; readonly authorization: string | undefined; readonly headers: string[] }

/** A proxy that connects every name to one server; HTTPS itself where it is given a certificate. */
async function aTunnel(t: TestContext, to: () => number, { pair, early = '' }: { pair?: object; early?: string } = {}) {
  const seen: Seen[] = []
  const server: Server = pair ? createSecureServer(pair) : createServer()
  server.on('connect', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { url = '', headers } = request
    seen.push({ target: url, authorization: headers['proxy-authorization'], headers: Object.keys(headers) })
    const behind = connect(to(), '127.0.0.1', () => {
      socket.write(`HTTP/1.1 200 Connection established\r\n${early}\r\n`)
      behind.write(head)
      behind.pipe(socket).pipe(behind)
    })
    behind.on('error', () => socket.destroy())
    socket.on('error', () => behind.destroy())
  })
  const port = await listening(t, server)
  return { seen, address: `${pair ? 'https' : 'http'}://user:p%40ss@localhost:${port}` }
}

async function aServer(t: TestContext, pair: object, listener: RequestListener) {
  const server = createSecureServer(pair, listener)
  let sockets = 0
  server.on('secureConnection', () => sockets++)
  const port = await listening(t, server)
  return { port: () => port, sockets: () => sockets }
}

async function read(http: Awaited<ReturnType<typeof openHttp>>, address: string): Promise<string> {
  const answer = await http.get(new URL(address))
  const chunks: Buffer[] = []
  for await (const chunk of answer.body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

for (const kind of ['http', 'https'] as const)
  test(`an ${kind} proxy carries HTTPS: it learns the name and its own password, and nothing of the request`, {
    skip,
  }, async (t) => {
    const ca = ownAuthority(t)
    const pair = ca.issue({ san: 'DNS:plugins.invalid,DNS:localhost' })
    const asked: unknown[] = []
    const server = await aServer(t, pair, ({ method, url, headers }, response) => {
      asked.push([method, url, headers.host, headers['proxy-authorization'], headers.authorization])
      response.end(`answer to ${url}`)
    })
    const proxy = await aTunnel(t, server.port, kind === 'https' ? { pair } : {})
    const env = { HTTPS_PROXY: proxy.address, NODE_EXTRA_CA_CERTS: ca.file }
    using http = await openHttp({ env })
    for (const path of ['/a', '/b?c=d'])
      assert.equal(await read(http, `https://plugins.invalid${path}`), `answer to ${path}`)
    using connection = openConnection(new URL('https://plugins.invalid/'), { env, token: 'octo_x' })
    const chunks = async function* () {
      yield Buffer.alloc(100_000)
    }
    const reply = await connection.send({ method: 'PATCH', path: 'up', body: { size: 100_000, chunks: chunks() } })
    assert.deepEqual([reply.status, reply.text], [200, 'answer to /up'])
    assert.deepEqual(asked, [
      ['GET', '/a', 'plugins.invalid', undefined, undefined],
      ['GET', '/b?c=d', 'plugins.invalid', undefined, undefined],
      ['PATCH', '/up', 'plugins.invalid', undefined, 'Bearer octo_x'],
    ])
    const authorization = `Basic ${Buffer.from('user:p@ss').toString('base64')}`
    assert.deepEqual(
      proxy.seen.map(({ target, authorization }) => [target, authorization]),
      [
        ['plugins.invalid:443', authorization],
        ['plugins.invalid:443', authorization],
      ],
      'one tunnel for both reads, one for the connection',
    )
    for (const { headers } of proxy.seen)
      assert.deepEqual(headers.sort(), ['connection', 'host', 'proxy-authorization', 'user-agent'])
    assert.equal(server.sockets(), 2)
  })

test('behind a tunnel the server proves who it is, not the proxy', { skip }, async (t) => {
  const ca = ownAuthority(t)
  const server = await aServer(t, ca.issue({ san: 'DNS:localhost' }), (_request, response) => void response.end('x'))
  const proxy = await aTunnel(t, server.port)
  using http = await openHttp({ env: { HTTPS_PROXY: proxy.address, NODE_EXTRA_CA_CERTS: ca.file } })
  const error = await expectCodeAsync('FETCH_FAILED', () => http.get(new URL('https://plugins.invalid/x')))
  assert.match(error.message, /`https:\/\/plugins\.invalid\/x` could not be fetched through the proxy/)
  assert.equal(error.details.reason, 'ERR_TLS_CERT_ALTNAME_INVALID')
  using distrusting = await openHttp({ env: { HTTPS_PROXY: proxy.address } })
  await expectCodeAsync('FETCH_FAILED', () => distrusting.get(new URL('https://plugins.invalid/x')))
})

test('an HTTPS proxy proves who it is before it gets the password', { skip }, async (t) => {
  const ca = ownAuthority(t)
  const pair = ca.issue({ san: 'DNS:elsewhere.invalid' })
  const server = await aServer(t, pair, (_request, response) => void response.end('x'))
  const proxy = await aTunnel(t, server.port, { pair })
  for (const variable of ['HTTPS_PROXY', 'HTTP_PROXY'])
    for (const extra of [{ NODE_EXTRA_CA_CERTS: ca.file }, {}]) {
      using http = await openHttp({ env: { [variable]: proxy.address, ...extra } })
      const address = `${variable === 'HTTP_PROXY' ? 'http' : 'https'}://plugins.invalid/x`
      const error = await expectCodeAsync('FETCH_FAILED', () => http.get(new URL(address)))
      assert.match(
        error.message,
        new RegExp(`^the proxy \`https://localhost:\\d+\` of ${variable} cannot be reached: `),
      )
    }
  assert.deepEqual(proxy.seen, [])
})

test('plain HTTP goes through an HTTPS proxy with the whole address', { skip }, async (t) => {
  const ca = ownAuthority(t)
  const seen: unknown[] = []
  const server = createSecureServer(ca.issue(), ({ url, headers }, response) => {
    seen.push([url, headers.host, typeof headers['proxy-authorization']])
    response.end('proxied')
  })
  const env = { HTTP_PROXY: `https://u:p@localhost:${await listening(t, server)}`, NODE_EXTRA_CA_CERTS: ca.file }
  using http = await openHttp({ env })
  assert.equal(await read(http, 'http://plugins.invalid:8080/x?y=z'), 'proxied')
  assert.deepEqual(seen, [['http://plugins.invalid:8080/x?y=z', 'plugins.invalid:8080', 'string']])
})

test('a tunnel takes an answer with headers of its own, and ends a proxy that says nothing', { skip }, async (t) => {
  const ca = ownAuthority(t)
  const server = await aServer(
    t,
    ca.issue({ san: 'DNS:plugins.invalid' }),
    (_request, response) => void response.end('x'),
  )
  const proxy = await aTunnel(t, server.port, { early: `Via: 1.1 proxy\r\nX-Long: ${'x'.repeat(40_000)}\r\n` })
  using http = await openHttp({ env: { HTTPS_PROXY: proxy.address, NODE_EXTRA_CA_CERTS: ca.file } })
  assert.equal(await read(http, 'https://plugins.invalid/'), 'x')
  const mute = createServer()
  mute.on('connect', () => undefined)
  const env = { HTTPS_PROXY: `http://localhost:${await listening(t, mute)}`, NODE_EXTRA_CA_CERTS: ca.file }
  const asked = once(mute, 'connect')
  t.mock.timers.enable({ apis: ['setTimeout'] })
  using impatient = await openHttp({ env, timeouts: { connectMs: 500 } })
  const failing = expectCodeAsync('FETCH_FAILED', () => impatient.get(new URL('https://plugins.invalid/')))
  await asked
  t.mock.timers.tick(500)
  const error = await failing
  assert.match(error.message, /^the proxy `http:\/\/localhost:\d+` of HTTPS_PROXY gave no answer within 500 ms$/)
})

test('a proxy that is asked for TLS and says nothing is named in the time of a connection, by every reader', async (t) => {
  const mute = createTcpServer()
  const address = `https://u:s3cret@127.0.0.1:${await listening(t, mute)}`
  const env = { HTTPS_PROXY: address, HTTP_PROXY: address }
  using http = await openHttp({ env, timeouts: { connectMs: 500 } })
  for (const url of ['https://plugins.invalid/', 'http://plugins.invalid/']) {
    const { message } = await expectCodeAsync('FETCH_FAILED', () => http.get(new URL(url)))
    assert.match(
      message,
      /^the proxy `https:\/\/127\.0\.0\.1:\d+` of HTTPS?_PROXY cannot be reached: no answer in time$/,
    )
  }
})

test('a proxy that answers CONNECT with a page is blamed, and nobody is told to do without TLS', async (t) => {
  const portal = createServer()
  portal.on('connect', (_request, socket: Duplex) => {
    socket.on('error', () => undefined)
    socket.end('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>please log in</html>')
  })
  using http = await openHttp({ env: { HTTPS_PROXY: `http://localhost:${await listening(t, portal)}` } })
  const error = await expectCodeAsync('FETCH_FAILED', () => http.get(new URL('https://plugins.invalid/')))
  assert.match(error.message, /through the proxy `http:\/\/localhost:\d+` of HTTPS_PROXY: /)
  assert.equal(error.hint, 'ask who runs the proxy, or leave it out for this host: NO_PROXY=plugins.invalid')
})

test('whoever waits for a call of an API is told for whom, and through which proxy', async (t) => {
  const release: (() => void)[] = []
  const server = createServer((request, response) => {
    request.resume()
    release.push(() => void response.end('{}'))
  })
  const env = { HTTP_PROXY: `http://u:s3cret@localhost:${await listening(t, server)}` }
  const lines: string[] = []
  const heard = Promise.withResolvers<void>()
  const onWait = (line: string) => {
    lines.push(line)
    heard.resolve()
  }
  using connection = openConnection(new URL('http://plugins.invalid/'), { env, onWait, noticeMs: 1 })
  const call = connection.send({ method: 'GET', path: 'api' })
  await heard.promise
  while (release.length === 0) await new Promise(setImmediate)
  release.pop()?.()
  await call
  assert.equal(lines.length, 1)
  assert.match(
    lines[0] ?? '',
    /^waiting for plugins\.invalid through the proxy http:\/\/localhost:\d+, for at most \d+ (?:s|min)$/,
  )
})
