// A server that says what a test wants it to say, byte by byte, to whoever connects, whatever it is told.
import type { Socket } from 'node:net'
import { createServer } from 'node:net'
import type { TestContext } from 'node:test'
import { listening } from '../machine/listening.ts'

/** Gives its port. The script gets each connection; what comes in is read and forgotten. */
export async function scriptedServer(t: TestContext, script: (socket: Socket) => void): Promise<number> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined).resume()
    script(socket)
  })
  return listening(t, server)
}

/** Says these bytes and hangs up. */
export const saying = (bytes: Buffer | string) => (socket: Socket) => void socket.end(bytes)

/** Says these bytes and stays. */
export const holdingOn = (bytes: Buffer | string) => (socket: Socket) => void socket.write(bytes)

/** Says them one at a time. */
export const dripping = (bytes: Buffer) => (socket: Socket) => {
  let at = 0
  const next = () => {
    if (at === bytes.length) return void socket.end()
    socket.write(bytes.subarray(at, ++at), () => setImmediate(next))
  }
  next()
}

/** Says the same without end, as fast as it is taken. */
export const repeating =
  (bytes: Buffer, first: Buffer = Buffer.alloc(0)) =>
  (socket: Socket) => {
    const many = Buffer.concat(Array.from({ length: Math.ceil(16_384 / bytes.length) }, () => bytes))
    const more = () => {
      while (!socket.destroyed && socket.write(many));
    }
    socket.on('drain', more)
    socket.write(first)
    more()
  }
