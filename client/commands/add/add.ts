// `octo add` and `octo remove`: repos and pins of the config, written and taken away where its owner's comments stay.
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { OctoConfig } from '../../../config/model/config.ts'
import { canonicalName } from '../../../config/model/plugin-request.ts'
import { requestsOf } from '../../../config/model/requests.ts'
import { coded } from '../../../schemas/errors.ts'
import type { Lockfile } from '../../../schemas/lockfile.ts'
import { isName } from '../../../schemas/name.ts'
import { quote } from '../../../schemas/quote.ts'
import { removeFromYaml } from '../../../schemas/yaml/edit.ts'
import type { Terminal } from '../../../terminal/index.ts'
import type { Run } from '../../../terminal/program.ts'
import { openClient } from '../../index.ts'
import { readLock } from '../../lockfile/file.ts'
import { askersOf } from '../../query/inspect.ts'
import type { AddCheckFlags } from './check.ts'
import type { OwnConfig } from './own-config.ts'
import { findOwnConfig, writeOwnConfig } from './own-config.ts'
import type { AddRepoFlags } from './repo.ts'
import { addRepo } from './repo.ts'
import { warningOnce } from './warning-once.ts'
import { workspaceOf } from './workspace.ts'

type AllAddFlags = AddRepoFlags & AddCheckFlags

export async function addCommand({ args: [what = ''], options, ...run }: Run<AllAddFlags>): Promise<number> {
  const terminal = warningOnce(run.terminal)
  const address = addressIn(what)
  const ofChecks = (['service', 'args', 'phase'] as const).find((flag) => options[flag] !== undefined)
  const isComponent = /^ocm:/i.test(what)
  if (isComponent && ofChecks === undefined) {
    const { addComponentRepo } = await import('./component-repo.ts')
    return addComponentRepo(what, options, terminal)
  }
  if (address !== undefined && options.digest !== undefined)
    throw coded('USAGE', {
      message: '`--digest` is for a registry of OCM; what a registry of octo serves is proven by keys',
      hint: 'add the key of whoever publishes there: `--key KEY`',
    })
  if (address !== undefined && ofChecks === undefined) return addRepo(address, options, terminal)
  if (ofChecks !== undefined && (address !== undefined || isComponent || options.service === undefined))
    throw coded('USAGE', {
      message: `\`--${ofChecks}\` is for a check, which is a plugin in a service`,
      hint: 'write for example `octo add check-tcp --service web --args port=8080`',
    })
  const stray = (['name', 'key', 'digest', 'unsigned', 'yes'] as const).find((flag) => options[flag] !== undefined)
  if (stray !== undefined)
    throw coded('USAGE', {
      message: `\`--${stray}\` is for the address of a repo, and ${quote(what)} is none`,
      hint: isName(what.split(/[@/]/)[0])
        ? `a plugin is added by its name alone: \`octo add ${what}\``
        : 'write for example `octo add https://plugins.example.org/repos/core.yaml`',
    })
  if (options.service !== undefined) {
    const { addCheck } = await import('./check.ts')
    return addCheck(what, options.service, options, terminal)
  }
  const { addPlugin } = await import('./plugin.ts')
  return addPlugin(what, options, terminal)
}

/** The address of the web, or of a file of this machine, by its path as well; undefined for the name of a plugin. */
function addressIn(what: string): string | undefined {
  if (/^\.{0,2}\//.test(what)) return pathToFileURL(resolve(process.cwd(), what)).href
  return URL.canParse(what) && /^(https?|file):/i.test(what) ? what : undefined
}

type RemoveFlags = AddRepoFlags & { readonly repo?: boolean }

export async function removeCommand({ args: [name = ''], options, ...run }: Run<RemoveFlags>): Promise<number> {
  const terminal = warningOnce(run.terminal)
  const own = findOwnConfig(options.config, process.cwd())
  const [kind, changed] = withoutNamed(own, name, options)
  await workspaceOf(options, { path: own.path, text: changed }, terminal)
  using _written = await writeOwnConfig(own, changed, terminal)
  const { config, options: found } = await workspaceOf(options, { path: own.path }, terminal)
  const lock = readLock(found.lockPath)
  tellLeft({ kind, name, config, lock }, terminal)
  if (kind === 'pin' && lock) {
    await using client = await openClient(found)
    await client.lock()
  }
  terminal.result({
    json: { removed: { kind, name }, config: own.path },
    text: () => `removed ${kind === 'pin' ? 'plugin' : 'repo'} ${name} from ${own.path}`,
  })
  return 0
}

type Kind = 'pin' | 'repo'
type Way = readonly [string, ...string[]]

/** A pin before a repo of the same name, unless `--repo` says otherwise. */
function withoutNamed(own: OwnConfig, name: string, { repo }: RemoveFlags): readonly [Kind, string] {
  const pins: readonly Way[] = [...new Set([name, canonicalName(name)])].flatMap((one): readonly Way[] => [
    ['operator', 'plugins', one],
    ['octoctl', 'plugins', one],
  ])
  const repos: readonly Way[] = [
    ['operator', 'repos', name],
    ['octoctl', 'repos', name],
    ['repos', name],
  ]
  const ways = [
    ...(repo ? [] : pins.map((way) => ['pin', way] as const)),
    ...repos.map((way) => ['repo', way] as const),
  ]
  for (const [kind, way] of ways) {
    const changed = removeFromYaml(own.text, way, own.path)
    if (changed !== own.text) return [kind, changed]
  }
  throw coded('NOT_FOUND', {
    message: `${quote(own.path)} has no ${repo ? 'repo' : 'pin and no repo'} ${quote(name)}`,
    details: { name, file: own.path },
    hint: 'see where it is written with `octo config show --origin`',
  })
}

type Left = {
  readonly kind: Kind
  readonly name: string
  readonly config: OctoConfig
  readonly lock: Lockfile | undefined
}

function tellLeft({ kind, name, config, lock }: Left, terminal: Terminal): void {
  const told = (plugin: string, of: string) => {
    for (const asker of askersOf(plugin, config)) terminal.warn(`${quote(plugin)}${of} is still asked for: ${asker}`)
  }
  if (kind === 'pin') {
    told(canonicalName(name), '')
    return
  }
  const pinned = config.pins.filter((pin) => pin.repo === name).map(({ plugin }) => plugin)
  for (const plugin of pinned)
    terminal.warn(`${quote(plugin)} is pinned to the repo ${quote(name)}, which is gone: \`octo remove ${plugin}\``)
  for (const plugin of pluginsFrom(name, config, lock))
    if (!pinned.some((one) => one === plugin)) told(plugin, ` of ${quote(name)}`)
}

/** What came from the repo, or can come from nowhere else; who names it keeps it from being removed. */
function pluginsFrom(repo: string, config: OctoConfig, lock: Lockfile | undefined): ReadonlySet<string> {
  const asked = config.repos.length === 0 ? requestsOf(config) : []
  const locked = Object.values(lock?.plugins ?? {}).filter((entry) => entry.repo === repo)
  return new Set([...asked, ...locked].map(({ plugin }) => plugin))
}
