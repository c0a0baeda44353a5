import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { digestOf } from '../../../schemas/digest.ts'
import { download } from '../../../system/http/download.ts'
import { giveBack } from '../../../system/http/give-back.ts'
import { openHttp } from '../../../system/http/open-http.ts'
import type { Random } from '../../support/builders/seeded-random.ts'
import { seededRandom } from '../../support/builders/seeded-random.ts'
import { listening } from '../../support/machine/listening.ts'

const KIB = 1024
const FILE = Buffer.from(Array.from({ length: 700 * KIB }, (_none, index) => (index * 7919) % 251))

/** Writes the file in pieces, several of which may be read at once. */
type Sender = (response: ServerResponse, random: Random) => void

const inPieces = (response: ServerResponse, lengthOf: () => number) => {
  for (let at = 0; at < FILE.length; ) {
    const length = lengthOf()
    response.write(FILE.subarray(at, at + length))
    at += length
  }
  response.end()
}

const SENDERS: Readonly<Record<string, Sender>> = {
  'at once, with its length': (response) => response.writeHead(200, { 'content-length': FILE.length }).end(FILE),
  'in chunks of any length': (response, random) => inPieces(response, () => 1 + random.below(90 * KIB)),
  'in chunks that share what is read at once': (response) => inPieces(response, () => 37 * KIB),
  'in small chunks': (response, random) => inPieces(response, () => 1 + random.below(2 * KIB)),
  'in chunks corked together': (response, random) => {
    response.cork()
    inPieces(response, () => 20 * KIB + random.below(30 * KIB))
    response.uncork()
  },
}

async function downloaded(t: TestContext, send: Sender): Promise<readonly Buffer[]> {
  const random = seededRandom()
  const server = createServer((_request, response) => send(response, random))
  const http = await openHttp({ env: {} })
  t.after(() => http[Symbol.dispose]())
  const url = new URL(`http://127.0.0.1:${await listening(t, server)}/x`)
  const pieces: Buffer[] = []
  const sink = {
    size: 0,
    origin: undefined,
    restart() {
      pieces.length = sink.size = 0
    },
    write(chunk: Uint8Array) {
      pieces.push(Buffer.from(chunk))
      sink.size += chunk.length
    },
  }
  await download(http, { url, size: FILE.length, sink })
  return pieces
}

for (const [how, send] of Object.entries(SENDERS))
  test(`a file that is sent ${how} arrives as it is, although its memory is given back meanwhile`, async (t) => {
    for (let round = 0; round < 3; round++)
      assert.equal(digestOf(Buffer.concat(await downloaded(t, send))), digestOf(FILE))
  })

test('gives back the memory of a large chunk that ends where its memory ends', () => {
  for (const offset of [0, 300]) {
    const chunk = new Uint8Array(new ArrayBuffer(64 * KIB), offset)
    giveBack(chunk)
    assert.equal(chunk.length, 0)
  }
})

test('leaves memory alone in which something else may lie', () => {
  const shared = new ArrayBuffer(64 * KIB)
  const before = new Uint8Array(shared, 0, 64 * KIB - 1)
  giveBack(before)
  giveBack(new Uint8Array(shared, 60 * KIB))
  giveBack(new Uint8Array(new SharedArrayBuffer(64 * KIB)))
  assert.equal(before.length, 64 * KIB - 1)
  // Of Node's pool, in all the places that it is cut into, its end too.
  for (let length = 1; length < Buffer.poolSize; length = length * 2 + 1)
    for (let count = 0; count <= Buffer.poolSize / length; count++) {
      const [chunk, neighbour] = [Buffer.from('x'.repeat(length)), Buffer.from('neighbour')]
      giveBack(chunk)
      assert.equal(String(neighbour), 'neighbour')
    }
  assert.equal(String(Buffer.from('all is well')), 'all is well')
})
