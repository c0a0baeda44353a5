// What a client does on disk is done for its store; where that is full, a person can make room in it.
import type { DiskWords } from '../../system/files/errors.ts'
import { onDisk } from '../../system/files/errors.ts'

export const STORE_DISK: DiskWords = {
  whenFull: '`octo cache gc` removes what no known lockfile needs; OCTO_HOME puts the store elsewhere',
}

/** Runs a file operation; throws NO_SPACE, with the way to more room, or IO_FAILED. */
export function onStoreDisk<Result>(path: string, act: () => Result): Result {
  return onDisk(path, act, STORE_DISK)
}
