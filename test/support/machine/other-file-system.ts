// A folder of this machine on another file system, where nothing can be linked or renamed to.
import { accessSync, constants, statSync } from 'node:fs'

/** Undefined where there is none that may be written to. */
export function otherFileSystem(folder: string): string | undefined {
  const { dev } = statSync(folder)
  return ['/dev/shm', '/var/tmp', process.cwd()].find((place) => {
    try {
      accessSync(place, constants.W_OK)
      return statSync(place).dev !== dev
    } catch {
      return false
    }
  })
}
