// Whether a folder is this user's alone: its name can be guessed, and another user may have been first. Light: a warm run loads it.
import { lstatSync } from 'node:fs'

/** No link, of this user, and closed to all others. Windows has no such bits: there the folder's access list counts. */
export function isOursAlone(folder: string): boolean {
  const stat = lstatSync(folder, { throwIfNoEntry: false })
  if (process.getuid === undefined) return stat?.isDirectory() === true
  return stat?.isDirectory() === true && stat.uid === process.getuid() && (stat.mode & 0o077) === 0
}
