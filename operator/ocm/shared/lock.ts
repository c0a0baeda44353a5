// The lock of a shared plugin, and its folder, which whoever holds it may remove: then the lock of a file that is not there any
// more is none.
import { mkdirSync, statSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { isMissing, onDisk } from '../../../system/files/errors.ts'
import { lockFile } from '../../../system/process-lock.ts'
import type { SharedPlaces } from './places.ts'

const LOOK_MS = 5

/** Throws NO_SPACE or IO_FAILED. */
export function makePlaces({ folder }: SharedPlaces): void {
  onDisk(folder, () => mkdirSync(folder, { recursive: true, mode: 0o700 }))
}

/** Undefined while somebody else holds it. */
export function tryPlaces(places: SharedPlaces): Disposable | undefined {
  makePlaces(places)
  const lock = lockUnlessRemoved(places.lock)
  if (!lock) return undefined
  const before = inodeOf(places.lock)
  if (before !== undefined && before === lock.inode) return lock
  lock[Symbol.dispose]()
  return undefined
}

/** Undefined when it was not free in time. */
export async function lockPlaces(places: SharedPlaces, withinMs: number): Promise<Disposable | undefined> {
  const deadline = performance.now() + withinMs
  for (;;) {
    const lock = tryPlaces(places)
    if (lock || performance.now() > deadline) return lock
    await pause(LOOK_MS * (0.5 + Math.random()))
  }
}

type HeldLock = Disposable & { readonly inode: number | undefined }

/** `inode`: of the file that was there before it was opened. */
function lockUnlessRemoved(path: string): HeldLock | undefined {
  const inode = inodeOf(path)
  try {
    const lock = lockFile(path, 'exclusive')
    return lock && { inode: inode ?? inodeOf(path), [Symbol.dispose]: () => lock[Symbol.dispose]() }
  } catch (error) {
    // The folder was removed between two steps, or the file is not SQLite's any more: a moment later it is seen anew.
    if (isMissing(error) || (error as { code?: string }).code === 'ERR_SQLITE_ERROR') return undefined
    throw error
  }
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino
}
