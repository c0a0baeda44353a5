// Services and their checks, in all three formats: `operator.services.S`, `services.S` and `services.S.octocompose`.
// Checks of fetched documents are read from a tree of their own, so that nothing in them can reach a local check.
import { DAY_MS, HOUR_MS } from '../../schemas/duration.ts'
import { nearestWord } from '../../schemas/nearest-word.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { isPrintable, quote } from '../../schemas/quote.ts'
import { fieldOf, fieldUnder, itemsOf, mapOrNothing, namedEntries } from '../document/field-of.ts'
import type { FieldName } from '../document/fields.ts'
import { invalid, showPlace } from '../document/invalid.ts'
import type { MapNode, TreeNode } from '../document/node.ts'
import { exactPlaceOf, isEmpty, isRemote, placeOf } from '../document/node.ts'
import { refused } from '../document/refused.ts'
import { readBoolean, readCount, readDuration, readTexts } from '../document/scalars.ts'
import type { TemplateVariables } from '../document/template.ts'
import type { Warnings } from '../document/warnings.ts'
import { attempt } from '../document/warnings.ts'
import { readCheckArguments } from './check-arguments.ts'
import type { CheckItem, Phase, PluginRequest, ServiceConfig } from './config.ts'
import { PHASES } from './config.ts'
import { RUN_SERVICE } from './plugin-request.ts'
import { readTool } from './read-tool.ts'
import { OPERATOR_KIND } from './requests.ts'

type ServiceReading = { readonly variables: TemplateVariables; readonly warnings: Warnings }

/** A request with the node that makes it. */
export type ReadRequest = { readonly item: { readonly request: PluginRequest }; readonly tool: TreeNode }

/** A check with the node that asks for its plugin. */
type ReadCheck = { readonly item: CheckItem; readonly tool: TreeNode }

/** A service without how it is run. */
type CheckedService = Omit<ServiceConfig, 'spec' | 'hasProgram' | 'startPeriodMs'>

type ReadService = {
  readonly name: string
  readonly node: TreeNode
  /** The first place that says so. */
  readonly off: TreeNode | undefined
  readonly on: TreeNode | undefined
  readonly checks: Readonly<Record<Phase, readonly ReadCheck[]>>
}

/** Where each phase's list is found, newest name last. */
export const PHASE_KEYS: Readonly<Record<Phase, readonly FieldName<'service'>[]>> = {
  preflight: ['preflightCheck', 'preflight', 'validate'],
  health: ['healthCheck', 'health'],
  init: ['init'],
}

/** Often enough to find out, until a service is up. */
const DEFAULT_INTERVAL_MS = 1000
const CALM_INTERVAL_MS = 10_000
const MAX_THRESHOLD = 100
/** A check before the start decides at once; a running service may stumble. */
const DEFAULT_FAILURES: Readonly<Record<Phase, number>> = { preflight: 1, health: 3, init: 1 }

/** Services of one tree, by name, in the order of writing. */
export function readServices(
  root: TreeNode | undefined,
  readingOf: (name: string) => ServiceReading,
): Map<string, ReadService> {
  const services = new Map<string, ReadService>()
  for (const [name, node] of serviceNodes(root)) {
    const reading = readingOf(name)
    const service = attempt(reading.warnings, () => readService(name, node, reading))
    if (!service) continue
    const earlier = services.get(name)
    services.set(name, earlier ? joinShapes(earlier, service) : service)
  }
  return services
}

/** Local services with the checks that elsewhere adds, then the services that only elsewhere has. */
export function joinServices(local: ReadonlyMap<string, ReadService>, fetched: ReadonlyMap<string, ReadService>) {
  const joined = [...local.values()].map((service) => {
    const added = fetched.get(service.name)
    return added ? withAdded(service, added) : finish(service)
  })
  const others = [...fetched.values()].filter(({ name }) => !local.has(name))
  return [...joined, ...others.map(finish)]
}

/** Elsewhere switches nothing off that a local document names, unless that says itself whether it is on. */
function withAdded(local: ReadService, fetched: ReadService): CheckedService {
  if (fetched.off && !local.on && !local.off)
    throw refused(fetched.off, `switch off the service ${quote(local.name)}`, {
      local: local.node,
      hint: 'say `enabled: false` or `enabled: true` in the local config',
    })
  return finish({ ...local, checks: joinChecks(fetched, local) })
}

function finish({ name, node, off, on, checks }: ReadService): CheckedService {
  refuseBoth(off, on)
  const items = (phase: Phase) => checks[phase].map(({ item }) => item)
  return {
    name,
    place: exactPlaceOf(node),
    enabled: off === undefined,
    checks: { preflight: items('preflight'), health: items('health'), init: items('init') },
  }
}

function joinShapes(first: ReadService, second: ReadService): ReadService {
  return {
    name: first.name,
    node: first.node,
    off: first.off ?? second.off,
    on: first.on ?? second.on,
    checks: joinChecks(first, second),
  }
}

function joinChecks(first: ReadService, second: ReadService): ReadService['checks'] {
  const join = (phase: Phase) => [...first.checks[phase], ...second.checks[phase]]
  return { preflight: join('preflight'), health: join('health'), init: join('init') }
}

/** The maps that hold checks: each is read by itself and the results of one name are joined. */
function serviceNodes(root: TreeNode | undefined): (readonly [string, TreeNode])[] {
  const first = namedEntries(fieldOf(fieldOf(root, 'config', 'operator'), 'operator', 'services'))
  const later = namedEntries(fieldOf(root, 'config', 'services'))
  const wrapped = later.flatMap(([name, node]) => {
    const inner = fieldOf(node, 'compose service', 'octocompose')
    return isEmpty(inner) ? [] : [[name, inner] as const]
  })
  return [...first, ...later, ...wrapped]
}

function readService(name: string, node: TreeNode, reading: ServiceReading): ReadService {
  requireShowable(name, node)
  const phase = (wanted: Phase) =>
    listsOf(node, wanted)
      .flatMap(itemsOf)
      .flatMap((item) => attempt(reading.warnings, () => readCheck(item, { ...reading, phase: wanted })) ?? [])
  return {
    name,
    node,
    ...switchOf(node),
    checks: { preflight: phase('preflight'), health: phase('health'), init: phase('init') },
  }
}

/** It stands in tables, logs, reports, metrics and messages, as it is: there none may move a cursor, begin a line or turn the writing. */
function requireShowable(name: string, node: TreeNode): void {
  if (isPrintable(name)) return
  throw invalid(node, `service ${quote(name)} has a character in its name that cannot be seen`, {
    hint: 'call it by letters, digits, `-`, `_` and `.`',
  })
}

function listsOf(node: TreeNode, phase: Phase): readonly TreeNode[] {
  const hooked = phase === 'init' ? fieldOf(fieldOf(node, 'service', 'hooks'), 'hooks', 'preStart') : undefined
  const lists = [hooked, ...PHASE_KEYS[phase].map((key) => fieldOf(node, 'service', key))]
  return lists.filter((list) => list?.kind === 'list')
}

type PhaseReading = ServiceReading & { readonly phase: Phase }

/** Undefined where its plugin is a problem that was reported. */
function readCheck(node: TreeNode, reading: PhaseReading): ReadCheck | undefined {
  const map = mapOrNothing(node)
  if (!map) throw invalid(node, 'a check is a map with `tool` and `args`')
  const each = <Value>(read: () => Value) => attempt(reading.warnings, read)
  const timeoutMs = each(() => readDuration(fieldOf(map, 'check', 'timeout'), 'timeout', { min: 100, max: DAY_MS }))
  const operators = each(() => readTexts(fieldOf(map, 'check', 'operators'), 'operators'))
  const interval = each(() => readDuration(fieldOf(map, 'check', 'interval'), 'interval', { min: 10, max: HOUR_MS }))
  const named = each(() => readTool(map, fieldOf(map, 'check', 'tool'), 'a check'))
  // The service's own program runs with them, and what is run is for local documents to say.
  const isOwn = named?.request.plugin === RUN_SERVICE && named.request.repo === undefined && !isRemote(map)
  const given = readCheckArguments(map, { ...reading, isOwn })
  const off = each(() => {
    const said = switchOf(map)
    refuseBoth(said.off, said.on)
    return said.off
  })
  each(() => refuseSlips(operators, map))
  const successThreshold = each(() => threshold(map, ['successThreshold', 'successTreshold'], 1)) ?? 1
  const failures = DEFAULT_FAILURES[reading.phase]
  const failureThreshold = each(() => threshold(map, ['failureThreshold', 'failureTreshold'], failures)) ?? failures
  if (!named) return undefined
  const { tool, request } = named
  const item: CheckItem = {
    request,
    ...given,
    enabled: off === undefined,
    intervalMs: interval ?? DEFAULT_INTERVAL_MS,
    ...(interval === undefined ? { calmIntervalMs: CALM_INTERVAL_MS } : {}),
    ...omitUndefined({ timeoutMs }),
    successThreshold,
    failureThreshold,
    ...omitUndefined({ operators }),
    place: placeOf(map),
  }
  return { item, tool }
}

/** v1 configs spell it `Treshold`. */
function threshold(item: MapNode, keys: readonly FieldName<'check'>[], otherwise: number): number {
  return readCount(fieldUnder(item, 'check', keys), keys[0] ?? '', { min: 1, max: MAX_THRESHOLD, otherwise })
}

/** Whoever says both would find out which of them counts when something that was not looked at breaks. */
function refuseBoth(off: TreeNode | undefined, on: TreeNode | undefined): void {
  if (off && on) throw invalid(off, `is switched off here and on at ${showPlace(placeOf(on))}, expected one of them`)
}

/** A slip of our own kind would skip the check on every machine that it was written for. */
function refuseSlips(operators: readonly string[] | undefined, check: MapNode): void {
  const slip = operators?.find((kind) => kind !== OPERATOR_KIND && nearestWord(kind, [OPERATOR_KIND]) !== undefined)
  if (slip !== undefined)
    throw invalid(check, `\`operators\` names ${quote(slip)}, did you mean ${quote(OPERATOR_KIND)}?`)
}

/** What says that it is off or on, if anything does. */
function switchOf(node: TreeNode): Pick<ReadService, 'off' | 'on'> {
  const enabled = fieldOf(node, 'service', 'enabled')
  const disabled = fieldOf(node, 'service', 'disabled')
  const isOn = readBoolean(enabled, 'enabled', true)
  const isOff = readBoolean(disabled, 'disabled', false)
  return {
    off: isOff ? disabled : isOn ? undefined : enabled,
    on: isOn && !isEmpty(enabled) ? enabled : isOff || isEmpty(disabled) ? undefined : disabled,
  }
}

/** Every check that was read, of all phases. */
export function checksOf(services: ReadonlyMap<string, ReadService>): ReadCheck[] {
  return [...services.values()].flatMap(({ checks }) => PHASES.flatMap((phase) => checks[phase]))
}
