// Builds the errors and warnings of configs, which all say in which file and line the trouble is.
import { coded } from '../errors.ts'
import { quote } from '../quote.ts'
import type { ConfigWarning } from './config.ts'
import type { Place, TreeNode } from './tree.ts'
import { placeOf } from './tree.ts'

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
