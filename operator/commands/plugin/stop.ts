// `octo plugin stop`: ends service plugins that run, once the calls under way on them are done.
import { parseDuration } from '../../../schemas/duration.ts'
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import type { Terminal } from '../../../terminal/index.ts'
import { stopShared } from '../../ocm/shared/end.ts'
import type { RunningPlugin } from '../../ocm/shared/list.ts'
import { runningPlugins } from '../../ocm/shared/list.ts'
import { lockPlaces } from '../../ocm/shared/lock.ts'
import { isStanding } from '../../ocm/shared/record.ts'
import { runningCalled } from './running-called.ts'

export type StopOptions = { readonly timeout?: string }

const DRAIN_MS = 10_000
const LOCK_MS = 30_000

type Stopped = { readonly plugin: string; readonly pid: number; readonly state: 'stopped' | 'still running' }

/** The exit code is 1 when something runs on in spite of all. */
export async function stopPluginsCommand(
  names: readonly string[],
  options: StopOptions,
  terminal: Terminal,
): Promise<number> {
  const drainMs = options.timeout === undefined ? DRAIN_MS : drainOf(options.timeout)
  const running = runningCalled(names, runningPlugins(process.env))
  const stopped = await Promise.all(running.map((one) => stopRunning(one, { drainMs, lockMs: LOCK_MS })))
  if (terminal.json) terminal.result({ json: stopped, text: () => '' })
  else if (stopped.length === 0) terminal.info('no service plugin runs')
  else for (const { plugin, pid, state } of stopped) terminal.info(`${quote(plugin)}, process ${pid}: ${state}`)
  return stopped.some(({ state }) => state === 'still running') ? 1 : 0
}

type Patience = {
  readonly drainMs: number
  /** With one that is started or ended by another process right now. */
  readonly lockMs: number
}

export async function stopRunning(running: RunningPlugin, { drainMs, lockMs }: Patience): Promise<Stopped> {
  const { places, record, pid } = running
  const { plugin } = record
  using lock = await lockPlaces(places, lockMs)
  if (!lock) return { plugin, pid, state: 'still running' }
  // Whoever held the lock has ended it, and what runs by now is another one.
  if (!isStanding(places, record)) return { plugin, pid, state: 'stopped' }
  const left = await stopShared(places, record, drainMs)
  return { plugin, pid, state: left.length === 0 ? 'stopped' : 'still running' }
}

function drainOf(text: string): number {
  const milliseconds = parseDuration(text)
  if (milliseconds !== undefined) return milliseconds
  throw coded('USAGE', { message: `\`--timeout\` is ${quote(text)}, expected a time such as \`30s\`` })
}
