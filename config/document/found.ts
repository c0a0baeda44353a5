// What stands where a config has something else than is expected there, for messages that say expected and found.
import { quote } from '../../schemas/quote.ts'
import type { TreeNode } from './node.ts'
import { textOf } from './node.ts'

/** Never the value itself, which may be a password. */
export function kindFound(node: TreeNode): string {
  if (node.kind !== 'scalar') return `a ${node.kind}`
  if (node.value === null) return 'nothing'
  return typeof node.value === 'string' ? 'a text' : `a ${typeof node.value}`
}

/** For keys whose values are words and numbers of octo's own. */
export function valueFound(node: TreeNode): string {
  return node.kind === 'scalar' && node.value !== null ? quote(textOf(node)) : kindFound(node)
}
