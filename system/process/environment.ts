// What a process carries in its environment, by which others know it as theirs. In the moment of an `exec` the kernel shows none: who
// asks then would take it for a stranger. All who ask wait here, with one patience. Read from /proc, which Linux has.
import { readFileSync } from 'node:fs'
import { standStill } from '../stand-still.ts'
import type { ProcessStat } from './identity.ts'
import { environmentState, isLiving, statOf } from './identity.ts'

/**
 * When it is too short, one of ours is missed: a service that is said to be stopped lives on, what a check left running outlives it, a
 * folder in use is taken away. When it is too long, a start, a stop or the end of a run waits for a process that a dead disk holds in that
 * moment; it is remembered, and waited for once. The moment takes less than a millisecond, unless the machine has no time for it: then
 * 200 ms were too few.
 */
const MOST_MS = 1000
/** Who was kept from looking itself has not waited: all that time may have gone by between two looks. */
const FEWEST_LOOKS = 10
export const LOOK_MS = 2

/** Entries with a zero byte behind each. Throws as the system does. */
export function readEnvironment(pid: number): Buffer {
  return readFileSync(`/proc/${pid}/environ`)
}

/** Undefined where there is no such process, and where it is another user's. */
export function environmentOf(pid: number): Buffer | undefined {
  try {
    return readEnvironment(pid)
  } catch {
    return undefined
  }
}

/** It showed none, as in the moment in which it becomes another program, which may be over by now, and as one that is ending. */
export function isChanging(stat: ProcessStat, environment: Buffer | undefined): boolean {
  return environment?.length === 0 && isLiving(stat) && !['kernel', 'empty'].includes(environmentState(stat.pid))
}

/** When those began that were waited for in vain, by their numbers. */
const silent = new Map<number, string>()

/** For one question, which begins with it. */
export class Patience {
  readonly #beganAt = performance.now()
  #looks = 0
  #atEachLook: readonly ProcessStat[] | undefined

  /** Whether to look once more, when these that may be meant are about to become another program. */
  isFor(changing: readonly ProcessStat[]): boolean {
    const waitedFor = changing.filter(({ pid, start }) => silent.get(pid) !== start)
    this.#looks++
    this.#atEachLook = this.#atEachLook?.filter((one) => waitedFor.some((other) => isSame(one, other))) ?? waitedFor
    if (waitedFor.length === 0) return false
    if (this.#looks < FEWEST_LOOKS || performance.now() - this.#beganAt <= MOST_MS) return true
    remember(this.#atEachLook)
    return false
  }
}

/** What the last look gives: nobody who may be meant was about to become another program then, or patience was over. */
export function patiently<Seen extends { readonly changing: readonly ProcessStat[] }>(look: () => Seen): Seen {
  const patience = new Patience()
  for (;;) {
    const seen = look()
    if (!patience.isFor(seen.changing)) return seen
    standStill(LOOK_MS)
  }
}

/** Of one process, which is waited for in the midst of an `exec`. */
export function settledEnvironmentOf(pid: number): Buffer | undefined {
  return patiently(() => {
    const environment = environmentOf(pid)
    const stat = environment?.length === 0 ? statOf(pid) : undefined
    return { environment, changing: stat && isChanging(stat, environment) ? [stat] : [] }
  }).environment
}

function isSame(one: ProcessStat, other: ProcessStat): boolean {
  return one.pid === other.pid && one.start === other.start
}

/** Those that have ended make room. */
function remember(found: readonly ProcessStat[]): void {
  for (const [pid, start] of silent) if (statOf(pid)?.start !== start) silent.delete(pid)
  for (const { pid, start } of found) silent.set(pid, start)
}
