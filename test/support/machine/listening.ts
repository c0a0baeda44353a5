// Servers of a test, listening on a port the system chose, closed with all their connections at the end of the test.
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo, ListenOptions, Server } from 'node:net'
import { createServer } from 'node:net'
import type { TestContext } from 'node:test'

/** Starts the server and gives its port, or listens on the socket at `options.path`. */
export async function listening(t: TestContext, server: Server, options: ListenOptions = {}): Promise<number> {
  const sockets = new Set<{ destroy(): void }>()
  server.on('connection', (socket) => sockets.add(socket))
  server.listen(options.path ? options : { port: 0, host: '127.0.0.1', ...options })
  await once(server, 'listening')
  t.after(async () => {
    for (const socket of sockets) socket.destroy()
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}

const LOWEST_PORT = 10_000
/** From here on Linux gives ports to whoever asks for any; others begin higher. */
const FIRST_GIVEN_PORT = 32_768

/**
 * The first of `count` ports in a row that nothing listens on. The system gives them to nobody by itself, as it does with a
 * port that it gave and got back: a connection of any other process may be the next to have that one.
 */
export async function freePort(count = 1): Promise<number> {
  for (;;) {
    const first = randomInt(LOWEST_PORT, FIRST_GIVEN_PORT - count)
    const free = await Promise.all(Array.from({ length: count }, (_none, index) => isFree(first + index)))
    if (free.every(Boolean)) return first
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  server.listen({ port, host: '127.0.0.1' })
  const isListening = await once(server, 'listening').then(
    () => true,
    () => false,
  )
  if (isListening) await new Promise((resolve) => server.close(resolve))
  return isListening
}
