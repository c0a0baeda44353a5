// Connections that say little or nothing for as long as they like: each is let go, and none keeps others out.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { createServer as createHttpServer } from 'node:http'
import type { Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { limitConnections } from '../../../registry/server/connection-limit.ts'
import { watchExchange } from '../../../registry/server/http/answer-unreadable.ts'
import { trustedProxies } from '../../../registry/server/http/client-address.ts'
import { listening } from '../../support/machine/listening.ts'
import { until } from '../../support/machine/until.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const COMPONENT = '/v2/core/component-descriptors/octo.internal/core/hello'
const ENDLESS = { 'a length that never comes': 'Content-Length: 9999999999', chunks: 'Transfer-Encoding: chunked' }
const ASKED = [
  ...['GET /repos/core.json', 'HEAD /repos/core.json', 'POST /repos/core.json', 'GET /repos/absent.json'],
  ...[`GET /blobs/sha256/${'0'.repeat(64)}`, 'GET /.well-known/octo.json'],
  ...['GET /v2/', 'GET /v2/token', `GET ${COMPONENT}/tags/list`, `POST ${COMPONENT}/blobs/uploads/`],
  ...['GET /', 'GET /livez', 'POST /nothing', 'POST /api/v1/repos/core/plugins/hello/publishes'],
  `GET /${'a'.repeat(3000)}`,
]

test('a body that never ends holds no connection, wherever it is sent', async (t) => {
  const registry = await startTestRegistry(t)
  const port = Number(new URL(registry.url).port)
  await Promise.all(
    ASKED.flatMap((asked) =>
      Object.entries(ENDLESS).map(async ([what, framing]) => {
        const socket = connect(port, '127.0.0.1').on('error', () => undefined)
        let answer = ''
        socket.on('data', (bytes) => {
          answer += bytes
        })
        socket.write(`${asked} HTTP/1.1\r\nHost: x\r\n${framing}\r\n\r\nffffff\r\nab`)
        // A connection on which nothing moves is cut anyway, after a minute.
        const dripping = setInterval(() => socket.write('x'), 100)
        // A reset is as good an end as any, where bytes that nobody reads go on coming.
        await new Promise((resolve) => socket.once('close', resolve))
        clearInterval(dripping)
        assert.match(answer, /^HTTP\/1\.1 \d/, `${asked} with ${what}`)
      }),
    ),
  )
})

test('a body that came whole with a read leaves the connection to the next request', async (t) => {
  const registry = await startTestRegistry(t)
  const socket = connect(Number(new URL(registry.url).port), '127.0.0.1')
  t.after(() => socket.destroy())
  const body = 'Content-Length: 2\r\n\r\nab'
  for (let turn = 0; turn < 3; turn++) {
    socket.write(`HEAD /repos/core.json HTTP/1.1\r\nHost: x\r\n${body}`)
    assert.match(String((await once(socket, 'data'))[0]), /^HTTP\/1\.1 200/)
  }
})

/** Connected, and kept by the other end. */
async function openFrom(t: TestContext, localAddress: string, port: number): Promise<Socket | undefined> {
  const socket = connect({ port, host: '127.0.0.1', localAddress }).on('error', () => undefined)
  t.after(() => socket.destroy())
  const [first] = await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => [])])
  return first === undefined ? undefined : socket
}

/** Says a word on each connection that it keeps. */
async function aLimited(t: TestContext, limit: Parameters<typeof limitConnections>[1]) {
  const server = createServer()
  limitConnections(server, limit)
  server.on('connection', (socket) => {
    if (!socket.destroyed) socket.on('error', () => undefined).write('kept')
  })
  const port = await listening(t, server)
  return (address: string) => openFrom(t, address, port)
}

const onLinux = {
  skip: process.platform !== 'linux' && 'only Linux has several addresses of its own without being told so',
}

test('one address has half of the connections, and has them again when they are closed', onLinux, async (t) => {
  const open = await aLimited(t, { max: 8 })
  const mine = [await open('127.0.0.2'), await open('127.0.0.2'), await open('127.0.0.2'), await open('127.0.0.2')]
  assert.ok(mine.every(Boolean))
  assert.equal(await open('127.0.0.2'), undefined)
  assert.ok(await open('127.0.0.3'), 'another address is kept out')
  mine[0]?.destroy()
  await until(async () => (await open('127.0.0.2')) !== undefined)
  assert.equal(await open('127.0.0.2'), undefined)
})

test(
  'where an address has all that it may have, connections that wait for nothing make room, and none that is being used',
  onLinux,
  async (t) => {
    const waiting: ServerResponse[] = []
    const server = createHttpServer((request, response) => {
      if (request.url === '/wait') waiting.push(response.writeHead(200))
      else response.end('done')
      watchExchange(request, response)
    })
    limitConnections(server, { max: 8 })
    const port = await listening(t, server)
    const ask = async (path: string) => {
      const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' }).on('error', () => undefined)
      t.after(() => socket.destroy())
      const ended = once(socket, 'close').then(() => 'closed' as const)
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
      if (path === '/wait') await until(async () => waiting.length > 0 || socket.destroyed)
      const answered =
        path === '/wait' ? 'waits' : await Promise.race([once(socket, 'data').then(() => 'answered'), ended])
      return { socket, answered, ended }
    }
    const busy = await ask('/wait')
    const idle = [await ask('/'), await ask('/'), await ask('/')]
    for (const each of idle) {
      assert.equal((await ask('/')).answered, 'answered')
      assert.equal(await each.ended, 'closed')
    }
    assert.equal(busy.socket.destroyed, false)
    for (const response of waiting) response.end('late')
    assert.match(String((await once(busy.socket, 'data'))[0]), /^HTTP\/1\.1 200/)
  },
)

test('a proxy that the operator named has all connections, as it stands for all its clients', onLinux, async (t) => {
  const open = await aLimited(t, { max: 4, isProxy: trustedProxies(['127.0.0.8/31']) })
  for (const address of ['127.0.0.9', '127.0.0.9', '127.0.0.9', '127.0.0.8'])
    assert.ok(await open(address), `${address} is kept out`)
})
