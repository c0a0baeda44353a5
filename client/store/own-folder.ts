// A folder of the store: its owner's alone, and reached through folders that nobody else can change. That of a store for all users
// may be root's, too.
import { statSync } from 'node:fs'
import type { PathProblem } from '../../system/files/owned-path.ts'
import { isTrustedOwner, problemOfPath } from '../../system/files/owned-path.ts'

/** Undefined when the folder is safe. Follows links: what they lead to is what counts, and who may change them. */
export function problemOfFolder(folder: string): PathProblem | undefined {
  return problemOfItself(folder) ?? problemOfPath(folder)
}

/** The same for folders of which each lies in the one before it: the way to the last leads through all. */
export function problemOfNested(folders: readonly [string, ...string[]]): PathProblem | undefined {
  const [problem] = folders.flatMap((folder) => problemOfItself(folder) ?? [])
  return problem ?? problemOfPath(folders.at(-1) ?? folders[0])
}

/** For a store that is read only: root may have filled it. */
export function problemOfShared(folders: readonly [string, ...string[]]): PathProblem | undefined {
  const [problem] = folders.flatMap((folder) => problemOfSharedFolder(folder) ?? [])
  return problem ?? problemOfPath(folders.at(-1) ?? folders[0])
}

function problemOfSharedFolder(folder: string): PathProblem | undefined {
  const { uid, mode } = statSync(folder)
  const found = { place: folder, uid, mode: (mode & 0o7777).toString(8) }
  if (!isTrustedOwner(uid)) return { ...found, problem: `belongs to another user (uid ${uid})`, own: false }
  if ((mode & 0o022) === 0) return undefined
  return { ...found, problem: 'can be written by other users', own: uid === process.getuid?.() }
}

function problemOfItself(folder: string): PathProblem | undefined {
  const owner = process.getuid?.()
  if (owner === undefined) return undefined
  const { uid, mode } = statSync(folder)
  const found = { place: folder, uid, mode: (mode & 0o7777).toString(8) }
  if (uid !== owner)
    return { ...found, problem: `belongs to another user (uid ${uid}), expected uid ${owner}`, own: false }
  if ((mode & 0o022) !== 0) return { ...found, problem: 'can be written by other users, expected mode 0700', own: true }
  return undefined
}
