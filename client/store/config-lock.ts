// Held by whoever changes configs, from the last look at them until the lockfile fits: of two at once the second finds what the
// first wrote, and neither is lost.
import { realpathSync } from 'node:fs'
import { explainDisk, isMissing } from '../../system/files/errors.ts'
import { takeLock } from '../../system/process-lock.ts'
import { STORE_DISK } from './disk.ts'
import { openStore } from './open-store.ts'

type ConfigLock = { readonly storeRoot: string; readonly onWait: (line: string) => void }

/** Throws STORE_BUSY, IO_FAILED for a path that cannot be followed, or what opening the store throws. */
export async function lockConfigs(paths: readonly string[], { storeRoot, onWait }: ConfigLock): Promise<Disposable> {
  const { configLock } = openStore(storeRoot)
  const subjects = new Map(paths.map((path) => [configLock(realPath(path)), path]))
  using stack = new DisposableStack()
  // Each once and in one order, so that nobody waits for themselves or for each other.
  for (const [path, subject] of [...subjects].sort(([left], [right]) => (left < right ? -1 : 1)))
    stack.use(await takeLock({ path, subject, mode: 'exclusive', onWait, ...STORE_DISK }))
  return stack.move()
}

/** Two names of one file are one config. */
function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if (isMissing(error)) return path
    throw explainDisk(error, path)
  }
}
