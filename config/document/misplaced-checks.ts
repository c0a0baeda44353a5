// Checks at a place where nobody reads them, such as the `healthcheck` of Compose or among the values for templates: they
// would never run, and the gate would pass without them.
import { quote } from '../../schemas/quote.ts'
import { shapeOf } from './fields.ts'
import { warningAt } from './invalid.ts'
import type { TreeNode } from './node.ts'
import type { Warnings } from './warnings.ts'

const LISTS_OF_CHECKS: ReadonlySet<string> = new Set(
  [...Object.entries(shapeOf('service')), ...Object.entries(shapeOf('hooks'))]
    .filter(([, { holds }]) => typeof holds === 'object' && 'list' in holds && holds.list === 'check')
    .map(([key]) => key.toLowerCase()),
)

export function isListOfChecks(node: TreeNode): boolean {
  return node.kind === 'list' && node.items.some((item) => item.kind === 'map' && item.entries.has('tool'))
}

/** Whether a list of checks stands anywhere at or below a value. */
export function holdsChecks(node: TreeNode): boolean {
  if (node.kind === 'scalar') return false
  return isListOfChecks(node) || (node.kind === 'list' ? node.items : [...node.entries.values()]).some(holdsChecks)
}

/** Notes lists of checks below a value that is not read, under the names that such lists have where they are read. */
export function noteMisplacedChecks(node: TreeNode, warnings: Warnings): void {
  if (node.kind === 'list') for (const item of node.items) noteMisplacedChecks(item, warnings)
  if (node.kind !== 'map') return
  for (const [key, child] of node.entries)
    if (LISTS_OF_CHECKS.has(key.toLowerCase()) && isListOfChecks(child))
      warnings.addUnknownKey(() => ({
        ...warningAt(child, `checks in ${quote(key)} are not read here, expected below \`services.NAME\``),
        unknownKey: key,
      }))
    else noteMisplacedChecks(child, warnings)
}
