// Ends a plugin that has nothing to do. It runs while no work is under way, and starts from its full length when the last one ends.
// It is also what ends a plugin whose host was killed.
import { LONGEST_TIMER_MS } from '../../schemas/duration.ts'

export type IdleClock = Disposable & {
  startWork(): void
  /** Ends what one `startWork` began; more often than that it does nothing. */
  stopWork(): void
}

/** Work that an author counts by hand, beside that of calls: ended too often, it ends nothing of theirs. */
export function countByHand(clock: IdleClock): Pick<IdleClock, 'startWork' | 'stopWork'> {
  let working = 0
  return {
    startWork() {
      working += 1
      clock.startWork()
    },
    stopWork() {
      if (working === 0) return
      working -= 1
      clock.stopWork()
    },
  }
}

export function startIdleClock(idleMs: number, onIdle: () => void): IdleClock {
  let working = 0
  let isClosed = false
  let timer = wait()
  function wait() {
    return setTimeout(onIdle, Math.min(idleMs, LONGEST_TIMER_MS))
  }
  return {
    startWork() {
      working += 1
      clearTimeout(timer)
    },
    stopWork() {
      if (working === 0) return
      working -= 1
      if (working > 0 || isClosed) return
      clearTimeout(timer)
      timer = wait()
    },
    [Symbol.dispose]() {
      isClosed = true
      clearTimeout(timer)
    },
  }
}
