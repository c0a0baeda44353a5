// Digests that a config pins what may run by.
import type { Digest } from '../../schemas/digest.ts'
import { isDigest } from '../../schemas/digest.ts'
import { quote } from '../../schemas/quote.ts'
import { itemsOf } from '../document/field-of.ts'
import { invalid } from '../document/invalid.ts'
import type { MapNode, TreeNode } from '../document/node.ts'
import { textOf } from '../document/node.ts'

const MAX_DIGESTS = 1000

/** `list` is a field of `node`. Throws CONFIG_INVALID. */
export function readDigests(node: MapNode, list: TreeNode | undefined): readonly Digest[] {
  const items = itemsOf(list)
  if (items.length > MAX_DIGESTS) throw invalid(node, `more than ${MAX_DIGESTS} digests`)
  return items.map((item) => {
    const text = item.kind === 'scalar' ? textOf(item) : ''
    if (isDigest(text)) return text
    throw invalid(item, `expected \`sha256:\` and 64 hex digits, found ${quote(text)}`)
  })
}
