// Servers that do not end, or end otherwise than answers do: each reader hears of it, in time.
import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { openConnection } from '../../../system/http/connection.ts'
import { download } from '../../../system/http/download.ts'
import { fetchText } from '../../../system/http/fetch-text.ts'
import { openHttp } from '../../../system/http/open-http.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { listening } from '../../support/machine/listening.ts'

type Server = (socket: Socket) => unknown

const HEAD = 'HTTP/1.1 200 OK\r\n'
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`
const once = { attempts: 1, firstWaitMs: 1, maxWaitMs: 1 }

/** Sends the same again and again, for as long as somebody listens. */
const again = (text: string) => (socket: Socket) => {
  const sending = setInterval(() => socket.write(text), 5)
  socket.on('close', () => clearInterval(sending))
}
const endlessly =
  (head: string, text: string): Server =>
  (socket) => {
    socket.write(head)
    again(text)(socket)
  }

async function serving(t: TestContext, server: Server): Promise<URL> {
  const tcp = createTcpServer((socket) => {
    socket.on('error', () => undefined).once('data', () => server(socket))
  })
  return new URL(`http://127.0.0.1:${await listening(t, tcp)}/x`)
}

/** As octo waits, and so that nobody waits for it. */
const PATIENT = {}
const IMPATIENT = { answerMs: 200, idleMs: 200, slowMs: 200, minBytesPerSecond: 1_000_000 }

const READERS: Readonly<Record<string, (url: URL, timeouts: Partial<typeof IMPATIENT>) => Promise<unknown>>> = {
  async document(url, timeouts) {
    using http = await openHttp({ env: {}, timeouts })
    return await fetchText(http, { url, maxBytes: 1000, retry: once })
  },
  async file(url, timeouts) {
    using http = await openHttp({ env: {}, timeouts })
    const sink = { size: 0, origin: undefined, restart: () => undefined, write: () => undefined }
    return await download(http, { url, size: 1000, sink, retry: once })
  },
  async call(url) {
    using connection = openConnection(new URL('/', url))
    return await connection.send({ method: 'GET', path: 'x' })
  },
}

const ENDING: Readonly<Record<string, readonly [Server, RegExp]>> = {
  'goes on in another protocol': [
    (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nhello'),
    /another protocol/,
  ],
  'breaks the form of a chunk in the piece of its head': [
    (socket) => socket.end(`${CHUNKED}zz\r\n{}\r\n0\r\n\r\n`),
    /is not HTTP/,
  ],
  'cuts a body that only the end of the connection ends': [
    (socket) => {
      socket.write(`${HEAD}Content-Type: text/yaml\r\n\r\na: 1\n`, () => setImmediate(() => socket.resetAndDestroy()))
    },
    /reset by the other side/,
  ],
  'ends before it answers': [(socket) => socket.end(), /reset by the other side/],
}

for (const [what, [server, expected]] of Object.entries(ENDING))
  for (const [reader, read] of Object.entries(READERS))
    test(`a ${reader} of a server that ${what} is an error`, async (t) => {
      const url = await serving(t, server)
      assert.match((await expectCodeAsync('FETCH_FAILED', () => read(url, PATIENT))).message, expected)
    })

const SILENT = /no answer within 5 min/
const NOT_WHOLE = /did not come whole within 5 min/

const ENDLESS: Readonly<Record<string, readonly [Server, RegExp]>> = {
  'says nothing': [() => undefined, SILENT],
  'gives interim answers without end': [again('HTTP/1.1 102 Processing\r\n\r\n'), SILENT],
  'sends one header after the other': [endlessly(HEAD, 'X: 1\r\n'), SILENT],
  'sends a body byte by byte': [endlessly(CHUNKED, '1\r\na\r\n'), NOT_WHOLE],
  'sends one trailer after the other': [endlessly(`${CHUNKED}2\r\n{}\r\n0\r\n`, 'T: 1\r\n'), NOT_WHOLE],
}

/** Of the real clock, by which the servers go on, while the timers of the reader stand still. */
const turn = () => new Promise((resolve) => setImmediate(resolve))

for (const [what, [server, expected]] of Object.entries(ENDLESS)) {
  for (const reader of ['document', 'file'])
    test(`a ${reader} of a server that ${what} is given up`, async (t) => {
      const url = await serving(t, server)
      await expectCodeAsync('FETCH_FAILED', () => READERS[reader]?.(url, IMPATIENT) ?? assert.fail())
    })

  test(`a call of a server that ${what} is given up after five minutes`, async (t) => {
    let isAsked = false
    const url = await serving(t, (socket) => {
      isAsked = true
      server(socket)
    })
    t.mock.timers.enable({ apis: ['setTimeout'] })
    using connection = openConnection(new URL('/', url))
    let isOver = false
    const failed = expectCodeAsync('FETCH_FAILED', () => connection.send({ method: 'GET', path: 'x' }))
    const over = failed.finally(() => {
      isOver = true
    })
    while (!isAsked) await turn()
    // What it sends is here before its time goes on.
    for (let turns = 0; turns < 20; turns++) await turn()
    t.mock.timers.tick(300_000)
    while (!isOver) await turn()
    assert.match((await over).message, expected)
  })
}
