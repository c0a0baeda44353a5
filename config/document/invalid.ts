// Builds the errors and warnings of configs, which all say in which file and line the trouble is.
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { ConfigWarning } from '../model/config.ts'
import type { Place, TreeNode } from './node.ts'
import { placeOf } from './node.ts'

/** CONFIG_INVALID at the place of a value. */
export function invalid(node: TreeNode, problem: string, more: { hint?: string; cause?: unknown } = {}): Error {
  const place = placeOf(node)
  return coded('CONFIG_INVALID', {
    message: `${showPlace(place)}: ${problem}`,
    details: { ...place },
    ...more,
  })
}

export function warningAt(node: TreeNode, message: string): ConfigWarning {
  return { ...placeOf(node), message }
}

export function showPlace({ file, line }: Place): string {
  return line === undefined ? quote(file) : `${quote(file)} line ${line}`
}
