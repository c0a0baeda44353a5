// Runs the real octo and kills it, with SIGKILL, some time after its first request.
import { setTimeout as wait } from 'node:timers/promises'
import type { Consumer } from './consumer.ts'
import { runOcto } from './run-octo.ts'
import type { WatchingProxy } from './watching-proxy.ts'

/** True when it was killed before it was done. */
export async function killInstall({ folder, env }: Consumer, proxy: WatchingProxy, delayMs: number): Promise<boolean> {
  const started = proxy.nextRequest()
  const run = await runOcto(['check'], {
    cwd: folder,
    env,
    onStart: async (child) => {
      await started
      await wait(delayMs)
      child.kill('SIGKILL')
    },
  })
  return run.signal === 'SIGKILL'
}

/** How long a whole install takes from its first request on. */
export async function timeInstall(consumer: Consumer, proxy: WatchingProxy): Promise<number> {
  const started = proxy.nextRequest().then(() => performance.now())
  const { code, stderr } = await consumer.octo('check')
  if (code !== 0) throw new Error(stderr)
  return performance.now() - (await started)
}
