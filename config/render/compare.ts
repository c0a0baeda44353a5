// What differs between two configs, value by value. Maps are compared by key and lists by what stays in them, so that an
// item more at the top of a list is one difference and not one for each item below it.
import type { ListNode, MapNode, TreeNode } from '../document/node.ts'
import { textOf } from '../document/node.ts'

/** One plain value, empty map or empty list that is on one side only, or another one on each. */
export type Difference = {
  /** Where it stands in the second config; in the first one where it is gone from the second. */
  readonly path: readonly string[]
  readonly from?: TreeNode
  readonly to?: TreeNode
}

type Path = readonly string[]

/** In the order of the second config, with what is gone where it was. */
export function differencesOf(from: TreeNode | undefined, to: TreeNode | undefined): readonly Difference[] {
  return between(from, to, [])
}

function between(from: TreeNode | undefined, to: TreeNode | undefined, path: Path): readonly Difference[] {
  if (from?.kind === 'map' && to?.kind === 'map' && (path.length === 0 || !isOneEmpty(from, to)))
    return betweenMaps(from, to, path)
  if (from?.kind === 'list' && to?.kind === 'list' && !isOneEmpty(from, to)) return betweenLists(from, to, path)
  if (from && to && keyOf(from) === keyOf(to)) return []
  if (from?.kind === 'scalar' && to?.kind === 'scalar') return [{ path, from, to }]
  return [...leavesOf(from, path).map(removed), ...leavesOf(to, path).map(added)]
}

const removed = ([path, from]: Leaf): Difference => ({ path, from })
const added = ([path, to]: Leaf): Difference => ({ path, to })

function betweenMaps(from: MapNode, to: MapNode, path: Path): readonly Difference[] {
  const keys = [...new Set([...from.entries.keys(), ...to.entries.keys()])]
  return keys.flatMap((key) => between(from.entries.get(key), to.entries.get(key), [...path, key]))
}

function betweenLists(from: ListNode, to: ListNode, path: Path): readonly Difference[] {
  const kept = commonItems(from.items.map(keyOf), to.items.map(keyOf))
  const found: Difference[] = []
  let [left, right] = [0, 0]
  for (const [keptLeft, keptRight] of [...kept, [from.items.length, to.items.length] as const]) {
    // What stands between two items that stayed is compared one by one.
    for (; left < keptLeft && right < keptRight; left++, right++)
      found.push(...between(from.items[left], to.items[right], [...path, String(right)]))
    for (; left < keptLeft; left++) found.push(...between(from.items[left], undefined, [...path, String(left)]))
    for (; right < keptRight; right++) found.push(...between(undefined, to.items[right], [...path, String(right)]))
    left++
    right++
  }
  return found
}

/** Beyond it, items are compared by their number alone. */
const MAX_CELLS = 1_000_000

/** Pairs of indices of the longest row of items that both lists have in the same order. */
function commonItems(from: readonly string[], to: readonly string[]): readonly (readonly [number, number])[] {
  const width = to.length + 1
  if (from.length * width > MAX_CELLS) return []
  const lengths = new Uint32Array((from.length + 1) * width)
  const at = (left: number, right: number) => lengths[left * width + right] ?? 0
  for (let left = from.length - 1; left >= 0; left--)
    for (let right = to.length - 1; right >= 0; right--)
      lengths[left * width + right] =
        from[left] === to[right] ? at(left + 1, right + 1) + 1 : Math.max(at(left + 1, right), at(left, right + 1))
  const pairs: (readonly [number, number])[] = []
  for (let left = 0, right = 0; left < from.length && right < to.length; ) {
    if (from[left] === to[right]) pairs.push([left++, right++])
    else if (at(left + 1, right) >= at(left, right + 1)) left++
    else right++
  }
  return pairs
}

type Leaf = readonly [path: Path, node: TreeNode]

function leavesOf(node: TreeNode | undefined, path: Path): readonly Leaf[] {
  if (!node) return []
  if (node.kind === 'scalar' || sizeOf(node) === 0) return [[path, node]]
  const inner = node.kind === 'map' ? [...node.entries] : node.items.map((item, at) => [String(at), item] as const)
  return inner.flatMap(([key, value]) => leavesOf(value, [...path, key]))
}

function sizeOf(node: MapNode | ListNode): number {
  return node.kind === 'map' ? node.entries.size : node.items.length
}

/** An empty one is a value of its own: `{}` in place of what was in it. */
function isOneEmpty(from: MapNode | ListNode, to: MapNode | ListNode): boolean {
  return (sizeOf(from) === 0) !== (sizeOf(to) === 0)
}

/** The same text for what octo takes as the same: `1.10` and `1.1` are two versions, `"8080"` is no number, keys have no order. */
function keyOf(node: TreeNode): string {
  if (node.kind === 'scalar')
    return node.value === null ? 'null' : `${typeof node.value} ${JSON.stringify(textOf(node))}`
  if (node.kind === 'list') return `[${node.items.map(keyOf).join(', ')}]`
  const pairs = [...node.entries].map(([key, value]) => `${JSON.stringify(key)}: ${keyOf(value)}`)
  return `{${pairs.sort().join(', ')}}`
}
