// Waits for something that another process or connection brings about, by looking again and again under a deadline.
import { setTimeout as pause } from 'node:timers/promises'

/** Throws when `isSo` has not come true within ten seconds. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 10_000; !(await isSo()); await pause(5))
    if (Date.now() > deadline) throw new Error('what was waited for did not happen')
}
