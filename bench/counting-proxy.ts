// Counts the bytes that servers send to clients, by standing between them.
import type { Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import type { Scope } from './scope.ts'

type CountingProxy = {
  readonly url: string
  /** Bytes since the last call. */
  readonly take: () => number
}

export function countBytesFrom(scope: Scope, target: string): Promise<CountingProxy> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let bytes = 0
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
    }
    upstream.on('data', (chunk) => {
      bytes += chunk.length
    })
    client.pipe(upstream).pipe(client)
  })
  scope.onClose(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const take = () => {
    const taken = bytes
    bytes = 0
    return taken
  }
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve({ url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`, take })
    })
  })
}
