// Memory in place of a disk, where nothing stays when the machine is switched off: which folders lie there, and files without a name.
import { closeSync, constants, openSync, statfsSync, writeSync } from 'node:fs'

const TMPFS = 0x01021994
const RAMFS = 0x858458f6

/** False for what is not there. */
export function isInMemory(path: string): boolean {
  try {
    const { type } = statfsSync(path)
    return type === TMPFS || type === RAMFS
  } catch {
    return false
  }
}

/** Of Linux; Node does not name it. */
const O_TMPFILE = 0o20000000 | (constants.O_DIRECTORY ?? 0)
const SHARED = '/dev/shm'

/** A descriptor of a file without a name that holds the text, for a program to read; undefined where the machine has none. */
export function openInMemory(text: string, folder = SHARED): number | undefined {
  if (!isInMemory(folder)) return undefined
  let file: number | undefined
  try {
    file = openSync(folder, constants.O_RDWR | O_TMPFILE, 0o600)
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, at)
    return file
  } catch {
    if (file !== undefined) closeSync(file)
    return undefined
  }
}
