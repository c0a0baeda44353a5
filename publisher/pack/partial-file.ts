// A file that is not whole yet: its name says whose it is, and it is gone when its process is, however that ends.
import { rmSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const unfinished = new Set<string>()

type PartialFile = Disposable & { readonly path: string }

/** Disposing forgets the file; whoever made it has renamed or removed it by then. */
export function partialFile(path: string): PartialFile {
  const partial = `${path}.partial-${process.pid}`
  if (unfinished.size === 0) for (const signal of SIGNALS) process.on(signal, removeAndEnd)
  unfinished.add(partial)
  return {
    path: partial,
    [Symbol.dispose]() {
      unfinished.delete(partial)
      if (unfinished.size === 0) for (const signal of SIGNALS) process.off(signal, removeAndEnd)
    },
  }
}

/** Ends the process as the signal would have, unless somebody else listens and decides that. */
function removeAndEnd(signal: NodeJS.Signals): void {
  for (const path of unfinished) rmSync(path, { force: true })
  for (const name of SIGNALS) process.off(name, removeAndEnd)
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
}

/** What processes left behind that were killed outright. */
export async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = Number(/\.partial-(\d{1,10})$/.exec(name)?.[1] ?? 0)
    if (pid > 0 && !isRunning(pid)) await rm(join(folder, name), { force: true })
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
