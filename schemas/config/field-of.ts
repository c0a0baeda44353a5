// The only way for a reader to a field of a config: a field without a row in the table does not compile.
import type { FieldName, ShapeName } from './fields.ts'
import type { MapNode, TreeNode } from './tree.ts'
import { childOf, isEmpty } from './tree.ts'

export function fieldOf<Name extends ShapeName>(
  node: TreeNode | undefined,
  _shape: Name,
  key: FieldName<Name>,
): TreeNode | undefined {
  return childOf(node, key)
}

/** Entries of a map of names. */
export function namedEntries(node: TreeNode | undefined): readonly (readonly [string, TreeNode])[] {
  return isEmpty(node) || node.kind !== 'map' ? [] : [...node.entries]
}

/** A list, or one item that stands for a list of one. */
export function itemsOf(node: TreeNode | undefined): readonly TreeNode[] {
  if (isEmpty(node)) return []
  return node.kind === 'list' ? node.items : [node]
}

export function mapOrNothing(node: TreeNode | undefined): MapNode | undefined {
  return node?.kind === 'map' ? node : undefined
}
