// Runs what a timetable says, with one timer for all.
import type { Change, Entry, Task } from './timetable.ts'
import { openTimetable } from './timetable.ts'

export type Job = Task & {
  /** Settles when its one run has ended; never rejects. What changes from now on is in the answer. */
  run(): Promise<Change>
  /** It has waited for a place for so long that another run is due. */
  onLate?(waitedMs: number): void
  /** A run took longer than the interval, so that others are left out: told once. */
  onOverrun?(tookMs: number): void
}

export type Clock = {
  /** Milliseconds that never go back. */
  now(): number
  /** Calls once, not before; gives what takes it back. */
  at(moment: number, act: () => void): () => void
}

export type Schedule = Disposable & {
  /** Disposed of, it begins no more. */
  add(job: Job): Disposable
}

type Setting = {
  readonly lanes: Readonly<Record<string, number>>
  readonly clock?: Clock
  /** Of every run that begins, but the first one of each. */
  readonly onBegin?: ((task: Task, latenessMs: number) => void) | undefined
}

const CLOCK: Clock = {
  now: () => performance.now(),
  at(moment, act) {
    const timer = setTimeout(act, Math.max(0, moment - performance.now()))
    return () => clearTimeout(timer)
  },
}

export function openSchedule({ lanes, clock = CLOCK, onBegin }: Setting): Schedule {
  const timetable = openTimetable(lanes)
  const jobs = new Map<Entry, Job>()
  const overrun = new WeakSet<Entry>()
  let cancel: (() => void) | undefined
  let isClosed = false

  function turn(): void {
    if (isClosed) return
    const { begun, late } = timetable.turn(clock.now())
    for (const { entry, waitedMs } of late) jobs.get(entry)?.onLate?.(waitedMs)
    for (const { entry, latenessMs } of begun) begin(entry, latenessMs)
    wait()
  }

  function wait(): void {
    cancel?.()
    const next = timetable.nextAt()
    cancel = next === undefined ? undefined : clock.at(next, turn)
  }

  function begin(entry: Entry, latenessMs: number | undefined): void {
    if (latenessMs !== undefined) onBegin?.(entry.task, latenessMs)
    void (jobs.get(entry)?.run() ?? Promise.resolve({})).then((change) => {
      end(entry, change)
      turn()
    })
  }

  function end(entry: Entry, change: Change): void {
    const { tookMs } = timetable.end(entry, clock.now(), change)
    if (tookMs <= entry.task.intervalMs || overrun.has(entry)) return
    overrun.add(entry)
    jobs.get(entry)?.onOverrun?.(tookMs)
  }

  return {
    add(job) {
      const entry = timetable.add(job, clock.now())
      jobs.set(entry, job)
      if (!isClosed) wait()
      return {
        [Symbol.dispose]: () => {
          if (!jobs.delete(entry)) return
          timetable.remove(entry)
          if (!isClosed) wait()
        },
      }
    },
    [Symbol.dispose]: () => {
      isClosed = true
      cancel?.()
    },
  }
}
