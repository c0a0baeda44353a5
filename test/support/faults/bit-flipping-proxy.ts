// A proxy in front of a real registry that flips one bit of the body of every answer whose path it is told.
import type { IncomingMessage } from 'node:http'
import { createServer, request } from 'node:http'
import type { TestContext } from 'node:test'
import { listening } from '../machine/listening.ts'

type BitFlippingProxy = {
  readonly url: string
  /** Which answers are damaged; none when undefined. */
  target: RegExp | undefined
  /** In 0..1: how far into the body the bit lies. */
  position: number
  /** Paths of the answers that were damaged. */
  readonly damaged: string[]
}

export async function startBitFlippingProxy(t: TestContext, upstream: string): Promise<BitFlippingProxy> {
  const server = createServer((asked, response) => {
    const path = asked.url ?? '/'
    const onward = request(
      `${upstream}${path}`,
      { method: asked.method ?? 'GET', headers: headersOf(asked) },
      (answer) => {
        collect(answer).then(
          (body) => {
            const isTarget = proxy.target?.test(path) === true && answer.statusCode === 200 && body.length > 0
            if (isTarget) proxy.damaged.push(path)
            response
              .writeHead(answer.statusCode ?? 502, answer.headers)
              .end(isTarget ? flipped(body, proxy.position) : body)
          },
          () => response.destroy(),
        )
      },
    )
    onward.on('error', () => response.destroy())
    onward.end()
  })
  const proxy: BitFlippingProxy = {
    url: `http://127.0.0.1:${await listening(t, server)}`,
    target: undefined,
    position: 0,
    damaged: [],
  }
  return proxy
}

function flipped(body: Buffer, position: number): Buffer {
  const copy = Buffer.from(body)
  const bit = Math.min(Math.floor(position * copy.length * 8), copy.length * 8 - 1)
  copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
  return copy
}

function headersOf({ headers }: IncomingMessage) {
  const { host: _host, connection: _connection, ...rest } = headers
  return rest
}

async function collect(answer: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of answer) pieces.push(piece)
  return Buffer.concat(pieces)
}
