// Waits until workloads have come as far as the next stage needs, for a bounded time, and says what keeps them back.
import { OPERATOR_EXIT, OperatorProblem } from '../../sdk/operator/index.ts'
import { foundIn } from './found.ts'
import type { Cluster } from './kubectl.ts'
import { PROJECT_LABEL } from './objects.ts'
import { progressOf } from './rollout.ts'
import type { Awaited } from './stages.ts'

const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 2000
/** Images are pulled again and services started again: once more, and then it is said. */
const STUCK_MS = 30_000

type Wait = { readonly project: string; readonly timeoutMs: number }

/** Throws OperatorProblem for a workload that fails, stays stuck, or takes too long. Nothing is taken back then. */
export async function awaitAll(
  awaited: readonly Awaited[],
  { project, timeoutMs }: Wait,
  cluster: Cluster,
): Promise<void> {
  if (awaited.length === 0) return
  const begin = cluster.now()
  let stuckSince: number | undefined
  let shown = ''
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    const found = foundIn(
      await cluster.kubectl.read([
        'get',
        'deployments,statefulsets,jobs,pods',
        `--selector=${PROJECT_LABEL}=${project}`,
        '--output=json',
      ]),
    )
    const progress = awaited.map((one) => progressOf(one, found))
    const open = progress.flatMap((one) => (one.state === 'reached' ? [] : [one]))
    const [first] = open
    if (!first) return
    const failed = open.find(({ state }) => state === 'failed')
    if (failed) throw notReached(failed.reason)
    const now = cluster.now()
    const stuck = open.find((one) => one.state === 'waiting' && one.isStuck)
    stuckSince = stuck ? (stuckSince ?? now) : undefined
    if (stuck && stuckSince !== undefined && now - stuckSince >= STUCK_MS) throw notReached(stuck.reason)
    if (now - begin >= timeoutMs)
      throw notReached(`${(stuck ?? first).reason} (after ${Math.round(timeoutMs / 1000)} s)`)
    const text = open.map(({ reason }) => reason).join('\n')
    if (text !== shown)
      for (const { reason } of open.filter(({ reason }) => !shown.includes(reason)))
        cluster.note(`waiting for ${reason}`)
    shown = text
    await cluster.pause(pauseMs)
  }
}

function notReached(reason: string): OperatorProblem {
  return new OperatorProblem(
    `${reason}; it stays as it is, \`octo logs\` and \`octo status\` show more`,
    OPERATOR_EXIT.failed,
  )
}
