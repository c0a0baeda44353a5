// Differences between two configs as they are printed: a line for each value, or data in the format that was asked for.
import type { ListNode, MapNode, ScalarNode, TreeNode } from '../../../config/document/node.ts'
import { dataOf } from '../../../config/document/node.ts'
import type { EffectiveTree } from '../../../config/model/effective-tree.ts'
import type { Difference } from '../../../config/render/compare.ts'
import { dataWithOrigins, originRemark } from '../../../config/render/origins.ts'
import { renderToml } from '../../../config/render/toml.ts'
import { hiddenScalar } from '../../../config/render/without-secrets.ts'
import { renderYaml } from '../../../config/render/yaml.ts'
import { printable } from '../../../schemas/quote.ts'
import type { Terminal } from '../../../terminal/index.ts'

export type Sides = { readonly from: EffectiveTree; readonly to: EffectiveTree }

type Showing = { readonly sides: Sides; readonly origin: boolean }

/** One line for each value, the old one before the new one. */
export function asLines(
  found: readonly Difference[],
  { sides, terminal, origin }: Showing & { terminal: Terminal },
): string {
  const line = (sign: '-' | '+', path: string, { node, tree }: Shown) => {
    const remark = origin ? `  # ${originRemark(node, { cwd: process.cwd(), templates: tree.templates })}` : ''
    return printable(`${sign} ${path}: ${oneLine(hidden(node, tree))}${remark}`, MAX_LINE)
  }
  return found
    .flatMap(({ path, from, to }) => [
      ...(from ? [terminal.paint.red(line('-', path.join('.'), { node: from, tree: sides.from }))] : []),
      ...(to ? [terminal.paint.green(line('+', path.join('.'), { node: to, tree: sides.to }))] : []),
    ])
    .join('\n')
}

const MAX_LINE = 2000

type Shown = { readonly node: TreeNode; readonly tree: EffectiveTree }

function oneLine(node: TreeNode): string {
  const isBlock = node.kind === 'scalar' && typeof node.value === 'string' && /[\r\n]/.test(node.value)
  return isBlock ? JSON.stringify(node.value) : renderYaml(node).trimEnd()
}

function hidden(node: TreeNode, { secrets }: EffectiveTree): TreeNode {
  return node.kind === 'scalar' ? hiddenScalar(node, secrets) : node
}

type Documents = Showing & { readonly format: 'yaml' | 'json' | 'toml' }

export function asDocument(found: readonly Difference[], { sides, format, origin }: Documents): string {
  const templates = new Map<TreeNode, string>()
  const shown = (node: TreeNode | undefined, key: string, tree: EffectiveTree) => {
    if (!node) return []
    const value = hidden(node, tree)
    const template = tree.templates.get(node)
    if (template !== undefined) templates.set(value, template)
    return [[key, value] as const]
  }
  const origins = { cwd: process.cwd(), templates }
  if (format === 'json') {
    const value = (node: TreeNode) => (origin ? dataWithOrigins(node, origins) : dataOf(node))
    const differences = found.map(({ path, from, to }) => ({
      path,
      ...Object.fromEntries(
        [...shown(from, 'from', sides.from), ...shown(to, 'to', sides.to)].map(([key, node]) => [key, value(node)]),
      ),
    }))
    return JSON.stringify({ same: found.length === 0, differences }, null, 2)
  }
  const items = found.map(({ path, from, to }) =>
    mapOf([['path', scalar(path.join('.'))], ...shown(from, 'from', sides.from), ...shown(to, 'to', sides.to)]),
  )
  const list: ListNode = { kind: 'list', origin: NOWHERE, items }
  const root = mapOf([
    ['same', scalar(found.length === 0)],
    ['differences', list],
  ])
  const remark = (node: TreeNode) => (node.origin === NOWHERE ? undefined : originRemark(node, origins))
  const render = format === 'toml' ? renderToml : renderYaml
  return render(root, origin ? remark : undefined).trimEnd()
}

/** Of what stands in no config. */
const NOWHERE = { source: { name: '', remote: false }, document: { lineAt: () => 1 }, offset: 0 }

function scalar(value: string | boolean): ScalarNode {
  return { kind: 'scalar', origin: NOWHERE, value, text: String(value), plain: false }
}

function mapOf(entries: readonly (readonly [string, TreeNode])[]): MapNode {
  return { kind: 'map', origin: NOWHERE, entries: new Map(entries) }
}
