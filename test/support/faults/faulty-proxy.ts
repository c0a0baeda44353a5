// A TCP proxy in front of a real server that breaks connections, or lets them hang, after so many bytes from the client.
import type { Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import type { TestContext } from 'node:test'

type Fault = {
  /** Bytes from the client that pass before it happens. */
  readonly afterBytes: number
  readonly kind: 'cut' | 'hang'
}

type FaultyProxy = {
  readonly url: string
  /** Faults that are still to come; each connection takes the next one. */
  readonly faults: Fault[]
  /** Resolves when a fault has happened. */
  readonly firstFault: Promise<void>
}

export async function startFaultyProxy(t: TestContext, target: string, faults: readonly Fault[]): Promise<FaultyProxy> {
  const { hostname, port } = new URL(target)
  const open = new Set<Socket>()
  const left = [...faults]
  const happened = Promise.withResolvers<void>()
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    for (const socket of [client, upstream]) open.add(socket.on('error', () => undefined))
    upstream.pipe(client)
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
    const fault = left.shift()
    let passed = 0
    client.on('data', (chunk: Buffer) => {
      passed += chunk.length
      if (!fault || passed <= fault.afterBytes) {
        if (!upstream.write(chunk)) client.pause()
        return
      }
      upstream.write(chunk.subarray(0, chunk.length - (passed - fault.afterBytes)))
      happened.resolve()
      if (fault.kind === 'hang') client.pause()
      else upstream.end(() => client.destroy())
    })
    upstream.on('drain', () => client.resume())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of open) socket.destroy()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  return { url: `http://127.0.0.1:${address.port}`, faults: left, firstFault: happened.promise }
}
