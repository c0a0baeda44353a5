// What happens when a service ends by itself, and how it is ended.
import { DAY_MS } from '../../schemas/duration.ts'
import { quote } from '../../schemas/quote.ts'
import { fieldOf } from '../document/field-of.ts'
import { invalid } from '../document/invalid.ts'
import type { TreeNode } from '../document/node.ts'
import { isEmpty, textOf } from '../document/node.ts'
import { readCount, readDuration } from '../document/scalars.ts'
import type { ServicePlaces } from './said.ts'
import { saidOf } from './said.ts'
import type { RestartRule, StopRule } from './service-spec.ts'
import { RESTART_POLICIES, STOP_SIGNALS } from './service-spec.ts'

const MAX_ATTEMPTS = 10_000
// allow(dead-export): the test adds up what ending a plugin may take
export const DEFAULT_STOP_MS = 10_000

export function readRestart(node: TreeNode | undefined): RestartRule {
  if (isEmpty(node)) return { policy: 'no' }
  if (node.kind === 'map') return fromMap(node)
  // `no` without quotes is false to readers of YAML 1.1.
  if (node.kind === 'scalar' && node.value === false) return { policy: 'no' }
  const [word = '', count, ...rest] = node.kind === 'scalar' ? textOf(node).split(':') : ['']
  const policy = policyOf(node, word)
  if (count === undefined) return { policy }
  const attempts = Number(count)
  if (policy === 'on-failure' && rest.length === 0 && /^[1-9][0-9]{0,3}$/.test(count))
    return { policy, maxAttempts: attempts }
  throw invalid(node, `\`restart\` of ${quote(textOfAny(node))} is not understood, expected such as \`on-failure:5\``)
}

function fromMap(node: Extract<TreeNode, { kind: 'map' }>): RestartRule {
  const [word, attempts] = [node.entries.get('policy'), node.entries.get('max_attempts')]
  const strange = [...node.entries.keys()].find((key) => key !== 'policy' && key !== 'max_attempts')
  if (strange !== undefined) throw invalid(node, `\`restart\` has no ${quote(strange)}`)
  const policy = word
    ? policyOf(word, word.kind === 'scalar' && word.value === false ? 'no' : textOfAny(word))
    : 'on-failure'
  if (isEmpty(attempts)) return { policy }
  return { policy, maxAttempts: readCount(attempts, 'max_attempts', { min: 1, max: MAX_ATTEMPTS, otherwise: 1 }) }
}

function policyOf(node: TreeNode, word: string): RestartRule['policy'] {
  const found = RESTART_POLICIES.find((policy) => policy === word)
  if (found) return found
  throw invalid(node, `${quote(word)} is no restart policy, expected ${RESTART_POLICIES.map(quote).join(', ')}`)
}

export function readStop(places: ServicePlaces): StopRule {
  const stop = saidOf(places, ['stop'])
  const bounds = { min: 0, max: DAY_MS }
  return {
    signal: readSignal(fieldOf(stop, 'stop', 'signal') ?? saidOf(places, ['stop_signal'])),
    timeoutMs:
      readDuration(fieldOf(stop, 'stop', 'timeout'), 'timeout', bounds) ??
      readDuration(saidOf(places, ['stop_grace_period']), 'stop_grace_period', bounds) ??
      DEFAULT_STOP_MS,
    target: readTarget(fieldOf(stop, 'stop', 'target')),
  }
}

function readSignal(node: TreeNode | undefined): StopRule['signal'] {
  if (isEmpty(node)) return 'SIGTERM'
  const text = textOfAny(node).toUpperCase()
  const found = STOP_SIGNALS.find((signal) => signal === text || signal === `SIG${text}`)
  if (found) return found
  throw invalid(node, `${quote(text)} is no signal that ends a service, expected ${STOP_SIGNALS.map(quote).join(', ')}`)
}

function readTarget(node: TreeNode | undefined): StopRule['target'] {
  if (isEmpty(node)) return 'main'
  const text = textOfAny(node)
  if (text === 'main' || text === 'group') return text
  throw invalid(node, `${quote(text)} is no target of a signal, expected \`main\` or \`group\``)
}

function textOfAny(node: TreeNode): string {
  return node.kind === 'scalar' ? textOf(node) : ''
}
