// Names places in configs: every error and warning says in which file and line the trouble is, and a value inside the
// arguments of a check is named by its JSON Pointer (RFC 6901).
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { Place, TreeNode } from './node.ts'
import { exactPlaceOf } from './node.ts'
import type { ConfigWarning } from './warnings.ts'

/** CONFIG_INVALID at the place of a value. */
export function invalid(
  node: TreeNode,
  problem: string,
  more: { hint?: string | undefined; cause?: unknown } = {},
): Error {
  const place = exactPlaceOf(node)
  return coded('CONFIG_INVALID', {
    place: showPlace(place),
    message: problem,
    details: { ...place },
    ...more,
  })
}

export function warningAt(node: TreeNode, message: string): ConfigWarning {
  return { ...exactPlaceOf(node), message }
}

export function showPlace({ file, line }: Place): string {
  return line === undefined ? quote(file) : `${quote(file)} line ${line}`
}

/** The JSON Pointer of `key` below the value that `parent` points to. */
export function pointerTo(parent: string, key: string): string {
  return `${parent}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
}
