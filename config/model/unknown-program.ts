// A service that says what it runs by a key that nobody knows, such as `run` or `exec`: Compose's keys are not ours to judge, so that
// reading passes over them, and what is told in the end has to name them.
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { showPlace } from '../document/invalid.ts'
import type { TreeNode } from '../document/node.ts'
import { exactPlaceOf } from '../document/node.ts'
import { isStrangeKey } from '../document/unknown-keys.ts'

/** CONFIG_INVALID at the first of them; undefined where there are none. */
export function unknownProgram(
  compose: TreeNode | undefined,
  { problem, hint }: { readonly problem: string; readonly hint: string },
): Error | undefined {
  const strange = compose?.kind === 'map' ? [...compose.entries].filter(([key]) => isStrangeKey(key)) : []
  const [first] = strange
  if (!first) return undefined
  const place = exactPlaceOf(first[1])
  const keys = strange.map(([key]) => key)
  return coded('CONFIG_INVALID', {
    place: showPlace(place),
    message: `${problem}, but ${keys.map(quote).join(', ')}, which neither octo nor Compose knows`,
    details: { ...place, unknownKeys: keys },
    hint,
  })
}
