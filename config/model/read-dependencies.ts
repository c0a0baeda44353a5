// What a service waits for: names, Compose's map of conditions, or the list of v1 configs.
import { quote } from '../../schemas/quote.ts'
import { invalid } from '../document/invalid.ts'
import type { TreeNode } from '../document/node.ts'
import { isEmpty, isText, textOf } from '../document/node.ts'
import { readBoolean } from '../document/scalars.ts'
import type { Condition, Dependency } from './service-spec.ts'
import { CONDITIONS } from './service-spec.ts'

/** Each service once, with all its conditions in the order of writing. */
export function readDependencies(node: TreeNode | undefined): readonly Dependency[] {
  if (isEmpty(node)) return []
  if (node.kind === 'scalar') return [nameAlone(node)]
  const read = node.kind === 'map' ? [...node.entries].map(fromMap) : node.items.map(fromList)
  return [...new Map(read.map((one) => [`${one.service}\0${one.condition}`, one])).values()]
}

function fromMap([service, rule]: readonly [string, TreeNode]): Dependency {
  if (isEmpty(rule)) return { service, condition: 'started', isOptional: false }
  if (rule.kind !== 'map') throw invalid(rule, `what is waited for of ${quote(service)} is no map with \`condition\``)
  const condition = rule.entries.get('condition')
  const isOptional = !readBoolean(rule.entries.get('required'), 'required', true)
  return { service, condition: condition ? readCondition(condition) : 'started', isOptional }
}

function fromList(item: TreeNode): Dependency {
  if (item.kind !== 'map') return nameAlone(item)
  for (const [key, condition] of [
    ['service', 'started'],
    ['health', 'healthy'],
  ] as const) {
    const name = item.entries.get(key)
    if (name) return { ...nameAlone(name), condition }
  }
  throw invalid(item, 'names no service, expected `{service: NAME}` or `{health: NAME}`')
}

function nameAlone(node: TreeNode): Dependency {
  if (!isText(node) || node.value === '') throw invalid(node, 'is no name of a service')
  return { service: node.value, condition: 'started', isOptional: false }
}

/** Compose says `service_started`, `service_healthy` and `service_completed_successfully`. */
function readCondition(node: TreeNode): Condition {
  const text = node.kind === 'scalar' ? textOf(node) : ''
  const word = text.replace(/^service_/, '').replace(/_successfully$/, '')
  const found = CONDITIONS.find((condition) => condition === word)
  if (found) return found
  throw invalid(node, `${quote(text)} is no condition, expected ${CONDITIONS.map(quote).join(', ')}`)
}
