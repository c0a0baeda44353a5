// The lanes in which checks that go on and on run beside each other, within bounds: octo's own in a thread of octo, plugins that stay
// in a process each, with a lane of its own, and all others as processes. A slow lane holds up none of the others.
import { availableParallelism } from 'node:os'
import type { VerifiedExecutable } from '../../client/index.ts'
import type { CheckArguments } from '../../config/model/config.ts'
import type { Inside } from '../exec/inside.ts'
import type { KnownDigests } from '../own-checks/known-program.ts'
import { openOwnChecks } from '../own-checks/own-checks.ts'
import { openResidents, residentKey } from '../residents/residents.ts'
import type { Schedule } from '../schedule/schedule.ts'
import { openSchedule } from '../schedule/schedule.ts'
import type { Lateness, LatenessSummary } from './lateness.ts'
import { openLateness } from './lateness.ts'

export type LaneKind = 'in-process' | 'resident' | 'process'
/** Each plugin that stays has one of its own. */
export type LaneName = 'in-process' | `resident ${string}` | 'process'

/** What is on its way at once; each waits for a server most of its time. */
const IN_PROCESS_AT_ONCE = 256
/** Of one plugin that stays: enough for checks that wait for a server, and few for a plugin that does one thing after the other. */
const RESIDENT_AT_ONCE = 8
/** For each processor: more would only share it out. */
const PROCESSES_PER_CORE = 2

export type Lanes = Disposable & {
  readonly schedule: Schedule
  readonly inside: Inside
  /** Of each lane of the kind. */
  readonly places: Readonly<Record<LaneKind, number>>
  /** In which a check runs. Its files were checked right before. */
  laneOf(executable: VerifiedExecutable, given: CheckArguments): LaneName
  /** How many runs began so far, and how late; the first one of each check, which has no moment, is in none. */
  lateness(): Readonly<Record<LaneKind, LatenessSummary>>
}

type Setting = {
  readonly env: Readonly<Record<string, string | undefined>>
  /** What octo brings itself; what its build wrote into it when absent. */
  readonly digests?: KnownDigests | undefined
}

export function openLanes({ env, digests }: Setting): Lanes {
  const places = {
    'in-process': IN_PROCESS_AT_ONCE,
    resident: RESIDENT_AT_ONCE,
    process: PROCESSES_PER_CORE * availableParallelism(),
  }
  const own = openOwnChecks({ env, digests })
  const residents = openResidents({ env })
  const lateness = {
    'in-process': openLateness(),
    resident: openLateness(),
    process: openLateness(),
  } satisfies Record<LaneKind, Lateness>
  const schedule = openSchedule({
    lanes: places,
    onBegin: ({ lane }, latenessMs) => lateness[kindOf(lane as LaneName)].add(latenessMs),
  })
  return {
    schedule,
    places,
    inside: {
      knows: own.knows,
      take: (executable, given) => own.take(executable, given) ?? residents.take(executable, given),
    },
    laneOf(executable, given) {
      if (own.take(executable, given)) return 'in-process'
      return residents.take(executable, given) ? `resident ${residentKey(executable)}` : 'process'
    },
    lateness: () => ({
      'in-process': lateness['in-process'].summary(),
      resident: lateness.resident.summary(),
      process: lateness.process.summary(),
    }),
    [Symbol.dispose]: () => {
      schedule[Symbol.dispose]()
      own[Symbol.dispose]()
      residents[Symbol.dispose]()
    },
  }
}

export function kindOf(lane: LaneName): LaneKind {
  return lane === 'in-process' || lane === 'process' ? lane : 'resident'
}
