// `octo plugin ls`: which service plugins there are, what they can do, and why each may run or may not.
import type { DeclaredCapability } from '../../../schemas/contract/ocm/capabilities.ts'
import { routedTypes } from '../../../schemas/contract/ocm/capabilities.ts'
import { quote } from '../../../schemas/quote.ts'
import type { Terminal } from '../../../terminal/index.ts'
import type { DirectoryPlugin, Proof } from '../../ocm/discover.ts'
import type { PluginOptions } from './open-plugins.ts'
import { findPlugins } from './open-plugins.ts'

const PROOFS: Readonly<Record<Proof, string>> = {
  folder: 'the config trusts its folder',
  digest: 'the config names its digest',
  none: 'not proven, not run',
}

export async function listPluginsCommand(options: PluginOptions, terminal: Terminal): Promise<number> {
  const found = await findPlugins(options, { terminal, cwd: process.cwd(), env: process.env })
  if (terminal.json) terminal.result({ json: found.map(toJson), text: () => '' })
  else if (found.length === 0)
    terminal.info('no service plugins; `--plugin-directory DIR` names a folder that has some')
  else
    terminal.table({
      columns: [
        { title: 'plugin' },
        { title: 'can do', shrinks: true },
        { title: 'proof', shrinks: true },
        { title: 'folder' },
      ],
      rows: found.map((one) => [one.name, whatItCan(one), PROOFS[one.proof], one.directory]),
    })
  for (const line of howToLetRun(found)) terminal.info(line)
  return 0
}

/** The digest of each plugin that nothing proves, as the config would name it. */
function howToLetRun(found: readonly DirectoryPlugin[]): readonly string[] {
  const unproven = found.filter((one) => one.state === 'refused' && isUnproven(one))
  const [first, ...others] = unproven
  if (first?.state !== 'refused' || first.error.hint === undefined) return []
  if (others.length === 0) return [first.error.hint]
  const folders = new Set(unproven.map(({ directory }) => directory))
  return [
    ...unproven.map(({ name, digest }) => `${quote(name)} is ${digest}`),
    `write those that may run below \`operator.pluginDirectories\`: \`{path: ${folders.size === 1 ? first.directory : 'FOLDER'}, digests: [sha256:…]}\`, or \`trust: unsigned\` for all that lies there`,
  ]
}

function isUnproven({ proof, digest }: DirectoryPlugin): boolean {
  return proof === 'none' && digest !== undefined
}

function whatItCan(one: DirectoryPlugin): string {
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

function toJson(one: DirectoryPlugin) {
  const { name, path, directory, proof, digest, state } = one
  const place = { name, path, directory, proof, digest: digest ?? null, state }
  if (one.state === 'refused') return { ...place, error: one.error.toJSON() }
  const { capabilities, configTypes, unknown } = one.plugin.capabilities
  const offered = capabilities.map((each) => ({
    capability: each.capability,
    types: routedTypes(each).map(({ type, aliases }) => ({ type, aliases })),
  }))
  return { ...place, capabilities: offered, configTypes, unknown }
}
