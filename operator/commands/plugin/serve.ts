// `octo plugin serve`: keeps service plugins running in the foreground for all who call them, so that whatever supervises programs
// supervises them: `octo start`, systemd, a container. One that cannot be started at first ends the command with why.
import { setTimeout as pause } from 'node:timers/promises'
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import { interruptible } from '../../../system/process/interruptible.ts'
import { giveBackMemorySoon, keepHeapSmall } from '../../../system/process/small-heap.ts'
import type { Terminal } from '../../../terminal/index.ts'
import { openPluginHost } from '../../ocm/host.ts'
import type { HostPlugin, ServicePlugin } from '../../ocm/plugin.ts'
import { isBuiltIn } from '../../ocm/plugin.ts'
import { runningPlugins } from '../../ocm/shared/list.ts'
import { sharing } from '../../ocm/shared/open.ts'
import { logLine } from './log-line.ts'
import type { PluginOptions } from './open-plugins.ts'
import { findPlugins, pluginCalled } from './open-plugins.ts'
import { readOcmConfigs } from './read-ocm-configs.ts'
import { stopRunning } from './stop.ts'

export type ServeOptions = PluginOptions & { readonly ocmConfig?: readonly string[] }

/** A plugin that nobody asks leaves by itself, and is started again. */
const IDLE_MS = 24 * 60 * 60 * 1000
const LOOK_MS = 250
/** Where it does not come up again, before the next try. */
const RETRY_MS = 1000
const DRAIN_MS = 10_000

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
  const plugins = names.map((name) => requireProgram(pluginCalled(name, found.plugins).plugin))
  const configurations = readOcmConfigs({ byConfig: found.ocmConfigs, typed: options.ocmConfig ?? [] }, { cwd, env })
  const host = openPluginHost({
    ...{ plugins, cwd, env, idleTimeoutMs: IDLE_MS, start: sharing(true) },
    ...(configurations ? { configurations } : {}),
    log: (line) => terminal.print(logLine(line)),
  })
  const pids = new Map<string, number>()
  try {
    for (const plugin of plugins) await start(plugin)
    giveBackMemorySoon()
    while (!signal.aborted) {
      await pause(LOOK_MS, undefined, { signal }).catch(() => undefined)
      await Promise.all(plugins.map(startAgain))
    }
    return 0
  } finally {
    await host[Symbol.asyncDispose]()
    const own = runningPlugins(env).filter(({ pid }) => [...pids.values()].includes(pid))
    await Promise.all(own.map((one) => stopRunning(one, DRAIN_MS)))
  }

  async function start(plugin: ServicePlugin): Promise<void> {
    const pid = await host.start(plugin, signal)
    if (pids.get(plugin.name) !== pid) terminal.info(`${quote(plugin.name)} runs as process ${pid}`)
    pids.set(plugin.name, pid)
  }

  async function startAgain(plugin: ServicePlugin): Promise<void> {
    const state = host.status().find((one) => one.plugin === plugin.name)?.state
    // One that fails again and again is left alone, for longer each time: saying so each second would fill the log.
    if (state === 'ready' || state === 'broken' || signal.aborted) return
    try {
      await start(plugin)
    } catch (error) {
      if (signal.aborted) return
      terminal.warn(`${quote(plugin.name)} does not run: ${error instanceof Error ? error.message : String(error)}`)
      await pause(RETRY_MS, undefined, { signal }).catch(() => undefined)
    }
  }
}

function requireProgram(plugin: HostPlugin): ServicePlugin {
  if (!isBuiltIn(plugin)) return plugin
  throw coded('USAGE', { message: `${quote(plugin.name)} is a part of octo, and always there` })
}
