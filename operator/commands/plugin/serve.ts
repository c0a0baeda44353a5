// `octo plugin serve`: keeps service plugins running in the foreground for all who call them, so that whatever supervises programs
// supervises them: `octo start`, systemd, a container. One that cannot be started at first ends the command with why.
import { setTimeout as pause } from 'node:timers/promises'
import { DAY_MS } from '../../../schemas/duration.ts'
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import { interruptible } from '../../../system/process/interruptible.ts'
import { giveBackMemorySoon, keepHeapSmall } from '../../../system/process/small-heap.ts'
import type { Terminal } from '../../../terminal/index.ts'
import { openPluginHost } from '../../ocm/host.ts'
import { keepRunning } from '../../ocm/keep-running.ts'
import type { HostPlugin, ServicePlugin } from '../../ocm/plugin.ts'
import { isBuiltIn } from '../../ocm/plugin.ts'
import { runningPlugins } from '../../ocm/shared/list.ts'
import { sharing } from '../../ocm/shared/open.ts'
import type { Trouble } from '../../ocm/shared/troubles.ts'
import { noteTroubles } from '../../ocm/shared/troubles.ts'
import { logLine } from './log-line.ts'
import type { PluginOptions } from './open-plugins.ts'
import { findPlugins, pluginCalled } from './open-plugins.ts'
import { readOcmConfigs } from './read-ocm-configs.ts'
import { stopRunning } from './stop.ts'

export type ServeOptions = PluginOptions & { readonly ocmConfig?: readonly string[] }

/** A plugin that nobody asks leaves by itself, and is started again. */
const IDLE_MS = DAY_MS
const LOOK_MS = 250
/** For calls under way, and for whoever holds a plugin: over before what supervises this kills it, mostly after ten seconds. */
// allow(dead-export): the test adds up what ending a plugin may take
export const LEAVING = { drainMs: 5000, lockMs: 1000 }

export async function servePluginsCommand(
  names: readonly string[],
  options: ServeOptions,
  terminal: Terminal,
): Promise<number> {
  keepHeapSmall()
  using interruption = interruptible()
  const { signal } = interruption
  const [cwd, env] = [process.cwd(), process.env]
  const found = await findPlugins(options, { terminal, cwd, env, signal })
  const plugins = names.map((name) => requireProgram(pluginCalled(name, found).plugin))
  const configurations = readOcmConfigs({ byConfig: found.ocmConfigs, typed: options.ocmConfig ?? [] }, { cwd, env })
  const host = openPluginHost({
    plugins,
    cwd,
    env,
    idleTimeoutMs: IDLE_MS,
    start: sharing(true),
    configurations,
    log: (line) => terminal.print(logLine(line)),
  })
  const kept = plugins.map((plugin) =>
    keepRunning(plugin, {
      host,
      signal,
      findAgain,
      now: Date.now,
      info: (line) => terminal.info(line),
      warn: (line) => terminal.warn(line),
    }),
  )
  let noted = ''
  try {
    for (const one of kept) await one.start()
    giveBackMemorySoon()
    while (!signal.aborted) {
      await pause(LOOK_MS, undefined, { signal }).catch(() => undefined)
      await Promise.all(kept.map((one) => one.look()))
      note()
    }
    return 0
  } finally {
    await host[Symbol.asyncDispose]()
    write([])
    const own = runningPlugins(env).filter(({ pid }) => kept.some(({ pids }) => pids.has(pid)))
    await Promise.all(own.map((one) => stopRunning(one, LEAVING)))
  }

  /** For `octo plugin ps`, where something has changed. */
  function note(): void {
    const troubles = kept.flatMap((one) => one.trouble() ?? [])
    const said = troubles.map(({ plugin, state, againAt }) => `${plugin} ${state} ${Math.round(againAt / 1000)}`).join()
    if (said !== noted) write(troubles)
    noted = said
  }

  /** A full disk ends no plugin. */
  function write(troubles: readonly Trouble[]): void {
    try {
      noteTroubles(env, troubles)
    } catch (error) {
      terminal.debug(`what does not run cannot be written down: ${error instanceof Error ? error.message : error}`)
    }
  }

  /** All is read anew, the config too: what may run is what it says now. */
  async function findAgain(name: string): Promise<ServicePlugin> {
    const now = await findPlugins(options, { terminal, cwd, env, signal }, name)
    return requireProgram(pluginCalled(name, now).plugin)
  }
}

function requireProgram(plugin: HostPlugin): ServicePlugin {
  if (!isBuiltIn(plugin)) return plugin
  throw coded('USAGE', { message: `${quote(plugin.name)} is a part of octo, and always there` })
}
