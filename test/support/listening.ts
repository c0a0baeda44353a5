// Servers of a test, listening on a port the system chose, closed with all their connections at the end of the test.
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

/** A port that nothing listens on: one that was just given back. */
export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
