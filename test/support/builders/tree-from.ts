// A config tree of anything, also of what no YAML may hold as it is.
import type { TreeNode } from '../../../config/document/node.ts'

const origin = { source: { name: 'a.yaml', remote: false }, document: { lineAt: () => 1 }, offset: 0 }

export function treeFrom(data: unknown): TreeNode {
  if (Array.isArray(data)) return { kind: 'list', origin, items: data.map(treeFrom) }
  if (typeof data === 'object' && data !== null)
    return { kind: 'map', origin, entries: new Map(Object.entries(data).map(([key, value]) => [key, treeFrom(value)])) }
  const value = data as string | number | boolean | null
  return { kind: 'scalar', origin, value, text: String(value), plain: false }
}
