// One build at a time works on a tree: two would each add to what they have read, and the documents of whichever ends last would not name
// what the other has added and reported. The lock lies in the folder for what is not finished yet and goes with it at the end, so
// that a tree holds nothing but what it serves. A file that is not found there any more locks nothing.
import { closeSync, lstatSync, openSync, rmdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ignoring } from '../../system/errno.ts'
import { onDisk } from '../../system/files/errors.ts'
import { makeFolder } from '../../system/files/make-folder.ts'
import { takeLock } from '../../system/process-lock.ts'

/** Inside the tree, as another place may be on another disk; gone when a build ends. */
const FOLDER = '.partial'

type HeldTree = Disposable & {
  /** For what is not finished. */
  readonly staging: string
}

/** Throws STORE_BUSY where another build takes very long. */
export async function holdTree(root: string, onWait?: (line: string) => void): Promise<HeldTree> {
  const folder = join(root, FOLDER)
  const path = join(folder, 'lock')
  const subject = `the tree in ${root}`
  const isNew = statSync(root, { throwIfNoEntry: false }) === undefined
  for (;;) {
    onDisk(folder, () => makeOwnFolder(folder))
    const before = onDisk(path, () => madeFile(path))
    if (before === undefined) continue
    const lock = await takeLock({ path, mode: 'exclusive', subject, onWait }).catch((error: unknown): undefined => {
      if (identityOf(path) !== undefined) throw error
    })
    if (lock && identityOf(path) === before) return held({ root, folder, lock, isNew })
    lock?.[Symbol.dispose]()
  }
}

type Hold = { readonly root: string; readonly folder: string; readonly lock: Disposable; readonly isNew: boolean }

function held({ root, folder, lock, isNew }: Hold): HeldTree {
  return {
    staging: join(folder, 'new'),
    [Symbol.dispose]() {
      rmSync(folder, { recursive: true, force: true })
      lock[Symbol.dispose]()
      if (isNew) removeEmpty(root)
    },
  }
}

/** A link in its place would have the folder of somebody else cleared. */
function makeOwnFolder(folder: string): void {
  const found = lstatSync(folder, { throwIfNoEntry: false })
  if (found && !found.isDirectory()) rmSync(folder, { force: true })
  makeFolder(folder)
}

/** Which file is there now; undefined where a build that ended took its folder away meanwhile. */
function madeFile(path: string): string | undefined {
  try {
    closeSync(openSync(path, 'a', 0o600))
    return identityOf(path)
  } catch (error) {
    return ignoring('ENOENT')(error)
  }
}

function identityOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found && `${found.dev}:${found.ino}:${found.birthtimeNs}`
}

/** Where nothing was built, nothing was made. */
function removeEmpty(root: string): void {
  try {
    rmdirSync(root)
  } catch {
    // It holds a tree, or is not ours to remove.
  }
}
