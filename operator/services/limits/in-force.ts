// Which limits of a service the system keeps, by what it says of the running process itself: not by what was tried.
import type { ServiceLimits } from '../../../config/model/service-spec.ts'
import { limitsOf } from '../../../system/process/cgroup-limits.ts'
import type { ProcessIdentity } from '../../../system/process/identity.ts'
import { openFilesOf } from '../../../system/process/open-files.ts'
import { isStillShell } from './limited-launch.ts'

const LIMITS = ['memory', 'cpus', 'processes', 'open_files'] as const
type LimitName = (typeof LIMITS)[number]

export type LimitStatus = {
  /** As the config calls it. */
  readonly name: LimitName
  readonly most: number
  readonly isInForce: boolean
}

/** In the order of `LIMITS`, those that the service is to have. */
export function limitsInForce(limits: ServiceLimits, process: ProcessIdentity): readonly LimitStatus[] {
  const kept = process.cgroup === undefined ? {} : limitsOf(process.cgroup)
  const found: Readonly<Record<LimitName, readonly [most: number | undefined, kept: number | undefined]>> = {
    memory: [limits.memoryBytes, kept.memoryBytes],
    cpus: [limits.cpus, kept.cpus],
    processes: [limits.processes, kept.processes],
    open_files: [limits.openFiles, isStillShell(process.pid) ? limits.openFiles : openFilesOf(process.pid)],
  }
  return LIMITS.flatMap((name) => {
    const [most, now] = found[name]
    return most === undefined ? [] : [{ name, most, isInForce: isKept(now, most) }]
  })
}

/** The system counts memory in pages and time in parts of a period; what is a little less is the limit that was asked for. */
function isKept(now: number | undefined, most: number): boolean {
  return now !== undefined && now <= most * 1.001 && now >= most * 0.99
}
