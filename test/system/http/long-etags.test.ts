// What one forged answer leaves behind does not make an honest server refuse the next question.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { download } from '../../../system/http/download.ts'
import type { DocumentCopy } from '../../../system/http/fetch-text.ts'
import { fetchText } from '../../../system/http/fetch-text.ts'
import { openHttp } from '../../../system/http/open-http.ts'
import { listening } from '../../support/machine/listening.ts'

const once = { attempts: 1, firstWaitMs: 1, maxWaitMs: 1 }

test('an ETag that no server would take back is neither kept nor sent', async (t) => {
  const seen: (string | undefined)[] = []
  const tags = [`"${'e'.repeat(100_000)}"`, '"short"']
  const server = createServer(({ headers }, response) => {
    seen.push(headers['if-none-match'])
    response.writeHead(200, { etag: tags[seen.length - 1] }).end('text')
  })
  const url = new URL(`http://127.0.0.1:${await listening(t, server)}/x`)
  using http = await openHttp({ env: {} })
  const kept: DocumentCopy[] = [{ etag: `"${'o'.repeat(100_000)}"`, text: 'of an older octo' }]
  const copies = { read: () => kept.at(-1), write: (_url: string, copy: DocumentCopy) => void kept.push(copy) }
  for (const _ of tags) assert.equal(await fetchText(http, { url, maxBytes: 1000, copies, retry: once }), 'text')
  assert.deepEqual(seen, [undefined, undefined])
  assert.deepEqual(kept.slice(1), [{ etag: '"short"', text: 'text' }])
})

test('a part whose ETag no server would take back is begun anew', async (t) => {
  const seen: unknown[] = []
  const server = createServer(({ headers }, response) => {
    seen.push(headers['if-range'])
    response.writeHead(200, { etag: `"${'e'.repeat(100_000)}"` }).end('text')
  })
  const url = new URL(`http://127.0.0.1:${await listening(t, server)}/x`)
  using http = await openHttp({ env: {} })
  const origins: unknown[] = []
  const sink = {
    size: 2,
    origin: { url: url.href, etag: `"${'e'.repeat(100_000)}"` },
    restart(origin: unknown) {
      origins.push(origin)
      sink.size = 0
    },
    write(chunk: Uint8Array) {
      sink.size += chunk.length
    },
  }
  await download(http, { url, size: 4, sink, retry: once })
  assert.deepEqual([seen, origins, sink.size], [[undefined], [{ url: url.href }], 4])
})
