// Runs the real octo and kills it, with SIGKILL, at some point of its downloads or a moment later.

import type { WatchingProxy } from '../faults/watching-proxy.ts'
import { runOcto } from '../octo/run-octo.ts'
import type { Consumer } from './consumer.ts'

export type Moment = {
  /** Once so many bytes of answers have passed: no later byte reaches it. */
  readonly bytes: number
  readonly delayMs?: number
}

/** True when it was killed before it was done. */
export async function killInstall({ folder, env }: Consumer, proxy: WatchingProxy, moment: Moment): Promise<boolean> {
  const { bytes, delayMs } = moment
  let left = bytes
  const run = await runOcto(['check'], {
    cwd: folder,
    env,
    onStart(child) {
      const kill = () => void child.kill('SIGKILL')
      proxy.onPassed = (passed) => {
        left -= passed
        if (left > 0) return
        proxy.onPassed = undefined
        if (delayMs === undefined) kill()
        else setTimeout(kill, delayMs)
      }
    },
  })
  proxy.onPassed = undefined
  return run.signal === 'SIGKILL'
}
