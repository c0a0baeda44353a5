// All processes of this machine that can be seen, with the mark that those of a service carry in their environment: a child that
// left its session still has it. Read from /proc, which Linux has.
import { readdirSync } from 'node:fs'
import { environmentOf, isChanging, patiently } from './environment.ts'
import type { ProcessIdentity, ProcessStat } from './identity.ts'
import { isLiving, statOf } from './identity.ts'
import { MARK } from './mark.ts'
import { processesInCgroup } from './process-cgroup.ts'

export type MarkedProcess = ProcessStat & {
  readonly mark: string | undefined
  /** Its environment is empty, as in the moment in which it becomes another program. */
  readonly isChanging: boolean
}

/** Many services that end at once look together. */
const FRESH_MS = 20
let last: { readonly at: number; readonly table: readonly MarkedProcess[] } | undefined

/** Those that live. What it costs is a few reads for each process of the machine. */
// allow(dead-export): the test has processes looked up just before
export function processTable(): readonly MarkedProcess[] {
  return last !== undefined && performance.now() - last.at <= FRESH_MS ? last.table : freshTable()
}

/** What was started a moment ago is in it for sure. */
export function freshTable(): readonly MarkedProcess[] {
  last = { at: performance.now(), table: readTable() }
  return last.table
}

/** The same, when nobody in it is about to become another program: who is has no mark at that moment, and has it again behind it. */
export function settledTable(): readonly MarkedProcess[] {
  return patiently(() => {
    const table = freshTable()
    return { table, changing: table.filter((one) => one.isChanging) }
  }).table
}

function readTable(): MarkedProcess[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    const stat = statOf(Number(name))
    if (!stat || !isLiving(stat)) return []
    const environment = environmentOf(stat.pid)
    return [{ ...stat, mark: markIn(environment), isChanging: isChanging(stat, environment) }]
  })
}

/** Undefined for processes of other users, and for those that wrote over their environment. */
function markIn(environment: Buffer | undefined): string | undefined {
  const entry = environment
    ?.toString('latin1')
    .split('\0')
    .find((each) => each.startsWith(`${MARK}=`))
  return entry?.slice(MARK.length + 1)
}

export type Members = {
  /** Whoever began the session. */
  readonly main: ProcessIdentity | undefined
  readonly mark: string
  /** It was seen to live up to now, so that nobody can have got its number. */
  readonly isWatched?: boolean
}

/**
 * The processes of a service. That there is none is said only when none that may be one is about to become another program: it has no
 * mark at that moment, and has it again behind it.
 */
export function membersOf(members: Members): readonly MarkedProcess[] {
  return patiently(() => {
    const found = membersNow(members)
    const table = found.length > 0 ? [] : (last?.table ?? [])
    return { found, changing: table.filter((one) => one.isChanging && mayBeOfIts(one, members)) }
  }).found
}

function mayBeOfIts(one: ProcessStat, { main }: Members): boolean {
  return main === undefined || isOfIts(one, main)
}

/** No table that is older than the question is believed: who stands in it may have ended. */
function membersNow(members: Members): readonly MarkedProcess[] {
  const askedAt = performance.now()
  const found = membersIn(processTable(), members, insideOf(members))
  if (last !== undefined && last.at >= askedAt) return found
  const living = found.filter(stillLives)
  return living.length > 0 ? living : membersIn(freshTable(), members, insideOf(members))
}

function stillLives({ pid, start }: MarkedProcess): boolean {
  const stat = statOf(pid)
  return stat !== undefined && isLiving(stat) && stat.start === start
}

function insideOf({ main }: Members): ReadonlySet<number> | undefined {
  return main?.cgroup === undefined ? undefined : processesInCgroup(main.cgroup)
}

/** Those of the session that it was started in, those that carry its mark, and those of its cgroup. */
// allow(dead-export): the test answers with processes that are not on its machine
export function membersIn(
  table: readonly MarkedProcess[],
  members: Members,
  inside?: ReadonlySet<number>,
): readonly MarkedProcess[] {
  const session = sessionIn(table, members)
  return table.filter((one) => one.mark === members.mark || session.includes(one) || inside?.has(one.pid))
}

/**
 * A number is given to nobody else as long as one process has it as its session. So it is still ours while whoever began it
 * lives, was seen to live, or somebody in it carries the mark; else nobody can say whose it is.
 */
function sessionIn(table: readonly MarkedProcess[], { main, mark, isWatched }: Members): readonly MarkedProcess[] {
  if (main === undefined) return []
  const leader = table.find(({ pid }) => pid === main.pid)
  if (leader && leader.start !== main.start) return []
  const session = table.filter((one) => one.session === main.pid && isOfIts(one, main))
  return leader || isWatched || session.some((one) => one.mark === mark) ? session : []
}

/** One that began before the service did is none of it. */
function isOfIts({ start }: ProcessStat, main: ProcessIdentity): boolean {
  return main.start === '' || BigInt(start) >= BigInt(main.start)
}
