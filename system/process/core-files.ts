// What the core file of this process holds, if it crashes: nothing of its memory, where secrets are. Children inherit that, but for those
// that are nobody's but their own. Linux only; elsewhere nothing is done.
import { readFileSync, writeFileSync } from 'node:fs'

export type CoreFiles = Disposable & {
  /**
   * A process that is started meanwhile has what was there before, and this one too as long as that takes. It cannot be given
   * back afterwards: a program that is just becoming another one already has what that one will find.
   */
  asBefore<Started>(start: () => Promise<Started>): Promise<Started>
}

const FILTER = '/proc/self/coredump_filter'
/** No kind of memory is written into a core file. */
const NOTHING = '0'

export function withoutMemoryInCores(): CoreFiles {
  const before = readOr()
  if (before !== undefined) write(NOTHING)
  let starting = 0
  let isOver = false
  const set = () => {
    if (before !== undefined) write(starting > 0 || isOver ? before : NOTHING)
  }
  return {
    async asBefore(start) {
      starting++
      set()
      try {
        return await start()
      } finally {
        starting--
        set()
      }
    },
    [Symbol.dispose]: () => {
      isOver = true
      set()
    },
  }
}

/** In hexadecimal digits, with a `0x` before them when it is written. */
function readOr(): string | undefined {
  try {
    return `0x${readFileSync(FILTER, 'utf8').trim()}`
  } catch {
    return undefined
  }
}

function write(filter: string): void {
  try {
    writeFileSync(FILTER, filter)
  } catch {
    // This kernel writes no core files.
  }
}
