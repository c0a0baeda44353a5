// A folder with all folders on the way to it. Node's own `recursive` tries for ever, with a busy core, where a folder answers
// ENOENT to every new name in it, as /proc does; a path that a person types must end in an error.
import { lstatSync, mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** Everybody may read that the umask lets, and only the owner writes, as what lies there may be what is started next. */
const MODE = 0o755
/** Others may make and remove folders of the same path meanwhile; a file system that answers so for ever is none of these. */
const MOST_TRIES = 50

/** Does nothing when the folder is there; throws the error of the file system. */
export function makeFolder(path: string, mode = MODE): void {
  const folder = resolve(path)
  for (let tries = 1; ; tries++)
    try {
      return void mkdirSync(folder, { mode })
    } catch (error) {
      if (isFolder(folder)) return
      const { code } = error as NodeJS.ErrnoException
      const isMoving = code === 'ENOENT' || (code === 'EEXIST' && isFolderOrNothing(folder))
      if (tries === MOST_TRIES || !isMoving) throw error
      if (code === 'ENOENT' && !isFolder(dirname(folder))) makeFolder(dirname(folder), mode)
    }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

/** No link and no file. */
function isFolderOrNothing(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? true
}
