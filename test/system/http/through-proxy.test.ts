// Real proxies, written here: what they are asked, and what is said when they do not work.
import assert from 'node:assert/strict'
import type { IncomingMessage, RequestListener } from 'node:http'
import { createServer } from 'node:http'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { callApi } from '../../../publisher/publish/call-api.ts'
import { whoamiAnswer } from '../../../schemas/api.ts'
import { openConnection } from '../../../system/http/connection.ts'
import { openHttp } from '../../../system/http/open-http.ts'
import { refusalOf } from '../../../system/http/refusal.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { freePort, listening } from '../../support/machine/listening.ts'

async function reading(t: TestContext, env: Record<string, string>, address: string) {
  const http = await openHttp({ env })
  t.after(() => http[Symbol.dispose]())
  const answer = await http.get(new URL(address))
  if (answer.status !== 200) throw await refusalOf(answer)
  const chunks: Buffer[] = []
  for await (const chunk of answer.body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

async function aProxy(t: TestContext, listener: RequestListener, onConnect?: (request: IncomingMessage) => string) {
  const server = createServer(listener)
  server.on('connect', (request, socket) => void socket.end(onConnect?.(request) ?? 'HTTP/1.1 500 no\r\n\r\n'))
  return `127.0.0.1:${await listening(t, server)}`
}

test('a proxy is asked for the whole address, with credentials of its own and none in the address', async (t) => {
  const seen: unknown[] = []
  const proxy = await aProxy(t, ({ url, headers }, response) => {
    seen.push([url, headers.host, headers['proxy-authorization']])
    response.end('proxied')
  })
  const env = { HTTP_PROXY: `http://user:p%25ss@${proxy}` }
  assert.equal(await reading(t, env, 'http://plugins.invalid:81/x?a=1'), 'proxied')
  const authorization = `Basic ${Buffer.from('user:p%ss').toString('base64')}`
  assert.deepEqual(seen, [['http://plugins.invalid:81/x?a=1', 'plugins.invalid:81', authorization]])
})

test('a proxy that refuses, is dead, or answers in its own name is named without its credentials', async (t) => {
  const answering = (status: number) => aProxy(t, (_request, response) => void response.writeHead(status).end('<html>'))
  const connecting = (line: string) =>
    aProxy(
      t,
      () => {},
      () => `HTTP/1.1 ${line}\r\n\r\n`,
    )
  const dead = `127.0.0.1:${await freePort()}`
  const rows: [string, string, RegExp][] = [
    ['http://plugins.invalid/x', dead, /of HTTP_PROXY cannot be reached: refused/],
    ['https://plugins.invalid/x', dead, /of HTTPS_PROXY cannot be reached: refused/],
    ['http://plugins.invalid/x', await answering(407), /of HTTP_PROXY does not accept the user/],
    ['http://plugins.invalid/x', await answering(502), /answers 502 through the proxy/],
    ['https://plugins.invalid/x', await connecting('407 no'), /of HTTPS_PROXY does not accept the user/],
    [
      'https://plugins.invalid/x',
      await connecting('403 no'),
      /answers 403 instead of connecting to `plugins.invalid:443`/,
    ],
    ['https://plugins.invalid/x', await connecting('503 no'), /answers 503 instead of connecting/],
    ['https://plugins.invalid/x', await connecting('nonsense'), /proxy/],
  ]
  for (const [address, proxy, sentence] of rows) {
    const env = { HTTP_PROXY: `http://user:s3cret@${proxy}`, HTTPS_PROXY: `http://user:s3cret@${proxy}` }
    const error = await reading(t, env, address).then(assert.fail, (thrown) => thrown)
    assert.match(error.message, sentence)
    assert.match(error.message, new RegExp(`http://${proxy}`))
    assert.ok(!JSON.stringify([error, error.message, error.stack]).includes('s3cret'))
  }
})

test('a proxy that asks for a user is answered with how to give one, and the publisher hears the same', async (t) => {
  const proxy = await aProxy(t, (_request, response) => void response.writeHead(407).end())
  const env = { HTTP_PROXY: `http://${proxy}` }
  using connection = openConnection(new URL('http://plugins.invalid/'), { env })
  const who = () => callApi(connection, { method: 'GET', path: 'api/v1/whoami' }, whoamiAnswer)
  const error = await expectCodeAsync('FETCH_REFUSED', who)
  assert.match(error.message, /asks for a user and password \(407\)/)
  assert.match(error.hint ?? '', /HTTP_PROXY as `http:\/\/USER:PASSWORD@HOST:PORT`/)
})

test('a proxy that closes every connection without a word is asked again on a new one', async (t) => {
  let asked = 0
  const proxy = await aProxy(t, (_request, response) => {
    response.end(String(++asked), () => response.socket?.destroy())
  })
  const http = await openHttp({ env: { HTTP_PROXY: proxy } })
  t.after(() => http[Symbol.dispose]())
  for (let expected = 1; expected <= 5; expected++) {
    const answer = await http.get(new URL('http://plugins.invalid/x'))
    for await (const chunk of answer.body) assert.equal(chunk.toString(), String(expected))
  }
})

test('bodies go through a proxy that closes every connection without a word, right after another call too', async (t) => {
  const seen: string[] = []
  const proxy = await aProxy(t, async (request, response) => {
    let size = 0
    for await (const chunk of request) size += chunk.length
    seen.push(`${request.method} ${size}`)
    response.end('{}', () => response.socket?.destroy())
  })
  using connection = openConnection(new URL('http://plugins.invalid/'), { env: { HTTP_PROXY: proxy } })
  async function* chunks() {
    for (let piece = 0; piece < 30; piece++) yield Buffer.alloc(100_000)
  }
  for (let round = 0; round < 5; round++) {
    await connection.send({ method: 'HEAD', path: 'up' })
    await connection.send({ method: 'PATCH', path: 'up', body: { size: 3_000_000, chunks: chunks() } })
  }
  assert.deepEqual(seen, Array.from({ length: 5 }, () => ['HEAD 0', 'PATCH 3000000']).flat())
})
