// A folder with all folders on the way to it. Node's own `recursive` tries for ever, with a busy core, where a folder answers
// ENOENT to every new name in it, as /proc does; a path that a person types must end in an error.
import { mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** Does nothing when the folder is there; throws the error of the file system. */
export function makeFolder(path: string, mode?: number): void {
  const folder = resolve(path)
  try {
    mkdirSync(folder, { mode })
  } catch (error) {
    if (isFolder(folder)) return
    const parent = dirname(folder)
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || isFolder(parent)) throw error
    makeFolder(parent, mode)
    makeFolder(folder, mode)
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
