// How many connections may be open at once. Each is an open file, so they get no more than half of those that the process may have:
// the rest is for what is read and stored. And one address gets no more than half of these, so that whoever opens all that it can,
// and says nothing, keeps nobody else out; a proxy that the operator named stands for all its clients, and shares out by itself.
import { readFileSync } from 'node:fs'
import type { Server } from 'node:net'
import { sharedBy } from '../shared-address.ts'

const MAX_CONNECTIONS = 8192

type Limit = {
  readonly max?: number
  /** Whether an address is that of a proxy that the operator named. */
  readonly isProxy?: (address: string) => boolean
}

/** One that is too many is cut at once; the others of its address stay. */
export function limitConnections(
  server: Server,
  { max = roomForConnections(), isProxy = () => false }: Limit = {},
): void {
  server.maxConnections = max
  const open = new Map<string, number>()
  server.on('connection', (socket) => {
    const { remoteAddress = '' } = socket
    if (isProxy(remoteAddress)) return
    const who = sharedBy(remoteAddress)
    const others = open.get(who) ?? 0
    if (others + 1 > max / 2) return void socket.destroy()
    open.set(who, others + 1)
    socket.once('close', () => {
      const left = (open.get(who) ?? 1) - 1
      if (left > 0) open.set(who, left)
      else open.delete(who)
    })
  })
}

function roomForConnections(): number {
  return Math.max(2, Math.min(MAX_CONNECTIONS, Math.floor(openFiles() / 2)))
}

/** Node has raised the soft limit to the hard one. Without an end where the system does not tell. */
function openFiles(): number {
  try {
    const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? []
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft)
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
