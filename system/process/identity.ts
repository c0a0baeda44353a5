// Which process a number means. Numbers are given again: boot and start belong to the name, and a process that has ended and was
// not collected yet is none. Read from /proc, which Linux has.
import { existsSync, readFileSync } from 'node:fs'
import { bootId } from '../boot-id.ts'
import { isErrno } from '../errno.ts'

export type ProcessIdentity = {
  readonly boot: string
  readonly pid: number
  /** In ticks since the boot. */
  readonly start: string
  /** The cgroup that it was put into when it began, and that is its own and of what it starts. */
  readonly cgroup?: string
}

export type ProcessStat = {
  readonly pid: number
  /** As `ps` shows it: `Z` has ended. */
  readonly state: string
  readonly parent: number
  readonly group: number
  readonly session: number
  readonly start: string
}

/** `PF_KTHREAD` and `PF_EXITING` of Linux, in the ninth field of `stat`. */
const OF_KERNEL = 0x0020_0000
const ENDING = 0x4
/**
 * Where they stand behind the name: the ninth field, the 26th, where the code begins, which an `exec` says last of all, and the 50th and
 * 51st, between which the environment lies.
 */
const [FLAGS, CODE, ENVIRONMENT_BEGIN, ENVIRONMENT_END] = [6, 23, 47, 48]

/** Undefined where there is none that lives. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const stat = statOf(pid)
  return stat && isLiving(stat) ? { boot: bootId(), pid, start: stat.start } : undefined
}

/**
 * False for one of another boot, and for another process of the same number. True where it cannot be looked at, as by a process that
 * has too much open, or without `/proc`: whoever is taken for dead is cleaned up.
 */
export function isAlive({ boot, pid, start }: ProcessIdentity): boolean {
  if (boot !== bootId()) return false
  try {
    const stat = parse(pid, readFileSync(pathOf(pid), 'utf8'))
    return isLiving(stat) && stat.start === start
  } catch (error) {
    return !isErrno(error, 'ENOENT', 'ESRCH') || !existsSync(pathOf(process.pid))
  }
}

/** One that has ended stays until its parent has looked, and may be sent signals as if it lived. */
export function isLiving({ state }: ProcessStat): boolean {
  return state !== 'Z' && state !== 'X' && state !== 'x'
}

/**
 * What there is of the environment of a process: one of the kernel has none, one that is ending has given it back, one in the midst of an
 * `exec` has none yet, and one may be empty for good. Where the system keeps no such numbers, all of these are in the midst.
 */
export function environmentState(pid: number): 'kernel' | 'ending' | 'exec' | 'empty' | 'there' {
  try {
    const fields = behindName(readFileSync(pathOf(pid), 'utf8'))
    const flags = Number(fields[FLAGS])
    if ((flags & OF_KERNEL) !== 0) return 'kernel'
    if (fields[CODE] !== '0') return fields[ENVIRONMENT_BEGIN] === fields[ENVIRONMENT_END] ? 'empty' : 'there'
    return (flags & ENDING) === 0 ? 'exec' : 'ending'
  } catch {
    return 'ending'
  }
}

/** Undefined where there is none, or it cannot be looked at. */
export function statOf(pid: number): ProcessStat | undefined {
  try {
    return parse(pid, readFileSync(pathOf(pid), 'utf8'))
  } catch {
    return undefined
  }
}

function pathOf(pid: number): string {
  return `/proc/${pid}/stat`
}

/** The name of a program, which comes second, may hold blanks and brackets. */
function parse(pid: number, text: string): ProcessStat {
  const [state = '', parent, group, session, ...rest] = behindName(text)
  return {
    pid,
    state,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    start: rest[15] ?? '',
  }
}

function behindName(text: string): readonly string[] {
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}
