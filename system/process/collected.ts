// How the processes end that were started past Node, which tells of its own alone. Whoever started a process has to collect it;
// the signal that one has ended does not say which, so each of them is asked for.
import { constants } from 'node:os'
import type { CLibrary } from './c-library.ts'

export type ProcessEnd = { readonly exitCode: number | null; readonly signal: NodeJS.Signals | null }

const waiting = new Map<number, (end: ProcessEnd) => void>()
const NAMES = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name as NodeJS.Signals]))
/** Answers at once, also when it still runs. */
const WNOHANG = 1
/** Somebody else has collected it. */
const UNKNOWN: ProcessEnd = { exitCode: null, signal: null }

let look: (() => void) | undefined

/** To be called before the first process is started, which may end at once. */
export function watchEnds(library: CLibrary): void {
  if (look) return
  const status = Buffer.alloc(8)
  look = () => {
    for (const [pid, tell] of waiting) {
      const end = endOf(library.waitpid(pid, status, WNOHANG), status.readInt32LE())
      if (end) {
        waiting.delete(pid)
        tell(end)
      }
    }
  }
  process.on('SIGCHLD', look)
}

/** Of a process that was started in this same turn of the event loop. */
export function collected(pid: number): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    waiting.set(pid, resolve)
  })
}

/** Undefined while it runs. */
function endOf(answer: number, status: number): ProcessEnd | undefined {
  if (answer === 0) return undefined
  if (answer < 0) return UNKNOWN
  const signal = status & 0x7f
  if (signal === 0) return { exitCode: (status >> 8) & 0xff, signal: null }
  // One without a name ended it as well: no exit code may be made of it.
  return { exitCode: null, signal: NAMES.get(signal) ?? 'SIGKILL' }
}
