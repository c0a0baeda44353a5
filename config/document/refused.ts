// The error of a fetched document that tries what only a local one may.
import { coded } from '../../schemas/errors.ts'
import { showPlace } from './invalid.ts'
import type { Place, TreeNode } from './node.ts'
import { exactPlaceOf, placeOf } from './node.ts'

type More = {
  /** What a local document says about the same thing. */
  readonly local?: TreeNode | undefined
  readonly hint?: string
}

/** CONFIG_INVALID that names the fetched document, its line and the local place that is concerned. */
export function refused(node: TreeNode, deed: string, { local, hint }: More = {}): Error {
  const place = exactPlaceOf(node)
  const { includedAt } = node.origin.source
  const localPlace: Place | undefined = local ? placeOf(local) : includedAt
  const tail = localPlace ? `; ${showPlace(localPlace)} ${local ? 'decides that' : 'includes it'}` : ''
  return coded('CONFIG_INVALID', {
    place: showPlace(place),
    message: `a document from elsewhere may not ${deed}${tail}`,
    details: { ...place, ...(localPlace ? { local: localPlace } : {}) },
    hint: hint ?? 'if you want it, write it into a local config',
  })
}
