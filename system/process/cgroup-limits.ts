// Limits of all processes of a cgroup together, which the system itself keeps (Linux, cgroup v2). What is in force is read where the
// system says it: a limit that was written down somewhere is none.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { textIfReadable } from '../text-if-readable.ts'
import { homeCgroup, moveAside, ownCgroup } from './process-cgroup.ts'

type CgroupLimits = {
  readonly memoryBytes?: number
  /** Of processors, for all of the time. */
  readonly cpus?: number
  readonly processes?: number
}

const PERIOD_MICROS = 100_000

type Kind = keyof CgroupLimits

const FILES: Readonly<Record<Kind, { readonly controller: string; readonly file: string }>> = {
  memoryBytes: { controller: 'memory', file: 'memory.max' },
  cpus: { controller: 'cpu', file: 'cpu.max' },
  processes: { controller: 'pids', file: 'pids.max' },
}
const KINDS = Object.keys(FILES) as Kind[]

/** As far as this machine lets it; `limitsOf` says how far that is. */
export function limitCgroup(folder: string, limits: CgroupLimits, own = ownCgroup()): void {
  const wanted = KINDS.filter((kind) => limits[kind] !== undefined)
  const controllers = wanted.map((kind) => FILES[kind].controller)
  if (own !== undefined) passOn(own, controllers)
  for (const kind of wanted) writeOr(join(folder, FILES[kind].file), textOfLimit(kind, limits[kind] ?? 0))
}

/** Those of a cgroup with processes in it are for its own parent to give. */
function passOn(own: string, controllers: readonly string[]): void {
  const home = homeCgroup(own) ?? own
  const path = join(home, 'cgroup.subtree_control')
  const [given, passedOn] = ['cgroup.controllers', 'cgroup.subtree_control'].map((name) => wordsIn(join(home, name)))
  const missing = controllers.filter((name) => given?.includes(name) && !passedOn?.includes(name))
  if (missing.length === 0 || !moveAside(home, own)) return
  // One that cannot be passed on takes no other with it.
  for (const name of missing) writeOr(path, `+${name}`)
}

function textOfLimit(kind: Kind, value: number): string {
  return kind === 'cpus' ? `${Math.round(value * PERIOD_MICROS)} ${PERIOD_MICROS}` : String(value)
}

/** What the system holds the cgroup to, by what it says itself; absent where that is nothing. */
export function limitsOf(folder: string): CgroupLimits {
  const [quota, period] = wordsIn(join(folder, FILES.cpus.file)) ?? []
  return {
    ...numberOf('memoryBytes', folder),
    ...numberOf('processes', folder),
    ...(quota === undefined || quota === 'max' ? {} : { cpus: Number(quota) / Number(period ?? PERIOD_MICROS) }),
  }
}

function numberOf(kind: 'memoryBytes' | 'processes', folder: string): CgroupLimits {
  const text = textIfReadable(join(folder, FILES[kind].file))?.trim()
  return text !== undefined && /^\d+$/.test(text) ? { [kind]: Number(text) } : {}
}

/** Processes of it that the system has ended for lack of memory; undefined where it does not say. */
export function oomKillsIn(folder: string): number | undefined {
  const count = /^oom_kill (\d+)$/m.exec(textIfReadable(join(folder, 'memory.events')) ?? '')?.[1]
  return count === undefined ? undefined : Number(count)
}

function wordsIn(path: string): readonly string[] | undefined {
  return textIfReadable(path)?.trim().split(/\s+/)
}

/** Without a controller there is no such file, and none is to be made. */
function writeOr(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'r+' })
  } catch {
    // It stays as it is, and is not in force.
  }
}
