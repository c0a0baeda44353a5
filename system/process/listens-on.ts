// Who listens on a Unix socket: the name of its file proves nothing, as everybody who may write to the folder can put another one
// there. Read from /proc, which Linux has.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { ProcessIdentity } from './identity.ts'
import { isAlive, statOf } from './identity.ts'

/** Set for sockets that take connections. */
const ACCEPTS = 0x1_0000

/** Whether the process does, or one of the session that it began: a script may have started who listens. */
export function listensOn(main: ProcessIdentity, path: string): boolean {
  const sockets = listeningAt(path)
  if (sockets.size === 0 || !isAlive(main)) return false
  return holdsOne(main.pid, sockets) || sessionOf(main.pid).some((pid) => holdsOne(pid, sockets))
}

/** Whether anybody of this machine does. */
export function isListenedOn(path: string): boolean {
  return listeningAt(path).size > 0
}

/** As links to descriptors name them. Several can have the same name, of which one is reached. */
function listeningAt(path: string): ReadonlySet<string> {
  const lines = readFileSync('/proc/net/unix', 'utf8').split('\n').slice(1)
  return new Set(
    lines.flatMap((line) => {
      const [, flags = '', inode, name] = /^\S+ \S+ \S+ (\S+) \S+ \S+ +(\d+) (.*)$/.exec(line) ?? []
      return name === path && (Number.parseInt(flags, 16) & ACCEPTS) !== 0 ? [`socket:[${inode}]`] : []
    }),
  )
}

/** All of them: whoever else listens under that name may be the one that is reached. */
function holdsOne(pid: number, sockets: ReadonlySet<string>): boolean {
  const held = new Set(linksOf(pid))
  return [...sockets].every((socket) => held.has(socket))
}

function linksOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((name) => linkAt(`/proc/${pid}/fd/${name}`))
  } catch {
    // It has ended, or is not to be looked into.
    return []
  }
}

function linkAt(path: string): readonly string[] {
  try {
    return [readlinkSync(path)]
  } catch {
    return []
  }
}

function sessionOf(leader: number): readonly number[] {
  return readdirSync('/proc').flatMap((name) => {
    const pid = /^\d+$/.test(name) ? Number(name) : leader
    return pid !== leader && statOf(pid)?.session === leader ? [pid] : []
  })
}
