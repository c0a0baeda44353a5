// Whoever sends just enough for the rate is ended by the time that an answer may take as a whole.
import assert from 'node:assert/strict'
import type { RequestListener, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { DownloadSink } from '../../../system/http/download.ts'
import { download } from '../../../system/http/download.ts'
import { fetchText } from '../../../system/http/fetch-text.ts'
import { openHttp } from '../../../system/http/open-http.ts'
import { startWholeTime } from '../../../system/http/whole-time.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { listening } from '../../support/machine/listening.ts'
import { until } from '../../support/machine/until.ts'

const quick = { attempts: 4, firstWaitMs: 1, maxWaitMs: 2 }

async function serving(t: TestContext, listener: RequestListener) {
  const http = await openHttp({ env: {} })
  t.after(() => http[Symbol.dispose]())
  return { http, url: new URL(`http://127.0.0.1:${await listening(t, createServer(listener))}/x`) }
}

function nowhere(): DownloadSink {
  const sink = { size: 0, origin: undefined, restart: clear, write: add }
  function clear() {
    sink.size = 0
  }
  function add(chunk: Uint8Array) {
    sink.size += chunk.length
  }
  return sink
}

/** One answer, byte by byte for as long as somebody listens. */
function crawling(response: ServerResponse, headers: Readonly<Record<string, string | number>>): void {
  response.writeHead(200, headers)
  const drip = setInterval(() => response.write('x'), 5)
  response.on('close', () => clearInterval(drip))
}

test('ends what does not come whole in its time, over all attempts, and closes the connection', async (t) => {
  const forms: Readonly<Record<string, Readonly<Record<string, string | number>>>> = {
    'of unknown length': {},
    'of a promised length': { 'content-length': 100_000 },
    'that is packed': { 'content-encoding': 'gzip' },
  }
  for (const [what, headers] of Object.entries(forms)) {
    let closed = 0
    const { http, url } = await serving(t, (_request, response) => {
      response.on('close', () => closed++)
      crawling(response, headers)
    })
    const text = await expectCodeAsync('LIMIT_EXCEEDED', () =>
      fetchText(http, { url, maxBytes: 1e6, wholeMs: 300, retry: quick }),
    )
    assert.match(text.message, /did not come whole within/, what)
    if (!('content-encoding' in headers))
      await expectCodeAsync('LIMIT_EXCEEDED', () =>
        download(http, { url, size: 100_000, sink: nowhere(), wholeMs: 300, retry: quick }),
      )
    await until(() => closed === ('content-encoding' in headers ? 1 : 2))
  }
})

test('shows no chunk and believes no end that came too late, and lets other errors be what they are', async () => {
  const anAnswer = (body: () => AsyncGenerator<Uint8Array>) => {
    const answer = {
      url: new URL('https://x.example/x'),
      body: body(),
      discarded: 0,
      discard: () => void answer.discarded++,
    }
    return answer
  }
  async function readAll(wholeMs: number | undefined, answer: ReturnType<typeof anAnswer>) {
    let chunks = 0
    for await (const _chunk of startWholeTime(wholeMs).chunksOf(answer as never)) chunks++
    return chunks
  }
  const bodies: Readonly<Record<string, () => AsyncGenerator<Uint8Array>>> = {
    chunk: async function* () {
      yield Buffer.from('x')
    },
    end: async function* () {},
    error: async function* () {
      yield* []
      throw new Error('cut')
    },
  }
  for (const [what, body] of Object.entries(bodies)) {
    const answer = anAnswer(body)
    let shown = 0
    await expectCodeAsync('LIMIT_EXCEEDED', async () => {
      for await (const _chunk of startWholeTime(0).chunksOf(answer as never)) shown++
    })
    assert.deepEqual([shown, answer.discarded], [0, 1], what)
  }
  assert.equal(await readAll(undefined, anAnswer(bodies.chunk as never)), 1)
  await assert.rejects(readAll(60_000, anAnswer(bodies.error as never)), /^Error: cut$/)
})

test('counts the attempts before into the time of an answer', async (t) => {
  let asked = 0
  const { http, url } = await serving(t, (_request, response) => {
    asked++
    response.writeHead(200, { 'content-length': 100 }).write('x')
    setTimeout(() => response.destroy(), 20)
  })
  const error = await expectCodeAsync('LIMIT_EXCEEDED', () =>
    download(http, { url, size: 100, sink: nowhere(), wholeMs: 50, retry: { ...quick, attempts: 1000 } }),
  )
  assert.match(error.message, /whole/)
  assert.ok(asked < 50, `${asked} attempts`)
})
