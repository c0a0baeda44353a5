// A file that is not whole yet: its name says whose it is, and it is gone when its process is, however that ends.
import { rmSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeSignal } from '../../system/process/before-signal.ts'

type PartialFile = Disposable & { readonly path: string }

/** Disposing forgets the file; whoever made it has renamed or removed it by then. */
export function partialFile(path: string): PartialFile {
  const partial = `${path}.partial-${process.pid}`
  const remove = () => rmSync(partial, { force: true })
  const signalled = beforeSignal(remove)
  // Whoever listens to signals ends the process later, and packing goes on until then.
  process.once('exit', remove)
  return {
    path: partial,
    [Symbol.dispose]() {
      signalled[Symbol.dispose]()
      process.off('exit', remove)
    },
  }
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
