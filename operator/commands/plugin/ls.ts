// `octo plugin ls`: which service plugins there are, of repos and of folders, what they can do, and why each may run or may not.
import type { DeclaredCapability } from '../../../schemas/contract/ocm/capabilities.ts'
import { routedTypes } from '../../../schemas/contract/ocm/capabilities.ts'
import { printable, quote } from '../../../schemas/quote.ts'
import type { Terminal } from '../../../terminal/index.ts'
import type { FoundPlugin, Origin, Proof } from '../../ocm/discovery/found-plugin.ts'
import type { PluginOptions } from './open-plugins.ts'
import { findPlugins } from './open-plugins.ts'

const MAX_LINE = 2000
const PROOFS: Readonly<Record<Proof, string>> = {
  signature: 'signed for its repo',
  folder: 'the config trusts its folder',
  digest: 'the config names its digest',
  'built in': 'part of octo',
  none: 'not proven, not run',
}

export async function listPluginsCommand(options: PluginOptions, terminal: Terminal): Promise<number> {
  const { plugins } = await findPlugins(options, { terminal, cwd: process.cwd(), env: process.env })
  if (terminal.json) terminal.result({ json: plugins.map(toJson), text: () => '' })
  else
    terminal.table({
      columns: [
        { title: 'plugin' },
        { title: 'can do', shrinks: true },
        { title: 'origin', shrinks: true },
        { title: 'proof', shrinks: true },
        { title: 'state' },
      ],
      rows: plugins.map((one) => [one.name, whatItCan(one), originInWords(one.origin), PROOFS[one.proof], one.state]),
    })
  for (const line of whatElse(plugins)) terminal.info(printable(line, MAX_LINE))
  return 0
}

function whatElse(plugins: readonly FoundPlugin[]): readonly string[] {
  const isOwnOnly = plugins.every(({ proof }) => proof === 'built in')
  if (!isOwnOnly) return howToLetRun(plugins)
  return ['pin one of a repo below `operator.plugins`, or name a folder that has some: `--plugin-directory DIR`']
}

/** The digest of each plugin that nothing proves, as the config would name it. */
function howToLetRun(plugins: readonly FoundPlugin[]): readonly string[] {
  const unproven = plugins.flatMap((one) =>
    one.state === 'refused' && isUnproven(one) && one.origin.kind === 'folder' ? [{ ...one, ...one.origin }] : [],
  )
  const [first, ...others] = unproven
  if (first?.error.hint === undefined) return []
  if (others.length === 0) return [first.error.hint]
  const folders = new Set(unproven.map(({ directory }) => directory))
  return [
    ...unproven.map(({ name, digest }) => `${quote(name)} is ${digest}`),
    `write those that may run below \`operator.pluginDirectories\`: \`{path: ${folders.size === 1 ? first.directory : 'FOLDER'}, digests: [sha256:…]}\`, or \`trust: unsigned\` for all that lies there`,
  ]
}

function isUnproven({ proof, digest }: FoundPlugin): boolean {
  return proof === 'none' && digest !== undefined
}

/** Where it comes from: `core/helminput@1.0.0`, a folder, or octo. */
export function originInWords(origin: Origin): string {
  if (origin.kind === 'built in') return 'octo'
  if (origin.kind === 'folder') return origin.directory
  const { repo, version } = origin
  return [repo ?? 'a repo', ...(version ? [version] : [])].join(' ')
}

function whatItCan(one: FoundPlugin): string {
  if (one.state === 'refused') return isUnproven(one) ? '?' : one.error.message
  const { capabilities, unknown } = one.plugin.capabilities
  return [...capabilities.map(inWords), ...unknown].join('; ')
}

function inWords(offered: DeclaredCapability): string {
  return `${offered.capability} of ${
    routedTypes(offered)
      .map(({ type }) => type)
      .join(', ') || 'no type'
  }`
}

function toJson(one: FoundPlugin) {
  const { name, origin, proof, digest, state } = one
  const place = { name, ...placeOf(origin), origin, proof, digest: digest ?? null, state }
  if (one.state === 'refused') return { ...place, error: one.error.toJSON() }
  const { capabilities, configTypes, unknown } = one.plugin.capabilities
  const offered = capabilities.map((each) => ({
    capability: each.capability,
    types: routedTypes(each).map(({ type, aliases }) => ({ type, aliases })),
  }))
  return { ...place, capabilities: offered, configTypes, unknown }
}

function placeOf(origin: Origin) {
  return origin.kind === 'folder' ? { path: origin.path, directory: origin.directory } : {}
}
