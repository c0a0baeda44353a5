// What a program left running outside of its process group, as `setsid` does: found by a variable of its environment that nobody else
// has, and ended. Read from /proc, which Linux has. A program that changed its user or emptied its environment is not found.
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { environmentOf, isChanging, LOOK_MS, Patience } from './environment.ts'
import type { ProcessStat } from './identity.ts'
import { isLiving, statOf } from './identity.ts'

type RunMark = {
  /** Of the program itself: what it starts gets later numbers. */
  readonly pid: number
  /** `NAME=/a/folder/of/this/run`; what lies below that folder belongs to the run, too. */
  readonly entry: string
  /** As `performance.now()` has it. */
  readonly startedAt: number
}

/** A process that waits for a dead disk does not even end on SIGKILL; we do not wait with it. */
const MOST_MS = 250
/** Fewer are asked for one by one, which costs less than to list all. */
const FEW = 64
/** More processes than machines start, so that numbers have not come around in less time. */
const STARTS_PER_MS = 30

/** Done when nothing is found any more. For a run that started no other process this is one read, so that it costs nothing. */
export async function endStrays(mark: RunMark): Promise<void> {
  if (process.platform !== 'linux') return
  const beganAt = performance.now()
  const patience = new Patience()
  for (;;) {
    const { found, changing } = look(numbersSince(mark), [mark.entry])
    for (const one of found) kill(one)
    const isLeft = found.length > 0 ? performance.now() - beganAt <= MOST_MS : patience.isFor(changing)
    if (!isLeft) return
    await pause(LOOK_MS)
  }
}

/** At once, for who ends and cannot wait. */
export function killStrays(entries: readonly string[]): void {
  if (process.platform === 'linux' && entries.length > 0) for (const one of look(allNumbers(), entries).found) kill(one)
}

/** Which processes can have been started by it, most of which are none. */
function numbersSince({ pid, startedAt }: RunMark): readonly number[] {
  const last = readNumber('/proc/sys/kernel/ns_last_pid')
  const mayHaveComeAround =
    performance.now() - startedAt > (readNumber('/proc/sys/kernel/pid_max') ?? 0) / STARTS_PER_MS
  if (last === undefined || last < pid || mayHaveComeAround) return allNumbers()
  if (last - pid > FEW) return allNumbers().filter((one) => one > pid && one <= last)
  return Array.from({ length: last - pid }, (_, index) => pid + 1 + index)
}

function allNumbers(): readonly number[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []))
}

function look(numbers: readonly number[], entries: readonly string[]) {
  // As the system has them, whatever letters they hold.
  const wanted = entries.map((entry) => Buffer.from(entry).toString('latin1'))
  const found: ProcessStat[] = []
  const changing: ProcessStat[] = []
  for (const pid of numbers) {
    const environment = environmentOf(pid)
    if (environment === undefined) continue
    const stat = environment.length === 0 || carries(environment, wanted) ? statOf(pid) : undefined
    if (!stat || !isLiving(stat)) continue
    if (environment.length > 0) found.push(stat)
    else if (isChanging(stat, environment)) changing.push(stat)
  }
  return { found, changing }
}

function carries(environment: Buffer, wanted: readonly string[]): boolean {
  return environment
    .toString('latin1')
    .split('\0')
    .some((entry) => wanted.some((one) => entry === one || entry.startsWith(`${one}/`)))
}

function readNumber(path: string): number | undefined {
  try {
    const value = Number(readFileSync(path, 'utf8'))
    return Number.isSafeInteger(value) && value > 0 ? value : undefined
  } catch {
    return undefined
  }
}

/** Asked once more right before: the number may be another's by now. */
function kill({ pid, start }: ProcessStat): void {
  if (statOf(pid)?.start !== start) return
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    // It has ended, or belongs to another user.
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}
