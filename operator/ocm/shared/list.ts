// Which shared instances there are, for people to see and to stop.
import { readIfWhole } from '../../../system/files/atomic-file.ts'
import { isAlive } from '../../../system/process/identity.ts'
import { usageOf } from '../../../system/process/usage.ts'
import type { CallTally } from '../call/call-tally.ts'
import type { Environment } from '../instance/runtime-folder.ts'
import { readTally } from './kept-tally.ts'
import type { SharedPlaces } from './places.ts'
import { allSharedPlaces } from './places.ts'
import type { SharedRecord } from './record.ts'
import { readRecord } from './record.ts'
import { isUsed } from './users.ts'

export type RunningPlugin = {
  readonly places: SharedPlaces
  readonly record: SharedRecord
  readonly pid: number
  /** `idle`: it is well, and nobody asks it anything. */
  readonly state: 'starting' | 'in use' | 'idle' | 'leaving'
  /** Of all its instances. */
  readonly tally: CallTally
  readonly memoryBytes: number
}

/** One that runs, or has ended within the last day. */
export type SharedPlugin = {
  readonly plugin: string
  /** Of the way in which it is started. */
  readonly key: string
  readonly tally: CallTally
  readonly running: RunningPlugin | undefined
}

/** In the order of their names. */
export function sharedPlugins(env: Environment): readonly SharedPlugin[] {
  const running = runningPlugins(env)
  return allSharedPlaces(env)
    .flatMap((places): readonly SharedPlugin[] => {
      const plugin = readIfWhole(places.name)
      const one = running.find((each) => each.places.folder === places.folder)
      return plugin === undefined ? [] : [{ plugin, key: places.key, tally: readTally(places), running: one }]
    })
    .sort((one, other) => one.plugin.localeCompare(other.plugin, 'en'))
}

/** Those that live, in the order in which they were started. */
export function runningPlugins(env: Environment): readonly RunningPlugin[] {
  const found = allSharedPlaces(env).flatMap((places) => {
    const record = readRecord(places)
    return record?.process && isAlive(record.process) ? [{ places, record, process: record.process }] : []
  })
  const usage = usageOf(found.map(({ process }) => process))
  return found
    .map(({ places, record, process: { pid } }) => ({
      places,
      record,
      pid,
      state: stateOf(places, record),
      tally: readTally(places),
      memoryBytes: usage.get(pid)?.residentBytes ?? 0,
    }))
    .sort((one, other) => one.record.startedAt - other.record.startedAt)
}

function stateOf(places: SharedPlaces, { socket, isLeaving }: SharedRecord): RunningPlugin['state'] {
  if (isLeaving) return 'leaving'
  if (socket === undefined) return 'starting'
  return isUsed(places) ? 'in use' : 'idle'
}
