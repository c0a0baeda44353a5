// A file that is not whole yet: its name says whose it is, and it is gone when its process is, however that ends.
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { removeAbandoned, stagedPath } from '../../system/files/staged-file.ts'
import { beforeSignal } from '../../system/process/before-signal.ts'

type PartialFile = Disposable & { readonly path: string }

const NAME = '.partial'

/** Beside the path. Disposing forgets the file; whoever made it has renamed or removed it by then. */
export function partialFile(path: string): PartialFile {
  const partial = stagedPath(dirname(path), NAME)
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
export function removePartials(folder: string): void {
  removeAbandoned(folder, NAME, Date.now())
}
