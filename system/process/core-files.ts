// What the core file of this process holds, if it crashes: nothing of its memory, where secrets are. Children inherit that, and those
// that are nobody's but their own get back what was there before. Linux only; elsewhere nothing is done.
import { readFileSync, writeFileSync } from 'node:fs'

export type CoreFiles = Disposable & {
  /** For a process that this one has started. */
  asBefore(pid: number): void
}

/** No kind of memory is written into a core file. */
const NOTHING = '0'

export function withoutMemoryInCores(): CoreFiles {
  const before = readOr('self')
  if (before !== undefined) write('self', NOTHING)
  const restore = (process: number | 'self') => {
    if (before !== undefined) write(process, before)
  }
  return { asBefore: restore, [Symbol.dispose]: () => restore('self') }
}

/** In hexadecimal digits, with a `0x` before them when it is written. */
function readOr(process: number | 'self'): string | undefined {
  try {
    return `0x${readFileSync(`/proc/${process}/coredump_filter`, 'utf8').trim()}`
  } catch {
    return undefined
  }
}

function write(process: number | 'self', filter: string): void {
  try {
    writeFileSync(`/proc/${process}/coredump_filter`, filter)
  } catch {
    // It has ended already, or this kernel writes no core files.
  }
}
