// Services and their checks, in all three generations: `operator.services.S`, `services.S` and `services.S.octocompose`.
import { isCoded } from '../errors.ts'
import { quote } from '../quote.ts'
import { readArguments } from './arguments.ts'
import type { CheckItem, ConfigWarning, Phase, PluginRequest, ServiceConfig } from './config.ts'
import { invalid, warningAt } from './invalid.ts'
import { didYouMean, FAILURE_KEYS, KNOWN_KEYS, SUCCESS_KEYS, unknownKeys } from './known-keys.ts'
import { parsePluginRequest } from './plugin-request.ts'
import { readBoolean, readCount, readDuration, readTexts } from './scalars.ts'
import type { TemplateVariables } from './template.ts'
import type { MapNode, TreeNode } from './tree.ts'
import { childOf, isEmpty, placeOf } from './tree.ts'

export type ServiceReading = { readonly variables: TemplateVariables; readonly warnings: ConfigWarning[] }

/** Where each phase's list is found, newest name last. */
const PHASE_PATHS: Readonly<Record<Phase, readonly (readonly string[])[]>> = {
  preflight: [['preflightCheck'], ['preflight'], ['validate']],
  health: [['healthCheck'], ['health']],
  init: [['hooks', 'preStart'], ['init']],
}

const HOUR_MS = 3_600_000
const DEFAULT_INTERVAL_MS = 1000
const MAX_THRESHOLD = 100
/** A check before the start decides at once; a running service may stumble. */
const DEFAULT_FAILURES: Readonly<Record<Phase, number>> = { preflight: 1, health: 3, init: 1 }

export function readServices(root: TreeNode, reading: ServiceReading): ServiceConfig[] {
  const services = new Map<string, ServiceConfig>()
  for (const [name, node] of serviceNodes(root, reading.warnings)) {
    const service = readService(name, node, reading)
    const earlier = services.get(name)
    services.set(name, earlier ? joinServices(earlier, service) : service)
  }
  return [...services.values()]
}

/** The maps that hold checks: each is read by itself and the results of one name are joined. */
function serviceNodes(root: TreeNode, warnings: ConfigWarning[]): (readonly [string, MapNode])[] {
  const seeds = entriesOf(childOf(root, 'operator', 'services'))
  const later = entriesOf(childOf(root, 'services'))
  for (const [name, node] of seeds) warnings.push(...unknownKeys(node, KNOWN_KEYS.service, `service ${quote(name)}`))
  for (const [name, node] of later) warnings.push(...nearlyKnownKeys(name, node))
  const wrapped = later.flatMap(([name, node]) => entriesOf(childOf(node, 'octocompose'), name))
  for (const [name, node] of wrapped) warnings.push(...unknownKeys(node, KNOWN_KEYS.service, `service ${quote(name)}`))
  return [...seeds, ...later, ...wrapped]
}

/** `services.S` is also Compose's own: its many keys are not ours, only what looks like a slip of ours is. */
function nearlyKnownKeys(name: string, node: MapNode): ConfigWarning[] {
  const known: readonly string[] = KNOWN_KEYS.service
  return [...node.entries.keys()]
    .filter((key) => !known.includes(key) && !COMPOSE_KEYS.includes(key) && didYouMean(key, known) !== '')
    .map((key) => {
      const place = node.entries.get(key) ?? node
      return warningAt(place, `unknown key ${quote(key)} in service ${quote(name)} is ignored${didYouMean(key, known)}`)
    })
}

/** Keys of Compose services that resemble ours. */
const COMPOSE_KEYS: readonly string[] = [
  'healthcheck',
  'configs',
  'secrets',
  'depends_on',
  'devices',
  'init',
  'volumes',
]

function readService(name: string, node: MapNode, reading: ServiceReading): ServiceConfig {
  const hooks = childOf(node, 'hooks')
  if (hooks?.kind === 'map')
    reading.warnings.push(...unknownKeys(hooks, KNOWN_KEYS.hooks, `hooks of service ${quote(name)}`))
  const phase = (wanted: Phase) =>
    PHASE_PATHS[wanted].flatMap((path) => readChecks(childOf(node, ...path), { ...reading, phase: wanted }))
  return {
    name,
    enabled: isEnabled(node),
    checks: { preflight: phase('preflight'), health: phase('health'), init: phase('init') },
  }
}

type PhaseReading = ServiceReading & { readonly phase: Phase }

function readChecks(node: TreeNode | undefined, reading: PhaseReading): CheckItem[] {
  if (isEmpty(node)) return []
  // Compose has `init: true` of its own: run an init process in the container.
  if (node.kind === 'scalar' && typeof node.value === 'boolean' && reading.phase === 'init') return []
  if (node.kind !== 'list') throw invalid(node, `\`${reading.phase}\` is no list of checks`)
  return node.items.map((item) => readCheck(item, reading))
}

function readCheck(item: TreeNode, reading: PhaseReading): CheckItem {
  if (item.kind !== 'map') throw invalid(item, 'a check is a map with `tool` and `args`')
  const timeoutMs = readDuration(childOf(item, 'timeout'), 'timeout', { min: 100, max: 24 * HOUR_MS })
  const operators = readTexts(childOf(item, 'operators'), 'operators')
  const interval = readDuration(childOf(item, 'interval'), 'interval', { min: 10, max: HOUR_MS })
  return {
    request: requestOf(item),
    arguments: readArguments(item, reading),
    enabled: isEnabled(item),
    intervalMs: interval ?? DEFAULT_INTERVAL_MS,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    successThreshold: threshold(item, SUCCESS_KEYS, 1),
    failureThreshold: threshold(item, FAILURE_KEYS, DEFAULT_FAILURES[reading.phase]),
    ...(operators === undefined ? {} : { operators }),
    place: placeOf(item),
  }
}

function requestOf(item: MapNode): PluginRequest {
  const tool = childOf(item, 'tool')
  if (tool?.kind !== 'scalar' || typeof tool.value !== 'string')
    throw invalid(item, 'a check does not name its plugin, expected `tool: NAME`')
  try {
    return parsePluginRequest(tool.value)
  } catch (error) {
    if (!isCoded(error)) throw error
    throw invalid(tool, `\`tool\`: ${error.message}`, { cause: error, ...(error.hint ? { hint: error.hint } : {}) })
  }
}

function threshold(item: MapNode, keys: readonly string[], otherwise: number): number {
  const key = keys.find((candidate) => item.entries.has(candidate)) ?? ''
  return readCount(childOf(item, key), key, { min: 1, max: MAX_THRESHOLD, otherwise })
}

function isEnabled(node: MapNode): boolean {
  const disabled = readBoolean(childOf(node, 'disabled'), 'disabled', false)
  return readBoolean(childOf(node, 'enabled'), 'enabled', true) && !disabled
}

function joinServices(first: ServiceConfig, second: ServiceConfig): ServiceConfig {
  const join = (phase: Phase) => [...first.checks[phase], ...second.checks[phase]]
  return {
    name: first.name,
    enabled: first.enabled && second.enabled,
    checks: { preflight: join('preflight'), health: join('health'), init: join('init') },
  }
}

function entriesOf(map: TreeNode | undefined, only?: string): (readonly [string, MapNode])[] {
  if (isEmpty(map)) return []
  if (map.kind !== 'map') throw invalid(map, only ? '`octocompose` is no map' : '`services` is no map of names')
  if (only !== undefined) return [[only, map]]
  return [...map.entries].flatMap(([name, node]) => {
    if (isEmpty(node)) return []
    if (node.kind === 'map') return [[name, node] as const]
    throw invalid(node, `service ${quote(name)} is no map`)
  })
}
