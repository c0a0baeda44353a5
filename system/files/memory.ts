// Whether a folder lies in memory, where nothing stays when the machine is switched off.
import { statfsSync } from 'node:fs'

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
