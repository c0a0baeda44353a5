// Who uses a shared instance right now: each process with calls under way has a file there that is named for it, and that counts for
// as long as the process lives. Nobody who ends what others do not use ends it under their hands.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { explainDisk, isMissing } from '../../../system/files/errors.ts'
import { namesIfThere } from '../../../system/files/if-there.ts'
import { hasEnded, nameOfThisProcess } from '../../../system/process/own-name.ts'
import type { CallOutcome, CallTally } from '../call/call-tally.ts'
import { NO_CALLS, withCall } from '../call/call-tally.ts'
import type { SharedPlaces } from './places.ts'

export type Use = {
  /** It is about to be asked something. */
  mark(): void
  /** A call begins. */
  enter(): void
  /** It is over; without an outcome there was none. */
  leave(outcome?: CallOutcome): void
  /** No call is under way. */
  isIdle(): boolean
  /** `add` takes the calls since it last took some, and says whether it could. */
  count(add: (calls: CallTally) => boolean): void
  /** `act` is done when there has been nothing to ask for a moment. */
  onRest(act: () => void): void
  /** From now on this process uses it no more. */
  close(): void
}

const PREFIX = 'user-'
/** One call mostly follows the other: the file stays for a moment. */
const LINGER_MS = 200

let opened = 0

export function openUse({ folder }: SharedPlaces): Use {
  // Several hosts of one process use it each for itself.
  const file = join(folder, `${PREFIX}${nameOfThisProcess()}.${opened++}`)
  let underWay = 0
  let calls = NO_CALLS
  let isMarked = false
  let resting: NodeJS.Timeout | undefined
  let rested = () => {}

  function mark(): void {
    clearTimeout(resting)
    if (isMarked) return
    try {
      writeFileSync(file, '', { mode: 0o600 })
      isMarked = true
    } catch (error) {
      // Where the folder is gone, so is the instance, as whoever looks next sees.
      if (!isMissing(error)) throw explainDisk(error, file)
    }
  }

  function unmark(): void {
    clearTimeout(resting)
    if (isMarked) rmSync(file, { force: true })
    isMarked = false
  }

  function restSoon(): void {
    clearTimeout(resting)
    resting = setTimeout(() => {
      unmark()
      rested()
    }, LINGER_MS).unref()
  }

  return {
    mark() {
      mark()
      restSoon()
    },
    enter() {
      mark()
      underWay++
    },
    leave(outcome) {
      underWay--
      if (outcome) calls = withCall(calls, outcome)
      if (underWay === 0) restSoon()
    },
    isIdle: () => underWay === 0,
    count(add) {
      if (calls.calls > 0 && add(calls)) calls = NO_CALLS
    },
    onRest(act) {
      rested = act
    },
    close: unmark,
  }
}

/** Whether anybody uses it; takes away what ended processes left. */
export function isUsed({ folder }: SharedPlaces): boolean {
  const users = namesIfThere(folder).filter((name) => name.startsWith(PREFIX))
  const gone = users.filter((name) => hasEnded(name.slice(PREFIX.length, name.lastIndexOf('.'))))
  for (const name of gone) rmSync(join(folder, name), { force: true })
  return users.length > gone.length
}
