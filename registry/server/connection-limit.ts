// How many connections may be open at once. Each is an open file, so they get no more than half of those that the process may have:
// the rest is for what is read and stored. And one address gets no more than half of these, so that whoever opens all that it can,
// and says nothing, keeps nobody else out; a proxy that the operator named stands for all its clients, and shares out by itself. Many
// machines may stand behind one address, and each keeps connections for later: those that wait for nothing go first.
import { readFileSync } from 'node:fs'
import type { Server, Socket } from 'node:net'
import { sharedBy } from '../shared-address.ts'
import { isBetweenRequests } from './http/answer-unreadable.ts'

const MAX_CONNECTIONS = 8192

type Limit = {
  readonly max?: number
  /** Whether an address is that of a proxy that the operator named. */
  readonly isProxy?: (address: string) => boolean
}

/** One that is too many is cut at once, unless another one of its address waits for nothing and goes in its place. */
export function limitConnections(
  server: Server,
  { max = roomForConnections(), isProxy = () => false }: Limit = {},
): void {
  server.maxConnections = max
  const open = new Map<string, Set<Socket>>()
  server.on('connection', (socket) => {
    const { remoteAddress = '' } = socket
    if (isProxy(remoteAddress)) return
    const who = sharedBy(remoteAddress)
    const own = open.get(who) ?? new Set()
    if (own.size + 1 > max / 2 && !makeRoom(own)) return void socket.destroy()
    open.set(who, own.add(socket))
    socket.once('close', () => {
      own.delete(socket)
      if (own.size === 0 && open.get(who) === own) open.delete(who)
    })
  })
}

/** Those that were opened first go first. */
function makeRoom(own: Set<Socket>): boolean {
  for (const socket of own) {
    if (!isBetweenRequests(socket)) continue
    own.delete(socket)
    socket.destroy()
    return true
  }
  return false
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
