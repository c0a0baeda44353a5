// Plain values that decide something, such as arguments, pins and counts: one that octo and octoctl take
// differently is refused, because nobody sees which of the two was meant.
import { printable, quote } from '../../schemas/quote.ts'
import { readingsOf, readsAsTwoInConfigs } from '../../schemas/yaml/scalars.ts'
import { invalid } from './invalid.ts'
import type { TreeNode } from './node.ts'

/** Throws CONFIG_INVALID with both readings; a value in quotes, a list and a map have one. */
export function requireOneReading(node: TreeNode): void {
  const typed = node.kind === 'scalar' && node.plain ? node.text : ''
  if (!readsAsTwoInConfigs(typed)) return
  const readings = readingsOf(typed)
  const numbers = readings.numbers.map((number) => quote(number))
  throw invalid(node, `${quote(typed)} is ${readings.said}`, {
    hint: `write \`"${printable(typed)}"\` for the text${numbers.length > 0 ? `, or ${numbers.join(' or ')} for the number` : ''}`,
  })
}
