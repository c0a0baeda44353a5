// What can be measured of a project at one moment: by whoever supervises it, or without one by what is on disk and in /proc. Plain
// data, which goes over the control socket.
import { omitUndefined } from '../../../schemas/omit-undefined.ts'
import type { ProcessIdentity } from '../../../system/process/identity.ts'
import type { Usage } from '../../../system/process/usage.ts'
import { startTimeSeconds, usageOf } from '../../../system/process/usage.ts'
import type { LaneKind } from '../../lanes/lanes.ts'
import type { LatenessSummary } from '../../lanes/lateness.ts'
import { keptBytes, liveOf } from '../../logs/kept-log.ts'
import type { NotifierStatus } from '../../notifications/notifications.ts'
import { allAsTheyAre } from '../journal/adopt.ts'
import type { One } from '../journal/instances.ts'
import { readJournal, serviceIn } from '../journal/journal.ts'
import type { Health, State } from '../life/lifecycle.ts'
import type { LimitStatus } from '../limits/in-force.ts'
import { markOf } from '../project/marks.ts'
import type { Places } from '../project/places.ts'
import { logPath } from '../project/places.ts'
import type { Counts } from './tally.ts'

export type InstanceMetrics = {
  readonly service: string
  readonly replica: string
  readonly state: State
  /** Absent where nobody looks at its checks. */
  readonly health?: Health
  readonly failures: number
  readonly generation: number
  /** Of its program, in seconds since 1970; absent, as is what it uses, of what does not run. */
  readonly startedAt?: number
  readonly usage?: Usage
  readonly log: { readonly written: number; readonly kept: number }
  readonly counts?: Counts
  readonly checks?: readonly { readonly name: string; readonly state: string }[]
  readonly limits?: readonly LimitStatus[]
  readonly secrets?: { readonly state: string; readonly until?: string }
}

export type ProjectMetrics = {
  readonly config: string
  readonly supervisor?: { readonly pid: number; readonly startedAt: number; readonly eventsLost: number }
  readonly instances: readonly InstanceMetrics[]
  readonly notifiers: readonly NotifierStatus[]
  readonly lanes?: Readonly<Record<LaneKind, LatenessSummary>>
}

/** Of the status of an instance. */
type Seen = {
  readonly health: Health
  readonly checks?: readonly { readonly label: string; readonly name?: string; readonly state: string }[]
  readonly secrets?: { readonly state: string; readonly until?: string }
  readonly limits?: readonly LimitStatus[]
}

type Known = {
  readonly places: Places
  readonly counts: (id: string) => Counts
  readonly statusOf: (one: One) => Seen
}

/** The time of a processor never goes back while a program runs, also where one of its processes took its own with it. */
export function openInstanceMetrics({ places, counts, statusOf }: Known) {
  const most = new Map<string, number>()

  function never(back: Usage, { pid, start }: ProcessIdentity): Usage {
    const name = `${pid} ${start}`
    const cpuSeconds = Math.max(back.cpuSeconds, most.get(name) ?? 0)
    most.set(name, cpuSeconds)
    return { ...back, cpuSeconds }
  }

  return (all: readonly One[]): readonly InstanceMetrics[] => {
    const plain = measured(all, places)
    const running = new Set(
      all.flatMap(({ instance: { process } }) => (process ? `${process.pid} ${process.start}` : [])),
    )
    for (const name of most.keys()) if (!running.has(name)) most.delete(name)
    return plain.map(({ one, usage, ...metrics }) => {
      const { health, checks = [], secrets, limits } = statusOf(one)
      const { process } = one.instance
      return {
        ...metrics,
        health,
        counts: counts(one.id),
        ...(usage && process ? { usage: never(usage, process) } : {}),
        checks: checks.map(({ name, label, state }) => ({ name: name ?? label, state })),
        ...(secrets ? { secrets } : {}),
        ...(limits ? { limits } : {}),
      }
    })
  }
}

/** What is known without a supervisor. */
export function metricsAlone(places: Places): readonly InstanceMetrics[] {
  const found = allAsTheyAre(readJournal(places.journal), markOf(places))
  const all = [...found].map(([id, instance]): One => ({ id, service: serviceIn(id), instance }))
  return measured(all, places).map(({ one: _, ...metrics }) => metrics)
}

function measured(all: readonly One[], places: Places): readonly (InstanceMetrics & { readonly one: One })[] {
  const running = all.flatMap(({ instance: { process, state } }) => (process && state !== 'starting' ? [process] : []))
  const usage = usageOf(running)
  return all.map((one) => {
    const { id, service, instance } = one
    const { state, failures, generation, process } = instance
    const startedAt = process && startTimeSeconds(process)
    const used = process && usage.get(process.pid)
    return {
      one,
      service,
      replica: id.slice(service.length + 1),
      state,
      failures,
      generation,
      ...omitUndefined({ startedAt }),
      ...(used ? { usage: used } : {}),
      log: logOf(logPath(places, id)),
    }
  })
}

function logOf(path: string): InstanceMetrics['log'] {
  const written = liveOf(path)?.to ?? 0
  return { written, kept: Math.min(written, Math.max(keptBytes(path), 0)) }
}
