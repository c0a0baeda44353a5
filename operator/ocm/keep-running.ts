// Keeps plugins running that are programs, for whoever supervises octo. One that ends is started again, later each time it fails, as for
// every plugin (lifecycle.ts). One that is another program by now is looked for anew, and runs only where that is proven, too.
import { isCoded, messageOf } from '../../schemas/errors.ts'
import { printable, quote } from '../../schemas/quote.ts'
import type { openPluginHost } from './host.ts'
import type { ServicePlugin } from './plugin.ts'
import type { Trouble } from './shared/troubles.ts'

type Keeping = {
  readonly host: ReturnType<typeof openPluginHost>
  readonly signal: AbortSignal
  /** The plugin of this name as it is proven now; throws why there is none. */
  readonly findAgain: (name: string) => Promise<ServicePlugin>
  readonly info: (line: string) => void
  readonly warn: (line: string) => void
  readonly now: () => number
}

type KeptPlugin = {
  /** Of its processes. */
  readonly pids: ReadonlySet<number>
  /** Throws why it does not come up. */
  start(): Promise<void>
  /** Starts it again where it has ended and its time has come. Never rejects. */
  look(): Promise<void>
  /** While it does not run. */
  trouble(): Trouble | undefined
}

const MAX_REASON = 500

export function keepRunning(first: ServicePlugin, { host, signal, findAgain, info, warn, now }: Keeping): KeptPlugin {
  const { name } = first
  const pids = new Set<number>()
  let plugin = first
  let pid: number | undefined

  async function start(): Promise<void> {
    const started = await host.start(plugin, signal)
    if (started !== pid) info(`${quote(name)} runs as process ${started}`)
    pid = started
    pids.add(started)
  }

  const status = () => host.status().find((one) => one.plugin === name)

  async function startAgain(): Promise<void> {
    try {
      await start()
    } catch (error) {
      if (signal.aborted) return
      if (isCoded(error, 'DIGEST_MISMATCH')) return await startOther(error)
      warn(notRunning(error))
    }
  }

  /** Another program lies there: it is a plugin of its own, with a life of its own. */
  async function startOther(changed: Error): Promise<void> {
    try {
      const other = await findAgain(name)
      await host.forget(plugin)
      plugin = other
      info(`${quote(name)} is another program now, which is proven as well`)
      await start()
    } catch (error) {
      if (!signal.aborted) warn(`${notRunning(changed)}; ${messageOf(error)}`)
    }
  }

  function notRunning(error: unknown): string {
    return `${quote(name)} does not run: ${messageOf(error)}`
  }

  return {
    pids,
    start,
    async look() {
      const { state, reason, againInMs = 0, failures = 0 } = status() ?? {}
      if (state === 'ready' || signal.aborted) return
      if (pid !== undefined && failures > 0) warn(endedWords(name, reason, failures))
      pid = undefined
      if (state !== 'broken' && againInMs === 0) await startAgain()
    },
    trouble() {
      const { state, reason = 'it has ended', againInMs = 0, failures = 0 } = status() ?? {}
      if (state === 'ready') return undefined
      const words = state === 'broken' ? 'broken' : state === 'backing-off' ? 'backing off' : 'starting'
      const againAt = Math.round(now() + againInMs)
      return { plugin: name, state: words, reason: printable(reason, MAX_REASON), failures, againAt }
    },
  }
}

function endedWords(name: string, reason: string | undefined, failures: number): string {
  return `${quote(name)} has ended: ${reason ?? 'it gave no reason'}; failures of late: ${failures}`
}
