// Ends work that takes too long, where it stands: libraries that read text have inputs for which they need the square of its length, and
// nothing else on this thread runs meanwhile.
import { createContext, Script } from 'node:vm'

const CALL = new Script('work()')
/** Only what is called from a script can be ended; the script holds nothing else. */
const CALLER = createContext({ work: undefined as unknown })

/** Of work that waits for nothing. Undefined when it was ended; then nothing that it made may be used. */
export function withinDeadline<Made>(work: () => Made, deadlineMs: number): { readonly made: Made } | undefined {
  CALLER.work = work
  try {
    return { made: CALL.runInContext(CALLER, { timeout: deadlineMs }) }
  } catch (error) {
    if (isTimeout(error)) return undefined
    throw error
  } finally {
    CALLER.work = undefined
  }
}

/** It is made in the other context, so it is no `Error` of this one. */
function isTimeout(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
}
