// Changes addresses in a config that somebody wrote, and nothing else: comments, order and quotes stay. What was written is
// read again, and differs in these addresses alone, or nothing is changed.
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { shownAddress } from '../../schemas/shown-address.ts'
import { showPlace } from '../document/invalid.ts'
import type { TreeNode } from '../document/node.ts'
import { exactPlaceOf, placeOf } from '../document/node.ts'
import { differencesOf } from '../render/compare.ts'

export type AddressEdit = { readonly node: TreeNode; readonly from: string; readonly to: string }
type Edited = { readonly text: string; readonly root: TreeNode; readonly edits: readonly AddressEdit[] }

/** Throws CONFIG_INVALID where an address is written in a way that cannot be changed by itself. */
export async function editAddresses(
  { text, root, edits }: Edited,
  parse: (text: string) => Promise<TreeNode>,
): Promise<string> {
  let changed = text
  // From the end, so that the places before stay where they are.
  for (const edit of [...edits].sort((left, right) => lineOf(right) - lineOf(left))) {
    const at = changed.indexOf(edit.from, startOfLine(changed, lineOf(edit)))
    if (at < 0) throw cannot(edit)
    changed = changed.slice(0, at) + edit.to + changed.slice(at + edit.from.length)
  }
  const found = differencesOf(root, await parse(changed)).map(({ from, to }) => `${textAt(from)}\n${textAt(to)}`)
  const wanted = edits.map(({ from, to }) => `${from}\n${to}`)
  const [first] = edits
  if (first && JSON.stringify(found.sort()) !== JSON.stringify(wanted.sort())) throw cannot(first)
  return changed
}

function lineOf({ node }: AddressEdit): number {
  return placeOf(node).line ?? 1
}

function startOfLine(text: string, line: number): number {
  let start = 0
  for (let count = 1; count < line; count++) start = text.indexOf('\n', start) + 1
  return start
}

function textAt(node: TreeNode | undefined): unknown {
  return node?.kind === 'scalar' ? node.value : undefined
}

function cannot({ node, from, to }: AddressEdit): Error {
  const place = exactPlaceOf(node)
  return coded('CONFIG_INVALID', {
    place: showPlace(place),
    message: `the address is written in a way that only a person can change`,
    details: { ...place, from: shownAddress(from), to: shownAddress(to) },
    hint: `write ${quote(shownAddress(to))} in its place`,
  })
}
