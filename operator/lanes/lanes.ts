// The lanes in which checks that go on and on run beside each other, within bounds: octo's own in a thread of octo, all others as
// processes. A slow lane holds up none of the other.
import { availableParallelism } from 'node:os'
import type { Inside } from '../exec/inside.ts'
import type { KnownDigests } from '../own-checks/known-program.ts'
import { openOwnChecks } from '../own-checks/own-checks.ts'
import type { Schedule } from '../schedule/schedule.ts'
import { openSchedule } from '../schedule/schedule.ts'
import type { Lateness, LatenessSummary } from './lateness.ts'
import { openLateness } from './lateness.ts'

export type LaneName = 'in-process' | 'process'

/** What is on its way at once; each waits for a server most of its time. */
const IN_PROCESS_AT_ONCE = 256
/** For each processor: more would only share it out. */
const PROCESSES_PER_CORE = 2

export type Lanes = Disposable & {
  readonly schedule: Schedule
  readonly inside: Inside
  readonly places: Readonly<Record<LaneName, number>>
  /** How many runs began so far, and how late; the first one of each check, which has no moment, is in none. */
  lateness(): Readonly<Record<LaneName, LatenessSummary>>
}

type Setting = {
  readonly env: Readonly<Record<string, string | undefined>>
  /** What octo brings itself; what its build wrote into it when absent. */
  readonly digests?: KnownDigests
}

export function openLanes({ env, digests }: Setting): Lanes {
  const places = { 'in-process': IN_PROCESS_AT_ONCE, process: PROCESSES_PER_CORE * availableParallelism() }
  const inside = openOwnChecks({ env, ...(digests ? { digests } : {}) })
  const lateness: Record<LaneName, Lateness> = { 'in-process': openLateness(), process: openLateness() }
  const schedule = openSchedule({
    lanes: places,
    onBegin: ({ lane }, latenessMs) => lateness[lane as LaneName].add(latenessMs),
  })
  return {
    ...{ schedule, inside, places },
    lateness: () => ({ 'in-process': lateness['in-process'].summary(), process: lateness.process.summary() }),
    [Symbol.dispose]: () => {
      schedule[Symbol.dispose]()
      inside[Symbol.dispose]()
    },
  }
}
