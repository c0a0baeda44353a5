// Checks that a supervisor started and that outlive it, when it is killed: the next one ends them, as nobody waits for them any more.
// Looking for them is reading about every process of the machine. So one that ends in order says that it has left none.
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { writeDisposable } from '../../../system/files/atomic-file.ts'
import { endProcesses } from '../../../system/process/end-processes.ts'
import { membersOf } from '../../../system/process/process-table.ts'
import { ownMark } from './marks.ts'
import type { Places } from './places.ts'

/** Ends them, and waits for no more; to be called before anything is started. Only who holds the lock may. */
export async function endLeftBehind(places: Places): Promise<void> {
  // Where whoever supervises listens is taken away by the same end; an earlier version says nothing but that.
  const hasLeftNone = existsSync(pathOf(places)) && !existsSync(places.control)
  rmSync(pathOf(places), { force: true })
  if (hasLeftNone) return
  await endProcesses(leftBehind(places), { signal: 'SIGTERM', timeoutMs: 0, target: 'group' })
}

/** Once nothing is started any more. Where it cannot be written the next one looks. */
export function noteNoneLeft(places: Places): void {
  if (membersOf(leftBehind(places)).length === 0) writeDisposable(pathOf(places), '', { staging: places.state })
}

function leftBehind(places: Places) {
  return { main: undefined, mark: ownMark(places) }
}

function pathOf({ state }: Places): string {
  return join(state, 'left-none')
}
