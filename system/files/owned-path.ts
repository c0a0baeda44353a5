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

/**
 * The first place on the way, the path itself included, that others than root and this user, or that of the number, could change;
 * undefined when there is none.
 */
export function problemOfPath(path: string, uid?: number): PathProblem | undefined {
  return walk(path, judge(uid))
}

/** The same for a place where programs look for files, there or not: nobody else may put one into it. */
export function problemOfSearchedPlace(path: string): PathProblem | undefined {
  const judged = judge()
  let last = '/'
  try {
    const problem = walk(path, (place, stat) => {
      const found = judged(place, stat)
      if (!stat.isSymbolicLink()) last = place
      return found
    })
    if (problem) return problem
  } catch (error) {
    // What is not there can be made where the way ends.
    if (!isNowhere(error)) throw error
  }
  return problemOfAddition(last, lstatSync(last))
}

/**
 * The same for what is called by its path for a long time: no folder on the way lets others add files, the sticky ones for
 * temporary files included. What lies below those goes away with a clean-up, and then its name is anybody's.
 */
export function problemOfLastingPath(path: string): PathProblem | undefined {
  const judged = judge()
  return walk(path, (place, stat) => judged(place, stat) ?? problemOfAddition(place, stat))
}

/** Every folder, link and file that is passed on the way to the path, itself included; those that can be found. */
export function placesOnTheWay(path: string): { readonly places: readonly string[]; readonly isThere: boolean } {
  const places: string[] = []
  try {
    return { places, isThere: walk(path, (place) => void places.push(place)) === undefined }
  } catch (error) {
    if (isNowhere(error)) return { places, isThere: false }
    throw error
  }
}

/** Where nobody of this user may look, nothing is found. */
function isNowhere(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'EACCES'].includes(String((error as NodeJS.ErrnoException).code))
}

type Visit = (place: string, stat: Stats) => PathProblem | undefined

function judge(self = process.getuid?.() ?? 0): Visit {
  return (place, stat) => problemOf(place, stat, self)
}

function problemOfAddition(place: string, stat: Stats): PathProblem | undefined {
  const isOpen =
    process.getuid !== undefined &&
    stat.isDirectory() &&
    (stat.mode & 0o022) !== 0 &&
    (stat.mode & SHARED_WITH_STICKY) !== 0
  return isOpen ? describe(place, stat, { problem: 'lets other users add files', own: false }) : undefined
}

/** Stops at the first problem that the visitor finds. */
function walk(path: string, visit: Visit): PathProblem | undefined {
  // Windows has no modes; the access lists of its folders protect them.
  if (process.getuid === undefined) return undefined
  let links = 0
  const waiting = resolve(path).split('/').filter(Boolean)
  let at = '/'
  const first = visit('/', lstatSync('/'))
  if (first) return first
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    if (name === '..') {
      at = dirname(at)
      continue
    }
    const place = join(at, name)
    const stat = lstatSync(place)
    const problem = visit(place, stat)
    if (problem) return problem
    if (!stat.isSymbolicLink()) {
      at = place
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

/** Root, or this user: nobody else may have made what runs. */
export function isTrustedOwner(uid: number): boolean {
  const self = process.getuid?.()
  return self === undefined || isTrusted(uid, self)
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
