// Merges config trees as octoctl does: maps deep, plain values from the higher document, lists one after the other with
// the lower document's items first. Every leaf keeps the origin that it had; null says nothing and deletes nothing.
import { isListOfChecks } from './misplaced-checks.ts'
import type { ListNode, MapNode, TreeNode } from './node.ts'
import { isEmpty } from './node.ts'

/** `high` wins over `low`. */
export function mergeTrees(high: TreeNode, low: TreeNode): TreeNode {
  if (isEmpty(high)) return low
  if (isEmpty(low)) return high
  if (high.kind === 'map' && low.kind === 'map') return mergeMaps(high, low)
  if (high.kind === 'list' && low.kind === 'list') return mergeLists(high, low)
  return isComposeInit(high) && isListOfChecks(low) ? low : high
}

/** `init: true` is Compose's own and read by nobody here, so it hides no checks of another document. */
function isComposeInit(node: TreeNode): boolean {
  return node.kind === 'scalar' && typeof node.value === 'boolean'
}

function mergeMaps(high: MapNode, low: MapNode): MapNode {
  const entries = new Map(high.entries)
  for (const [key, lower] of low.entries) {
    const higher = entries.get(key)
    entries.set(key, higher === undefined ? lower : mergeTrees(higher, lower))
  }
  return { ...high, entries }
}

/** The merged list keeps the place of the higher one; each item keeps its own. */
function mergeLists(high: ListNode, low: ListNode): ListNode {
  return { ...high, items: [...low.items, ...high.items] }
}
