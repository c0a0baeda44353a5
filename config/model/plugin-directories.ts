// `operator.pluginDirectories`: folders with plugins of OCM. Nothing proves what lies in a folder, so the config says of each why it
// may run: the folder is trusted as a whole, or its files are named by their digests. Answers THREATS.md: only local documents do.
import { quote } from '../../schemas/quote.ts'
import { fieldOf, itemsOf } from '../document/field-of.ts'
import type { FieldName } from '../document/fields.ts'
import { invalid, warningAt } from '../document/invalid.ts'
import type { MapNode, TreeNode } from '../document/node.ts'
import { isEmpty, isRemote, textOf } from '../document/node.ts'
import { requireOneReading } from '../document/one-reading.ts'
import { refused } from '../document/refused.ts'
import type { Warnings } from '../document/warnings.ts'
import { attempt } from '../document/warnings.ts'
import type { PluginDirectory } from './config.ts'
import { readDigests } from './digests.ts'
import { readConfigurationList } from './plugin-configurations.ts'

type Reading = {
  readonly warnings: Warnings
  /** Makes an address absolute that is written relative to a local document; gives a URL. */
  readonly resolveFile: (address: string, document: string) => string
}

/** Throws CONFIG_INVALID. */
export function readPluginDirectories(root: TreeNode | undefined, reading: Reading): readonly PluginDirectory[] {
  const octoctl = fieldOf(fieldOf(root, 'config', 'octoctl'), 'octoctl', 'pluginDirectories')
  const operator = fieldOf(fieldOf(root, 'config', 'operator'), 'operator', 'pluginDirectories')
  return [operator, octoctl].flatMap(itemsOf).flatMap((node) => {
    const read = attempt(reading.warnings, () => readDirectory(node, reading))
    return read ? [read] : []
  })
}

function readDirectory(node: TreeNode, { resolveFile, warnings }: Reading): PluginDirectory {
  // The table keeps fetched documents from it; this is asked once more.
  if (isRemote(node)) throw refused(node, 'say which programs run')
  const text = node.kind === 'map' ? textAt(node, 'path') : undefined
  if (node.kind !== 'map' || text === undefined)
    throw invalid(node, 'a folder of plugins is a map with `path`', {
      hint: 'write `{path: ~/.config/ocm/plugins, digests: [sha256:…]}`; `octo plugin ls` shows the digests',
    })
  const path = text.startsWith('~/') ? text : pathIn(resolveFile(text, node.origin.source.name))
  const isTrusted = trustAt(node, path)
  if (isTrusted)
    warnings.add(() =>
      warningAt(node, `plugins in ${quote(path)} run without proof; whoever writes there decides what`),
    )
  const configurations = readConfigurationList(fieldOf(node, 'plugin directory', 'configurations'))
  const digests = readDigests(node, fieldOf(node, 'plugin directory', 'digests'))
  return { path, isTrusted, digests, ...(configurations ? { configurations } : {}) }
}

function pathIn(url: string): string {
  return decodeURIComponent(new URL(url).pathname)
}

function trustAt(node: MapNode, path: string): boolean {
  const trust = textAt(node, 'trust')
  if (trust === undefined) return false
  if (trust === 'unsigned') return true
  throw invalid(node, `\`trust\` of folder ${quote(path)} can only be \`unsigned\`, found ${quote(trust)}`)
}

function textAt(node: MapNode, key: FieldName<'plugin directory'>): string | undefined {
  const value = fieldOf(node, 'plugin directory', key)
  if (isEmpty(value)) return undefined
  requireOneReading(value)
  if (value.kind === 'scalar') return textOf(value)
  throw invalid(value, `\`${key}\` is no plain text`)
}
