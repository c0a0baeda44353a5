// The documents of a config, kept apart by where they came from: what the table lets only local documents say is read from
// the local tree, what elsewhere may fill in from both with the local values on top, and what it may add from each.
import type { Right } from './fields.ts'
import { mergeTrees } from './merge.ts'
import type { TreeNode } from './node.ts'
import { isRemote } from './node.ts'

export type ConfigTrees = {
  readonly local: TreeNode | undefined
  readonly fetched: TreeNode | undefined
  /** Local values count before fetched ones, whatever the order of the documents. */
  readonly merged: TreeNode | undefined
  /** Where values of the merged tree were written that stand at another path now. */
  readonly homes?: ReadonlyMap<TreeNode, readonly string[]>
}

/** `roots` from highest to lowest precedence. */
export function joinDocuments(roots: readonly TreeNode[]): ConfigTrees {
  const local = mergeAll(roots.filter((root) => !isRemote(root)))
  const fetched = mergeAll(roots.filter(isRemote))
  return { local, fetched, merged: local && fetched ? mergeTrees(local, fetched) : (local ?? fetched) }
}

/** The trees that a field with this right is read from, lowest first. */
export function treesFor(right: Right, trees: ConfigTrees): readonly (TreeNode | undefined)[] {
  if (right === 'never' || right === 'left aside') return [trees.local]
  return right === 'fill in' || right === 'with trust' ? [trees.merged] : [trees.fetched, trees.local]
}

function mergeAll(roots: readonly TreeNode[]): TreeNode | undefined {
  return roots.length === 0 ? undefined : roots.reduce((high, low) => mergeTrees(high, low))
}
