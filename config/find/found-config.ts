// A config that nobody named says what runs, so that only whoever may run something as this user anyway may have put it there: one in /tmp,
// or in a folder of others, is no word of who merely works there (docs/adr/0031). Light: a warm run asks it.
import type { Stats } from 'node:fs'
import { lstatSync, realpathSync } from 'node:fs'
import { delimiter, dirname, resolve } from 'node:path'
import type { PathProblem } from '../../system/files/owned-path.ts'
import { isTrustedOwner } from '../../system/files/owned-path.ts'
import { isUnattended } from './unattended.ts'

type Environment = Readonly<Record<string, string | undefined>>

const ALL = '*'
const STICKY = 0o1000

/** Of the file, of what it leads to as a link, and of the folders that these lie in; undefined where it counts. */
export function problemOfFoundConfig(path: string, env: Environment): PathProblem | undefined {
  // Windows has no modes; and what a runner of CI has checked out decides about its job in any case.
  if (process.getuid === undefined || isUnattended(env) || isDeclaredSafe(path, env)) return undefined
  const real = realpathSync(path)
  for (const place of new Set([dirname(path), path, dirname(real), real])) {
    const stat = lstatSync(place)
    const problem = problemOf(stat, env)
    const { uid, mode } = stat
    if (problem !== undefined)
      return { place, problem, uid, mode: (mode & 0o7777).toString(8), own: uid === process.getuid() }
  }
  return undefined
}

/** `OCTO_SAFE_FOLDERS` names folders, as PATH does, in which all configs count; `*` is all of them. */
function isDeclaredSafe(path: string, { OCTO_SAFE_FOLDERS = '' }: Environment): boolean {
  const folders = OCTO_SAFE_FOLDERS.split(delimiter)
  if (folders.includes(ALL)) return true
  const above = (folder: string): boolean =>
    folders.some((one) => one.startsWith('/') && resolve(one) === folder) ||
    (folder !== dirname(folder) && above(dirname(folder)))
  return above(dirname(path))
}

function problemOf(stat: Stats, env: Environment): string | undefined {
  const { uid, gid, mode } = stat
  if (!isTrustedOwner(uid) && !isSudoer(uid, env)) return `belongs to another user (uid ${uid})`
  // The mode of a link means nothing, and nobody removes what others have put into a folder for all.
  if (stat.isSymbolicLink() || (stat.isDirectory() && (mode & STICKY) !== 0)) return undefined
  // Many systems give each user a group of the same number, with nobody else in it.
  const isOpen = (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== uid && gid !== 0)
  return isOpen ? 'can be written by other users' : undefined
}

/** Root for whom somebody typed `sudo`: what is that one's own was meant. */
function isSudoer(uid: number, { SUDO_UID }: Environment): boolean {
  return process.getuid?.() === 0 && SUDO_UID === String(uid)
}
