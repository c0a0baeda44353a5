// Ends work that takes too long, where it stands: libraries that read text have inputs for which they need the square of its length, and
// nothing else on this thread runs meanwhile.
import { TimedOut } from '../../../../schemas/timed-out.ts'
import { inTime } from '../../../../system/async/in-time.ts'

/** Of work that waits for nothing. Undefined when it was ended; then nothing that it made may be used. Throws IO_FAILED as `inTime`. */
export function withinDeadline<Made>(work: () => Made, deadlineMs: number): { readonly made: Made } | undefined {
  try {
    return { made: inTime(work, deadlineMs) }
  } catch (error) {
    if (error instanceof TimedOut) return undefined
    throw error
  }
}
