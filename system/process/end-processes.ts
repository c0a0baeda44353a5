// Ends all processes of a service, and is done when none is left: a leader that obeys may leave children that do not.
import { setTimeout as pause } from 'node:timers/promises'
import { statOf } from './identity.ts'
import { killCgroup } from './process-cgroup.ts'
import type { MarkedProcess, Members } from './process-table.ts'
import { membersOf } from './process-table.ts'

type Ending = {
  readonly signal: NodeJS.Signals
  /** From the first signal to SIGKILL. */
  readonly timeoutMs: number
  /** Who gets the first signal; the others get it when half of the time is over, or when the main process has ended. */
  readonly target: 'main' | 'group'
}

const LOOK_MS = 25
/** A process that waits for a dead disk does not even end on SIGKILL; we do not wait with it. */
const AFTER_KILL_MS = 3000

/** Those that are left in spite of all. */
export async function endProcesses(
  members: Members,
  { signal, timeoutMs, target }: Ending,
): Promise<readonly number[]> {
  const startedAt = performance.now()
  const told = new Set<string>()
  const tell = (processes: readonly MarkedProcess[]) => {
    for (const one of processes) if (!told.has(nameOf(one)) && send(one, signal)) told.add(nameOf(one))
  }
  for (;;) {
    const left = membersOf(members)
    if (left.length === 0) return []
    const passedMs = performance.now() - startedAt
    const main = left.filter(({ pid }) => pid === members.main?.pid)
    if (passedMs >= timeoutMs + AFTER_KILL_MS) return left.map(({ pid }) => pid)
    if (passedMs >= timeoutMs) killAll(members, left)
    else if (target === 'main' && main.length > 0 && passedMs < timeoutMs / 2) tell(main)
    else tell(left)
    await pause(LOOK_MS)
  }
}

function killAll({ main }: Members, left: readonly MarkedProcess[]): void {
  if (main?.cgroup !== undefined) killCgroup(main.cgroup)
  for (const one of left) send(one, 'SIGKILL')
}

function nameOf({ pid, start }: MarkedProcess): string {
  return `${pid} ${start}`
}

/** Asked once more right before: the number may be another's by now. */
function send({ pid, start }: MarkedProcess, signal: NodeJS.Signals): boolean {
  if (statOf(pid)?.start !== start) return false
  try {
    process.kill(pid, signal)
    return true
  } catch (error) {
    // It has ended, or belongs to another user, and then stays among those that are left.
    if (['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return false
    throw error
  }
}
