// Who could put another file in the place of this one? Asked of a path and of every folder and link on the way to it.
// Imports Node's own file system alone: a warm run starts with it.
import type { Stats } from 'node:fs'
import { lstatSync, readFileSync, readlinkSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

export type PathProblem = {
  /** The file, folder or link that is wrong. */
  readonly place: string
  /** The end of a sentence. */
  readonly problem: string
  /** Whose it is, and how it may be used. */
  readonly uid: number
  readonly mode: string
  /** The user can set it right with chmod. */
  readonly own: boolean
}

const MAX_LINKS = 40
const SHARED_WITH_STICKY = 0o1000

/** The first place on the way, the path itself included, that others than root and this user could change; undefined when there is none. */
export function problemOfPath(path: string): PathProblem | undefined {
  return walk(path, () => {})
}

/** The same for a place where programs look for files, there or not: nobody else may put one into it. */
export function problemOfSearchedPlace(path: string): PathProblem | undefined {
  let last = '/'
  try {
    const problem = walk(path, (place) => {
      last = place
    })
    if (problem) return problem
  } catch (error) {
    // What is not there can be made where the way ends; where nobody of this user may look, nothing is found.
    if (!['ENOENT', 'ENOTDIR', 'EACCES'].includes(String((error as NodeJS.ErrnoException).code))) throw error
  }
  const stat = lstatSync(last)
  const isOpen =
    process.getuid && stat.isDirectory() && (stat.mode & 0o022) !== 0 && (stat.mode & SHARED_WITH_STICKY) !== 0
  return isOpen ? describe(last, stat, { problem: 'lets other users add files', own: false }) : undefined
}

/** Tells every place that it comes by, but for links. */
function walk(path: string, passing: (place: string) => void): PathProblem | undefined {
  const self = process.getuid?.()
  // Windows has no modes; the access lists of its folders protect them.
  if (self === undefined) return undefined
  let links = 0
  const waiting = resolve(path).split('/').filter(Boolean)
  let at = '/'
  const first = problemOf('/', lstatSync('/'), self)
  if (first) return first
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    if (name === '..') {
      at = dirname(at)
      continue
    }
    const place = join(at, name)
    const stat = lstatSync(place)
    const problem = problemOf(place, stat, self)
    if (problem) return problem
    if (!stat.isSymbolicLink()) {
      at = place
      passing(at)
      continue
    }
    if (++links > MAX_LINKS) return describe(place, stat, { problem: 'leads through too many links', own: false })
    const target = readlinkSync(place)
    if (target.startsWith('/')) at = '/'
    waiting.unshift(...target.split('/').filter((part) => part !== '' && part !== '.'))
  }
  return undefined
}

function problemOf(place: string, stat: Stats, self: number): PathProblem | undefined {
  if (!isTrusted(stat.uid, self))
    return describe(place, stat, { problem: `belongs to another user (uid ${stat.uid})`, own: false })
  // The mode of a link means nothing.
  if (stat.isSymbolicLink()) return undefined
  const isShared = stat.isDirectory() && (stat.mode & SHARED_WITH_STICKY) !== 0
  const others = (stat.mode & 0o002) !== 0 || ((stat.mode & 0o020) !== 0 && !isPrivateGroup(stat, self))
  if (!others || isShared) return undefined
  return describe(place, stat, { problem: 'can be written by other users', own: stat.uid === self })
}

function describe(place: string, { uid, mode }: Stats, rest: Pick<PathProblem, 'problem' | 'own'>): PathProblem {
  return { place, uid, mode: (mode & 0o7777).toString(8), ...rest }
}

/** Many systems give each user a group of the same number, with nobody else in it, and let it write. */
function isPrivateGroup({ uid, gid }: Stats, self: number): boolean {
  return self !== 0 && uid === self && gid === self && process.getgid?.() === self
}

function isTrusted(uid: number, self: number): boolean {
  return uid === 0 || uid === self || uid === unmappedOwner()
}

/** In a user namespace everything of users without a number there, root of the machine among them, has this one. */
function unmappedOwner(): number | undefined {
  try {
    const map = readFileSync('/proc/self/uid_map', 'latin1').trim().split(/\s+/)
    if (map.join(' ') === '0 0 4294967295') return undefined
    return Number(readFileSync('/proc/sys/kernel/overflowuid', 'latin1'))
  } catch {
    return undefined
  }
}
