// All processes of this machine that can be seen, with the mark that those of a service carry in their environment: a child that
// left its session still has it. Read from /proc, which Linux has.
import { readdirSync, readFileSync } from 'node:fs'
import type { ProcessIdentity, ProcessStat } from './identity.ts'
import { isLiving, statOf } from './identity.ts'
import { MARK } from './mark.ts'

export type MarkedProcess = ProcessStat & { readonly mark: string | undefined }

/** Many services that end at once look together. */
const FRESH_MS = 20
let last: { readonly at: number; readonly table: readonly MarkedProcess[] } | undefined

/** Those that live. What it costs is a few reads for each process of the machine. */
export function processTable(): readonly MarkedProcess[] {
  return last !== undefined && performance.now() - last.at <= FRESH_MS ? last.table : freshTable()
}

function freshTable(): readonly MarkedProcess[] {
  last = { at: performance.now(), table: readTable() }
  return last.table
}

function readTable(): MarkedProcess[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    const stat = statOf(Number(name))
    return stat && isLiving(stat) ? [{ ...stat, mark: markOf(name) }] : []
  })
}

/** Undefined too for processes of other users, and for those that wrote over their environment. */
function markOf(name: string): string | undefined {
  try {
    const text = readFileSync(`/proc/${name}/environ`, 'latin1')
    return text
      .split('\0')
      .find((entry) => entry.startsWith(`${MARK}=`))
      ?.slice(MARK.length + 1)
  } catch {
    return undefined
  }
}

export type Members = {
  /** Whoever began the session. */
  readonly main: ProcessIdentity | undefined
  readonly mark: string
}

/** The processes of a service. That there are none is believed of no table that is older than the question. */
export function membersOf(members: Members): readonly MarkedProcess[] {
  const found = membersIn(processTable(), members)
  return found.length > 0 ? found : membersIn(freshTable(), members)
}

/**
 * Those of the session that it was started in, and those that carry its mark. A session counts only as long as its number cannot
 * have been given to another.
 */
export function membersIn(table: readonly MarkedProcess[], { main, mark }: Members): readonly MarkedProcess[] {
  const leader = main === undefined ? undefined : table.find(({ pid }) => pid === main.pid)
  const isOurSession = main !== undefined && (leader === undefined || leader.start === main.start)
  return table.filter((one) => one.mark === mark || (isOurSession && one.session === main.pid && isNotOf(one, main)))
}

/** One that began before the service did is none of it. */
function isNotOf({ start }: ProcessStat, main: ProcessIdentity): boolean {
  return main.start === '' || BigInt(start) >= BigInt(main.start)
}
