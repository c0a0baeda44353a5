// `octo add PLUGIN --service NAME`: a check in a service of the config, with the arguments that the plugin's schema requires, once the
// release that is locked for it is proven and the arguments fit it.
import type { OctoConfig, PluginRequest } from '../../../config/model/config.ts'
import { parsePluginRequest } from '../../../config/model/plugin-request.ts'
import { requestsOf } from '../../../config/model/requests.ts'
import { isCheck } from '../../../schemas/check-snippet.ts'
import { coded } from '../../../schemas/errors.ts'
import { stableJson } from '../../../schemas/json.ts'
import type { LockedPlugin } from '../../../schemas/lockfile.ts'
import type { ReleasedManifest } from '../../../schemas/manifest.ts'
import { quote, shellWord } from '../../../schemas/quote.ts'
import { pluginName } from '../../../schemas/release-name.ts'
import { isPrerelease } from '../../../schemas/version.ts'
import { appendToYaml } from '../../../schemas/yaml/append.ts'
import type { Data } from '../../../schemas/yaml/edit.ts'
import { askOn } from '../../../terminal/ask-question.ts'
import type { Terminal } from '../../../terminal/index.ts'
import type { ClientContext } from '../../context.ts'
import { openContext } from '../../context.ts'
import { openClient } from '../../index.ts'
import { releaseOf } from '../../install/install-entry.ts'
import { entryOf, gapOf } from '../../lockfile/cover.ts'
import { EMPTY_LOCK, readLock } from '../../lockfile/file.ts'
import { gatherQuestions } from '../../resolve/requests.ts'
import { resolveOnline } from '../../resolve/resolve-online.ts'
import type { Question } from '../../sources/offer.ts'
import { checkArguments } from './check-arguments.ts'
import type { CheckPlace } from './check-place.ts'
import { checkPlace, phaseOf } from './check-place.ts'
import type { OwnConfig } from './own-config.ts'
import { findOwnConfig, writeOwnConfig } from './own-config.ts'
import type { AddFlags } from './workspace.ts'
import { workspaceOf } from './workspace.ts'

export type AddCheckFlags = AddFlags & {
  readonly service?: string
  readonly args?: readonly string[]
  readonly phase?: string
}

export async function addCheck(text: string, service: string, flags: AddCheckFlags, terminal: Terminal) {
  const asked = parsePluginRequest(text)
  const own = findOwnConfig(flags.config, process.cwd())
  const { config, entry, manifest } = await described(asked, own, { flags, terminal })
  requireCheck(entry, manifest)
  const phase = phaseOf(flags.phase, manifest)
  const args = await checkArguments({
    plugin: entry.plugin,
    schema: manifest.arguments,
    words: flags.args ?? [],
    ask: askOn(terminal),
  })
  const place = checkPlace(own, service, phase)
  const tool = toolOf(asked, entry, config)
  const check = { tool, ...(Object.keys(args).length > 0 ? { args } : {}) }
  refuseTwice(check, service, place)
  const changed = appendToYaml(own.text, place.path, check, own.path)
  await requireRead(changed, { service, own, flags, terminal })
  using _written = await writeOwnConfig(own, changed, terminal)
  if (place.isNew) terminal.info(`${quote(service)} is a new service in ${own.path}`)
  const { options } = await workspaceOf(flags, { path: own.path }, terminal)
  await using client = await openClient({ ...options, report: { warn: (line) => terminal.warn(line) } })
  await client.lock()
  const { repo, plugin, version, signer } = entry
  terminal.result({
    json: {
      added: { plugin, repo, tool, version, signer, service, phase, at: place.path.join('.') },
      config: own.path,
      lock: options.lockPath,
    },
    text: () =>
      `added ${tool} to ${place.path.join('.')}, locked at ${repo}/${plugin} ${version}; \`octo check ${service}\` runs it`,
  })
  return 0
}

/** The same check twice says nothing that it does not say once. */
function refuseTwice(check: Readonly<Record<string, Data>>, service: string, { path, present }: CheckPlace): void {
  const text = stableJson(check)
  if (!present.some((each) => stableJson(each) === text)) return
  throw coded('ALREADY_EXISTS', {
    message: `${quote(path.join('.'))} has the check ${quote(String(check.tool))} with these arguments already`,
    details: { service },
    hint: `\`octo check ${shellWord(service)}\` runs it`,
  })
}

type Asking = { readonly flags: AddFlags; readonly terminal: Terminal }
type Described = { readonly config: OctoConfig; readonly entry: LockedPlugin; readonly manifest: ReleasedManifest }

/** The release that will be locked for it: the one that is, as long as it answers. */
async function described(asked: PluginRequest, own: OwnConfig, { flags, terminal }: Asking): Promise<Described> {
  const { config, options } = await workspaceOf(flags, { path: own.path, text: own.text }, terminal)
  const others = requestsOf(config).filter(({ plugin }) => plugin === asked.plugin)
  const question = gatherQuestions([asked, ...others], config.pins)[0] as Question
  const context = openContext({ ...options, report: { warn: (line) => terminal.warn(line) } })
  using _network = context.network
  const entry = await entryFor(question, context)
  const { manifest } = await releaseOf(entry, context)
  return { config, entry, manifest }
}

async function entryFor(question: Question, context: ClientContext): Promise<LockedPlugin> {
  const locked = entryOf(readLock(context.lockPath) ?? EMPTY_LOCK, question)
  if (locked && gapOf(locked, question, context.config) === undefined) return locked
  return (await resolveOnline(question, { entry: locked, isKept: true }, context)).entry
}

/** Throws USAGE for what is no check. */
function requireCheck({ plugin }: LockedPlugin, manifest: ReleasedManifest): void {
  if (isCheck(manifest)) return
  const { kind, protocol, output, category } = manifest
  const what = kind !== 'tool' ? kind : protocol === 'ocm' ? 'service plugin of OCM' : (category ?? output)
  throw coded('USAGE', {
    message: `${quote(plugin)} is no check: its publisher calls it a ${quote(what)}`,
    details: { plugin, kind, protocol, output },
    hint: `\`octo info ${plugin}\` shows what it is; \`octo add ${plugin}\` without \`--service\` writes a pin`,
  })
}

/** A pin says the range already. */
function toolOf({ plugin, repo, range }: PluginRequest, { version }: LockedPlugin, { pins }: OctoConfig): string {
  const name = repo === undefined ? plugin : pluginName({ repo, plugin })
  if (range !== undefined) return `${name}@${range}`
  if (pins.some((pin) => pin.plugin === plugin)) return name
  return isPrerelease(version) ? `${name}@${version}` : `${name}@^${version}`
}

type Writing = Asking & { readonly service: string; readonly own: OwnConfig }

/** The config as it would be is read once, before it is written. */
async function requireRead(text: string, { service, own, flags, terminal }: Writing): Promise<void> {
  const { config } = await workspaceOf(flags, { path: own.path, text }, terminal)
  if (config.services.some(({ name }) => name === service)) return
  throw coded('CONFIG_INVALID', {
    message: `${quote(own.path)} would not have the service ${quote(service)}`,
    details: { service, file: own.path },
  })
}
