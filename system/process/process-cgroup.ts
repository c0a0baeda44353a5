// A cgroup holds all processes that began in it, also those that left their session and took every mark away. Where this process
// may make one (Linux, cgroup v2: as root, or where systemd has delegated it) it finds what nothing else finds.
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { textIfReadable } from '../text-if-readable.ts'

const PREFIX = 'octo.'
/** Where one that supervises is beside what it started: a cgroup with processes in it cannot limit those below it. */
const SUPERVISOR = `${PREFIX}supervisor`

/**
 * Its folder, beside or below the cgroup of this process, with the process inside; undefined where there is none, or no right, or
 * the process has ended. What it started before is not inside.
 */
export function putIntoCgroup(name: string, pid: number): string | undefined {
  const folder = makeCgroup(name)
  if (folder === undefined) return undefined
  try {
    enter(folder, pid)
    return folder
  } catch {
    removeCgroup(folder)
    return undefined
  }
}

/** An empty one, or the one of that name that is there; undefined where there can be none. */
export function makeCgroup(name: string, home = homeCgroup()): string | undefined {
  if (home === undefined) return undefined
  const folder = join(home, `${PREFIX}${name}`)
  try {
    mkdirSync(folder, { recursive: true })
    return folder
  } catch {
    return undefined
  }
}

/** In which those of services are. */
export function homeCgroup(own = ownCgroup()): string | undefined {
  return own !== undefined && basename(own) === SUPERVISOR ? dirname(own) : own
}

/**
 * Leaves the cgroup of services to them alone, where this process is the only one in it; false where it is not, or may not. Of a
 * unit it stays: systemd starts the next process of a unit in the cgroup of the unit itself, and could not any more.
 */
export function moveAside(home: string, own = ownCgroup()): boolean {
  if (own !== home) return own === join(home, SUPERVISOR)
  const inside = processesInCgroup(home)
  if (/\.(?:service|scope)$/.test(home) || [...inside].some((pid) => pid !== process.pid)) return false
  const folder = join(home, SUPERVISOR)
  try {
    mkdirSync(folder, { recursive: true })
    enter(folder, process.pid)
    return true
  } catch {
    removeCgroup(folder)
    return false
  }
}

function enter(folder: string, pid: number): void {
  writeFileSync(join(folder, 'cgroup.procs'), String(pid), { flag: 'r+' })
}

/** What begins inside such a cgroup and is none of its service moves out of it. */
export function leaveCgroup(pid: number): void {
  const own = ownCgroup()
  if (own === undefined || !basename(own).startsWith(PREFIX)) return
  const home = dirname(own)
  for (const folder of [home, join(home, SUPERVISOR)])
    try {
      if (folder !== home) mkdirSync(folder, { recursive: true })
      enter(folder, pid)
      return
    } catch {
      // Nobody enters the first one where it limits those below it. Nor the second: then it ends with that service.
    }
}

/** Those that live in it and those that were not collected yet; none where it is gone. */
export function processesInCgroup(folder: string): ReadonlySet<number> {
  const pids = (textIfReadable(join(folder, 'cgroup.procs')) ?? '').split('\n').filter((line) => line !== '')
  return new Set(pids.map(Number))
}

/** All at once: none of them can start another one meanwhile. */
export function killCgroup(folder: string): void {
  try {
    writeFileSync(join(folder, 'cgroup.kill'), '1', { flag: 'r+' })
  } catch {
    // Before Linux 5.14 there is no such file; they are killed one by one.
  }
}

/** One that still holds a process stays. */
export function removeCgroup(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // It is empty soon, or gone.
  }
}

/** Its folder; undefined where cgroup v2 is not mounted, or this process is outside of what is mounted here. */
export function ownCgroup(): string | undefined {
  const own = /^0::(.+)$/m.exec(textIfReadable('/proc/self/cgroup') ?? '')?.[1]
  const mount = (textIfReadable('/proc/self/mountinfo') ?? '')
    .split('\n')
    .find((line) => line.includes(' - cgroup2 '))
    ?.split(' ')
  const [, , , root = '', point] = mount ?? []
  if (own === undefined || point === undefined || own.includes('/..')) return undefined
  if (root === '/') return join(point, own)
  return own === root || own.startsWith(`${root}/`) ? join(point, own.slice(root.length)) : undefined
}
