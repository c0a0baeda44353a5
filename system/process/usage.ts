// What the processes of a program use of the machine, for many programs in one look at /proc, which Linux has.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { textIfReadable } from '../text-if-readable.ts'
import type { ProcessIdentity } from './identity.ts'
import { processesInCgroup } from './process-cgroup.ts'

export type Usage = {
  readonly processes: number
  /** Of those that live, and of those that they have waited for; of all that ever were, where there is a cgroup. */
  readonly cpuSeconds: number
  /** Pages that several of them share are counted for each. */
  readonly residentBytes: number
  /** As the system counts it for the whole cgroup, with files that it keeps in memory; absent where it does not. */
  readonly cgroupBytes?: number
}

type Seen = { readonly pid: number; readonly session: number; readonly start: bigint; readonly ticks: number }

/** Of `times` and `stat`, on every machine that Node runs on. */
const TICKS_PER_SECOND = 100

/** By the number of the main process: those of its session, and of its cgroup where it has one. */
export function usageOf(all: readonly ProcessIdentity[]): ReadonlyMap<number, Usage> {
  if (all.length === 0) return new Map()
  const table = seenProcesses()
  return new Map(all.map((main) => [main.pid, usageOfOne(main, table)]))
}

function usageOfOne(main: ProcessIdentity, table: readonly Seen[]): Usage {
  const inside = main.cgroup === undefined ? new Set<number>() : processesInCgroup(main.cgroup)
  const members = table.filter((one) => (one.session === main.pid && isOfIts(one, main)) || inside.has(one.pid))
  const ticks = members.reduce((sum, one) => sum + one.ticks, 0)
  const counted = main.cgroup === undefined ? undefined : cgroupSeconds(main.cgroup)
  const cgroupBytes = main.cgroup === undefined ? undefined : numberIn(join(main.cgroup, 'memory.current'))
  return {
    processes: members.length,
    cpuSeconds: counted ?? ticks / TICKS_PER_SECOND,
    residentBytes: members.reduce((sum, { pid }) => sum + residentBytes(pid), 0),
    ...omitUndefined({ cgroupBytes }),
  }
}

/** A number that was given again is another's. */
function isOfIts({ start }: Seen, main: ProcessIdentity): boolean {
  return main.start === '' || start >= BigInt(main.start)
}

function seenProcesses(): readonly Seen[] {
  return readdirSync('/proc').flatMap((name) => {
    const text = /^\d+$/.test(name) ? textIfReadable(`/proc/${name}/stat`) : undefined
    if (text === undefined) return []
    const rest = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const [session = '', user, system, ofChildrenUser, ofChildrenSystem, start = '0'] = [3, 11, 12, 13, 14, 19].map(
      (at) => rest[at],
    )
    const ticks = [user, system, ofChildrenUser, ofChildrenSystem].reduce((sum, one) => sum + Number(one ?? 0), 0)
    return [{ pid: Number(name), session: Number(session), start: BigInt(start), ticks }]
  })
}

function residentBytes(pid: number): number {
  const [, kilobytes = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(textIfReadable(`/proc/${pid}/status`) ?? '') ?? []
  return Number(kilobytes) * 1024
}

function cgroupSeconds(folder: string): number | undefined {
  const micros = /^usage_usec (\d+)$/m.exec(textIfReadable(join(folder, 'cpu.stat')) ?? '')?.[1]
  return micros === undefined ? undefined : Number(micros) / 1_000_000
}

function numberIn(path: string): number | undefined {
  const text = textIfReadable(path)?.trim()
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}

/** Seconds since 1970, the same at every look; undefined where the machine does not say when it was started. */
export function startTimeSeconds({ start }: Pick<ProcessIdentity, 'start'>): number | undefined {
  const booted = /^btime (\d+)$/m.exec(textIfReadable('/proc/stat') ?? '')?.[1]
  return booted === undefined || start === '' ? undefined : Number(booted) + Number(start) / TICKS_PER_SECOND
}
