// What a service waits for: names, Compose's map of conditions, or the list of v1 configs.
import { nearestWord } from '../../schemas/nearest-word.ts'
import { quote } from '../../schemas/quote.ts'
import { invalid } from '../document/invalid.ts'
import type { MapNode, TreeNode } from '../document/node.ts'
import { isEmpty, isText, textOf } from '../document/node.ts'
import { readBoolean } from '../document/scalars.ts'
import type { Condition, Dependency } from './service-spec.ts'
import { CONDITIONS } from './service-spec.ts'

/** `restart` is Compose's: what it does when somebody restarts the other one. */
const OF_A_RULE: readonly string[] = ['condition', 'required', 'restart']
const OF_AN_ITEM = { service: 'started', health: 'healthy' } as const

/** Each service once, with all its conditions in the order of writing. */
export function readDependencies(node: TreeNode | undefined): readonly Dependency[] {
  if (isEmpty(node)) return []
  if (node.kind === 'scalar') return [nameAlone(node)]
  const read = node.kind === 'map' ? [...node.entries].map(fromMap) : node.items.flatMap(fromList)
  return [...new Map(read.map((one) => [`${one.service}\0${one.condition}`, one])).values()]
}

function fromMap([service, rule]: readonly [string, TreeNode]): Dependency {
  if (isEmpty(rule)) return { service, condition: 'started', isOptional: false }
  if (rule.kind !== 'map') throw invalid(rule, `what is waited for of ${quote(service)} is no map with \`condition\``)
  refuseOthers(rule, OF_A_RULE)
  const condition = rule.entries.get('condition')
  const isOptional = !readBoolean(rule.entries.get('required'), 'required', true)
  return { service, condition: condition ? readCondition(condition) : 'started', isOptional }
}

function fromList(item: TreeNode): readonly Dependency[] {
  if (item.kind !== 'map') return [nameAlone(item)]
  refuseOthers(item, Object.keys(OF_AN_ITEM))
  const said = Object.entries(OF_AN_ITEM).flatMap(([key, condition]) => {
    const name = item.entries.get(key)
    return isEmpty(name) ? [] : [{ ...nameAlone(name), condition }]
  })
  if (said.length > 0) return said
  throw invalid(item, 'names no service, expected `{service: NAME}` or `{health: NAME}`')
}

/** A slip of `condition` would wait for less than is written. */
function refuseOthers({ entries }: MapNode, known: readonly string[]): void {
  for (const [key, node] of entries) {
    if (known.includes(key) || key.startsWith('x-')) continue
    const meant = nearestWord(key, known)
    throw invalid(
      node,
      `${quote(key)} says nothing about what is waited for, ${meant === undefined ? `expected ${known.map(quote).join(', ')}` : `did you mean ${quote(meant)}?`}`,
    )
  }
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
