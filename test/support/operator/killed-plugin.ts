// Calls over one plugin that somebody kills again and again, at moments that a seed decides: what became of the calls, and what is
// left of everything else.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { openPluginHost } from '../../../operator/ocm/host.ts'
import { isCoded } from '../../../schemas/errors.ts'
import type { Random } from '../builders/seeded-random.ts'

type Call = Parameters<ReturnType<typeof openPluginHost>['call']>[0]

type Hammering = {
  readonly host: ReturnType<typeof openPluginHost>
  readonly calls: number
  readonly kills: number
  readonly random: Random
  /** Asked one after the other, by each of the callers. */
  readonly requests: readonly Call[]
  readonly callers?: number
}

type Outcome = {
  readonly answered: number
  /** By the code of their error. */
  readonly failed: Readonly<Record<string, number>>
  readonly kills: number
  readonly instances: number
  readonly longestMs: number
  /** Of the heap, after a quarter of the calls and after all. */
  readonly heapBytes: readonly [number, number]
}

export async function hammer({ host, calls, kills, random, requests, callers = 8 }: Hammering): Promise<Outcome> {
  // Never before the first answers: one that nobody has seen work is another story.
  const first = Math.ceil(calls / 50)
  const moments = Array.from({ length: kills }, () => first + random.below(calls - first)).sort((a, b) => a - b)
  const failed: Record<string, number> = {}
  const pids = new Set<number>()
  let [answered, begun, killed, longestMs, early] = [0, 0, 0, 0, 0]

  function killWhenDue(): void {
    const due = moments[killed]
    const pid = host.status()[0]?.pid
    if (pid === undefined) return
    pids.add(pid)
    if (due === undefined || begun < due) return
    killed++
    process.kill(pid, 'SIGKILL')
  }

  async function call(): Promise<void> {
    for (;;) {
      const number = begun++
      if (number >= calls && killed === kills) return
      const startedAt = performance.now()
      try {
        await host.call(requests[number % requests.length] as Call)
        answered++
      } catch (error) {
        if (!isCoded(error)) throw error
        failed[error.code] = (failed[error.code] ?? 0) + 1
      }
      longestMs = Math.max(longestMs, performance.now() - startedAt)
      if (number === Math.floor(calls / 4)) early = heapBytes()
      killWhenDue()
    }
  }

  await Promise.all(Array.from({ length: callers }, call))
  return { answered, failed, kills: killed, instances: pids.size, longestMs, heapBytes: [early, heapBytes()] }
}

function heapBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  setFlagsFromString('--no-expose-gc')
  collect()
  return process.memoryUsage().heapUsed
}

/** Descriptors of this process, and children of it that have ended and were not collected. */
export function held(): { readonly descriptors: number; readonly zombies: number } {
  const zombies = ownChildren().filter((pid) => {
    const stat = textOf(`/proc/${pid}/stat`)
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' && Number(parent) === process.pid
  })
  return { descriptors: readdirSync('/proc/self/fd').length, zombies: zombies.length }
}

/** Those of all threads. A kernel that keeps no list of them leaves all processes to be looked at. */
function ownChildren(): readonly string[] {
  const lists = readdirSync('/proc/self/task').map((thread) => `/proc/self/task/${thread}/children`)
  if (!existsSync(`/proc/self/task/${process.pid}/children`))
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return lists.flatMap((list) => textOf(list).split(' ')).filter((pid) => pid !== '')
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
