// Which service plugins there are for a command: those of repos that the config pins, those in the folders of the config, in folders
// that the command line names and in the one that OCM itself has, and those that octo has built in.
import { existsSync, realpathSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { storeRootOf } from '../../../client/index.ts'
import type { OctoConfig, PluginDirectory } from '../../../config/model/config.ts'
import type { Typed } from '../../../schemas/contract/ocm/type-name.ts'
import { coded, isCoded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import { userHome } from '../../../system/files/user-home.ts'
import type { Terminal } from '../../../terminal/index.ts'
import { ownLogins } from '../../ocm/credentials/own-logins.ts'
import { discoverPlugins } from '../../ocm/discovery/discover.ts'
import type { FoundPlugin, Origin } from '../../ocm/discovery/found-plugin.ts'
import { openKnowledge } from '../../ocm/discovery/known-files.ts'
import { discoverStored } from '../../ocm/discovery/stored.ts'
import type { HostPlugin } from '../../ocm/plugin.ts'
import { isBuiltIn } from '../../ocm/plugin.ts'
import type { Question } from '../../ocm/request/routing.ts'
import { routeCall } from '../../ocm/request/routing.ts'
import type { Session, SessionOptions } from '../../operator-session.ts'
import { openSession } from '../../operator-session.ts'

export type PluginOptions = Omit<SessionOptions, 'strict'> & { readonly pluginDirectory?: readonly string[] }

type Place = {
  readonly terminal: Terminal
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly signal?: AbortSignal
}

export type FoundPlugins = {
  /** Of repos in the order of their pins, then of folders in the order of paths, then those of octo itself. */
  readonly plugins: readonly FoundPlugin[]
  /** All that the config pins, service plugins or not. */
  readonly pinned: readonly string[]
  /** Documents of OCM that the config names. */
  readonly ocmConfigs: readonly string[]
  /** Asked for credentials of calls that are given none. */
  readonly credentialRepositories: readonly Typed[]
}

const CAPABILITIES_TIMEOUT_MS = 10_000

/** `only`: of repos none but the one of this name is looked for, as nothing else is asked. */
export async function findPlugins(options: PluginOptions, place: Place, only?: string): Promise<FoundPlugins> {
  await using session = await configured(options, place)
  const config = session?.config
  const { cwd, env, signal } = place
  using knowledge = openKnowledge(storeRootOf(env))
  const own = [ownLogins(env)]
  const taken = new Map<string, Origin>(own.map(({ name }) => [name, { kind: 'built in' }]))
  const facts = { cwd, env, signal, knowledge, taken, timeoutMs: CAPABILITIES_TIMEOUT_MS }
  const credentialRepositories = config?.credentialRepositories ?? []
  // Where others may be asked for its credentials, they are looked for, too.
  const isAlone = only !== undefined && credentialRepositories.length === 0
  const pins = config?.pins.filter(({ plugin }) => !isAlone || plugin === only) ?? []
  const stored = session && pins.length > 0 ? await discoverStored(pins, session, facts) : []
  const inFolders = await discoverPlugins(directoriesOf(options, place, config), facts)
  const plugins = [...stored, ...inFolders, ...own.map(asFound)]
  const pinned = config?.pins.map(({ plugin }) => plugin) ?? []
  return { plugins, pinned, ocmConfigs: config?.ocmConfigs ?? [], credentialRepositories }
}

function asFound(plugin: HostPlugin): FoundPlugin {
  return { name: plugin.name, origin: { kind: 'built in' }, proof: 'built in', state: 'usable', plugin }
}

/** Those that can be asked; where only octo itself could be, and cannot answer, throws why the others are not used. */
export function usablePlugins(found: readonly FoundPlugin[], question: Question): readonly HostPlugin[] {
  const usable = found.flatMap((one) => (one.state === 'usable' ? [one.plugin] : []))
  const refused = found.flatMap((one) => (one.state === 'refused' ? [one.error] : []))
  const reason = refused.find(({ code }) => code === 'PLUGIN_UNPROVEN') ?? refused[0]
  if (!reason || !usable.every(isBuiltIn)) return usable
  try {
    routeCall(question, usable)
    return usable
  } catch (error) {
    throw isCoded(error, 'CONTRACT_UNSUPPORTED') ? reason : error
  }
}

/** The one of this name that can be asked; throws why not, or PLUGIN_NOT_FOUND. */
export function pluginCalled(name: string, { plugins, pinned }: FoundPlugins): FoundPlugin & { state: 'usable' } {
  const called = plugins.filter((one) => one.name === name)
  const usable = called.find((one) => one.state === 'usable')
  if (usable) return usable
  const [refused] = called
  if (refused?.state === 'refused') throw refused.error
  if (pinned.includes(name)) throw noServicePlugin(name)
  throw coded('PLUGIN_NOT_FOUND', {
    message: `there is no service plugin ${quote(name)}`,
    details: { plugin: name, known: plugins.map((one) => one.name) },
    hint: 'those that there are: `octo plugin ls`; one of a repo is pinned below `operator.plugins`',
  })
}

function noServicePlugin(name: string): Error {
  return coded('PLUGIN_NOT_FOUND', {
    message: `${quote(name)}, which the config pins, is no service plugin: it does not speak the protocol of OCM`,
    details: { plugin: name },
    hint: `\`octo info ${name}\` shows what it is; those that are: \`octo plugin ls\``,
  })
}

/** Without a config nothing is proven, and still there is something to see. */
async function configured(options: PluginOptions, { terminal, cwd, env }: Place): Promise<Session | undefined> {
  const { pluginDirectory: _, ...flags } = options
  try {
    return await openSession(flags, { terminal, cwd, env })
  } catch (error) {
    if (options.config === undefined && isCoded(error, 'CONFIG_NOT_FOUND')) return undefined
    throw error
  }
}

function directoriesOf(
  options: PluginOptions,
  place: Place,
  config: OctoConfig | undefined,
): readonly PluginDirectory[] {
  const home = userHome(place.env)
  const said = (config?.pluginDirectories ?? []).map((one) => ({ ...one, path: atHome(one.path, home) }))
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
      configurations: same.flatMap(({ configurations = [] }) => configurations),
    }
  })
}

export function atHome(path: string, home: string | undefined): string {
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
