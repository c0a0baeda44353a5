// The only way for a reader to a field of a config: a field without a row in the table does not compile.
import { quote } from '../../schemas/quote.ts'
import type { FieldName, ShapeName } from './fields.ts'
import { invalid } from './invalid.ts'
import type { MapNode, TreeNode } from './node.ts'
import { isEmpty } from './node.ts'

export function fieldOf<Name extends ShapeName>(
  node: TreeNode | undefined,
  _shape: Name,
  key: FieldName<Name>,
): TreeNode | undefined {
  return node?.kind === 'map' ? node.entries.get(key) : undefined
}

/** A field that has had several names; written under two of them, nobody knows which counts. */
export function fieldUnder<Name extends ShapeName>(
  node: TreeNode | undefined,
  shape: Name,
  keys: readonly FieldName<Name>[],
): TreeNode | undefined {
  const written = keys.flatMap((key) => {
    const value = fieldOf(node, shape, key)
    return isEmpty(value) ? [] : [{ key, value }]
  })
  const [first, second] = written
  if (first && second)
    throw invalid(second.value, `says the same as ${quote(first.key)}: ${quote(second.key)}, expected one of them`)
  return first?.value
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
