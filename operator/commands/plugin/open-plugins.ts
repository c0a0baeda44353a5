// Which service plugins there are for a command: those in the folders of the config, in folders that the command line names, and in
// the one that OCM itself has.
import { existsSync, realpathSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { openWorkspace, storeRootOf } from '../../../client/index.ts'
import type { PluginDirectory } from '../../../config/model/config.ts'
import { coded, isCoded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import { userHome } from '../../../system/files/user-home.ts'
import type { Terminal } from '../../../terminal/index.ts'
import { waitingLine } from '../../../terminal/index.ts'
import type { DirectoryPlugin } from '../../ocm/discover.ts'
import { discoverPlugins } from '../../ocm/discover.ts'
import { openKnowledge } from '../../ocm/known-files.ts'
import type { ServicePlugin } from '../../ocm/plugin.ts'

export type PluginOptions = {
  readonly config?: readonly string[]
  readonly offline?: boolean
  readonly pluginDirectory?: readonly string[]
}

type Place = {
  readonly terminal: Terminal
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly signal?: AbortSignal
}

const CAPABILITIES_TIMEOUT_MS = 10_000

/** In the order of the folders and of the paths in each. */
export async function findPlugins(options: PluginOptions, place: Place): Promise<readonly DirectoryPlugin[]> {
  const directories = await directoriesOf(options, place)
  using knowledge = openKnowledge(storeRootOf(place.env))
  const { cwd, env, signal } = place
  return await discoverPlugins(directories, { cwd, env, signal, knowledge, timeoutMs: CAPABILITIES_TIMEOUT_MS })
}

/** Those that can be asked; throws why none of them can, where there are some. */
export function usablePlugins(found: readonly DirectoryPlugin[]): readonly ServicePlugin[] {
  const usable = found.flatMap((one) => (one.state === 'usable' ? [one.plugin] : []))
  const refused = found.flatMap((one) => (one.state === 'refused' ? [one.error] : []))
  const reason = refused.find(({ code }) => code === 'PLUGIN_UNPROVEN') ?? refused[0]
  if (usable.length === 0 && reason) throw reason
  return usable
}

/** The one of this name that can be asked; throws why not, or PLUGIN_NOT_FOUND. */
export function pluginCalled(name: string, found: readonly DirectoryPlugin[]): DirectoryPlugin & { state: 'usable' } {
  const called = found.filter((one) => one.name === name)
  const usable = called.find((one) => one.state === 'usable')
  if (usable) return usable
  const [refused] = called
  if (refused?.state === 'refused') throw refused.error
  throw coded('PLUGIN_NOT_FOUND', {
    message: `there is no service plugin ${quote(name)}`,
    details: { plugin: name, known: found.map((one) => one.name) },
    hint: 'those that there are: `octo plugin ls`',
  })
}

async function directoriesOf(options: PluginOptions, place: Place): Promise<readonly PluginDirectory[]> {
  const home = userHome(place.env)
  const said = (await configured(options, place)).map((one) => ({ ...one, path: atHome(one.path, home) }))
  const named = options.pluginDirectory?.map((path) => resolve(place.cwd, path))
  const usual = home === undefined ? [] : [join(home, '.config', 'ocm', 'plugins')].filter((path) => existsSync(path))
  const all = named ?? [...said.map(({ path }) => path), ...usual]
  for (const path of named ?? []) if (!existsSync(path)) throw missing(path)
  const paths = [...new Map(all.map((path) => [real(path), path] as const))]
  return paths.map(([realPath, path]) => {
    const same = said.filter((one) => real(one.path) === realPath)
    return {
      path,
      isTrusted: same.some(({ isTrusted }) => isTrusted),
      digests: same.flatMap(({ digests }) => digests),
    }
  })
}

/** Without a config nothing is proven, and still there is something to see. */
async function configured(options: PluginOptions, { terminal, cwd, env }: Place): Promise<readonly PluginDirectory[]> {
  try {
    const flags = { config: options.config, offline: options.offline }
    const { config } = await openWorkspace(flags, {
      ...{ cwd, env, warn: (line: string) => terminal.warn(line) },
      onWait: waitingLine(terminal),
    })
    return config.pluginDirectories ?? []
  } catch (error) {
    if (options.config === undefined && isCoded(error, 'CONFIG_NOT_FOUND')) return []
    throw error
  }
}

function atHome(path: string, home: string | undefined): string {
  return path.startsWith('~/') && home !== undefined ? join(home, path.slice(2)) : path
}

function real(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

function missing(path: string): Error {
  return coded('FILE_NOT_FOUND', { message: `there is no folder ${quote(path)}`, details: { path } })
}
