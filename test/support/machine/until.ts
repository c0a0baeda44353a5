// Waits for something that another process or connection brings about, by looking again and again under a deadline.
import { setTimeout as pause } from 'node:timers/promises'

const DEADLINE_MS = 60_000

/** Throws when `isSo` has not come true within a minute, which no machine is slow enough for. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + DEADLINE_MS; !(await isSo()); await pause(5))
    if (Date.now() > deadline) throw new Error('what was waited for did not happen')
}
