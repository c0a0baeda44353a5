// A clock for schedules that stands still until it is told to go on, from alarm to alarm.
import type { Clock } from '../../../operator/schedule/schedule.ts'

type StillClock = {
  readonly clock: Clock
  /** How many alarms are set. */
  readonly alarms: () => number
  /** Goes on, and lets everything happen that comes until then. */
  until(end: number): Promise<void>
}

export function aStillClock(): StillClock {
  let now = 0
  const alarms = new Set<{ readonly moment: number; readonly act: () => void }>()
  return {
    clock: {
      now: () => now,
      at(moment, act) {
        const alarm = { moment, act }
        alarms.add(alarm)
        return () => void alarms.delete(alarm)
      },
    },
    alarms: () => alarms.size,
    async until(end) {
      for (;;) {
        // What was begun may take a few turns.
        for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
        const [next] = [...alarms].sort((a, b) => a.moment - b.moment)
        if (!next || next.moment > end) break
        alarms.delete(next)
        now = Math.max(now, next.moment)
        next.act()
      }
      now = end
    },
  }
}
