// Whether a port can be bound: by binding it and letting go, since only the operating system knows.
import { createServer } from 'node:net'

export type BindProblem = { readonly code: string; readonly address: string }

type Candidate = { readonly host: string; readonly mayBeAbsent: boolean }

// A service that listens on one address keeps another from binding all of them on Linux, but not everywhere: so the
// wildcard and both loopback addresses are tried, as far as this machine has them.
const ALL_ADDRESSES: readonly Candidate[] = [
  { host: '::', mayBeAbsent: true },
  { host: '0.0.0.0', mayBeAbsent: false },
  { host: '::1', mayBeAbsent: true },
  { host: '127.0.0.1', mayBeAbsent: false },
]
const NO_SUCH_FAMILY = ['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EPROTONOSUPPORT']

/** The first problem met, or undefined when the port is free; `host` undefined means all addresses. */
export async function bindProblem(port: number, host?: string): Promise<BindProblem | undefined> {
  const candidates = host === undefined ? ALL_ADDRESSES : [{ host, mayBeAbsent: false }]
  for (const { host: address, mayBeAbsent } of candidates) {
    const code = await tryToBind(port, address)
    if (code !== undefined && !(mayBeAbsent && NO_SUCH_FAMILY.includes(code))) return { code, address }
  }
  return undefined
}

function tryToBind(port: number, host: string): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const server = createServer((socket) => socket.destroy())
  server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  server.listen({ port, host, exclusive: true, ipv6Only: host === '::' }, () => server.close(() => resolve(undefined)))
  return promise
}
