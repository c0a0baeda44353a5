// What an operator is given of a config: octoctl's config.json. All three formats become the newest, which Compose can be
// given without our keys: checks stand below `services.NAME.octocompose`, and `enabled` beside Compose's own keys.

import { mapOf } from '../../schemas/is-map.ts'
import { ownValue } from '../../schemas/own-value.ts'
import { COMPOSE_SERVICE_KEYS } from '../document/compose-keys.ts'
import { fieldOf, namedEntries } from '../document/field-of.ts'
import { knownKeys } from '../document/fields.ts'
import { mergeTrees } from '../document/merge.ts'
import type { ListNode, MapNode, TreeNode } from '../document/node.ts'
import { dataOf, isFromElsewhere } from '../document/node.ts'
import { readBoolean } from '../document/scalars.ts'
import type { EffectiveTree } from './effective-tree.ts'
import { isListOfSources } from './read-secrets.ts'

type Named = Readonly<Record<string, unknown>>

/** What repos say, by kind and name, as octoctl's repo files have it. */
export type RepoContents = {
  readonly files: Named
  readonly operators: Named
  readonly tools: Named
  readonly services: Named
}

export type OperatorInput = {
  readonly name: string
  readonly octoctl: Named
  readonly configs: Named
  readonly services: Readonly<Record<string, Named>>
  readonly repos: RepoContents
  /** Every other key of the config, as it was merged. */
  readonly [key: string]: unknown
}

type Given = {
  /** Where the config has no name: operators of containers need one. */
  readonly name: string
  /** What the repos of the config say; what the config itself says of a name counts before. */
  readonly repos?: Partial<RepoContents>
}

/** What octoctl takes out of the data, and what is put together anew here; `octo` is for octo itself to say. */
const TAKEN: readonly string[] = ['include', 'globals', 'repos', 'services', 'projectID', 'octo']

/** Plain data without prototypes of anybody; it holds secrets where the config does. */
export function operatorInput({ root }: Pick<EffectiveTree, 'root'>, given: Given): OperatorInput {
  const rest = namedEntries(root).filter(([key]) => !TAKEN.includes(key))
  const data = Object.fromEntries(
    rest.flatMap(([key, node]) => (key === 'operator' ? operatorData(node) : [[key, dataOf(node)]])),
  )
  return {
    ...data,
    name: nameIn(root) ?? given.name,
    octoctl: mapOf(data.octoctl),
    configs: mapOf(data.configs),
    services: servicesOf(root),
    repos: reposOf(root, given.repos ?? {}),
  }
}

function nameIn(root: TreeNode | undefined): string | undefined {
  const name = fieldOf(root, 'config', 'name') ?? fieldOf(root, 'config', 'projectID')
  return name?.kind === 'scalar' && name.value !== null && !isFromElsewhere(name)
    ? typeof name.value === 'string'
      ? name.value
      : name.text
    : undefined
}

/** Its services stand with all others; nothing where it had nothing else. */
function operatorData(node: TreeNode): [string, unknown][] {
  const rest = node.kind === 'map' ? [...node.entries].filter(([key]) => key !== 'services') : []
  return rest.length > 0 ? [['operator', dataOfEntries(rest)]] : []
}

const SINGULAR = { files: 'file', operators: 'operator', tools: 'tool', services: 'service' } as const

function reposOf(root: TreeNode | undefined, given: Partial<RepoContents>): RepoContents {
  const inline = mapOf(dataOfMap(fieldOf(root, 'config', 'repos')))
  const kind = (name: keyof RepoContents) => ({
    ...given[name],
    ...mapOf(inline[SINGULAR[name]]),
    ...mapOf(inline[name]),
  })
  return { files: kind('files'), operators: kind('operators'), tools: kind('tools'), services: kind('services') }
}

function dataOfMap(node: TreeNode | undefined): unknown {
  return node && dataOf(node)
}

/** Services that only elsewhere names are nobody's to start. */
function servicesOf(root: TreeNode | undefined): Record<string, Named> {
  const first = namedEntries(fieldOf(fieldOf(root, 'config', 'operator'), 'operator', 'services'))
  const later = namedEntries(fieldOf(root, 'config', 'services'))
  const names = new Set([...first, ...later].flatMap(([name, node]) => (isFromElsewhere(node) ? [] : [name])))
  const early = new Map(first)
  const late = new Map(later)
  return Object.fromEntries([...names].map((name) => [name, serviceOf(early.get(name), late.get(name))]))
}

/** One service of `operator.services`, of `services`, or of both. */
function serviceOf(early: TreeNode | undefined, late: TreeNode | undefined): Named {
  const outer = entriesOf(late)
  const foreign = outer.filter(([key, node]) => key !== 'octocompose' && !isOurs(key, node))
  const flat = outer.filter(([key, node]) => isOurs(key, node))
  const wrapped = outer.find(([key]) => key === 'octocompose')?.[1]
  const parts = [wrapped, mapLike(late, flat), early]
    .filter((part) => part?.kind === 'map')
    .map((part) => newest(part as MapNode))
  const joined = parts.reduce<TreeNode | undefined>((high, low) => (high ? mergeTrees(high, low) : low), undefined)
  const ours = entriesOf(joined).filter(([key]) => key !== 'enabled' && key !== 'disabled')
  return {
    ...dataOfEntries(foreign),
    ...(isOn(parts) ? {} : { enabled: false }),
    ...(ours.length > 0 ? { octocompose: dataOfEntries(ours) } : {}),
  }
}

function isOn(parts: readonly MapNode[]): boolean {
  return parts.every(
    (part) =>
      readBoolean(part.entries.get('enabled'), 'enabled', true) &&
      !readBoolean(part.entries.get('disabled'), 'disabled', false),
  )
}

/** Compose has an `init` of its own that is a boolean, and secrets of its own that are names or files. */
function isOurs(key: string, node: TreeNode): boolean {
  if (key === 'init') return node.kind === 'list'
  if (key === 'secrets') return isListOfSources(node)
  return knownKeys('service').includes(key) && !COMPOSE_SERVICE_KEYS.has(key)
}

function mapLike(like: TreeNode | undefined, entries: readonly (readonly [string, TreeNode])[]): MapNode | undefined {
  return like?.kind === 'map' && entries.length > 0 ? { ...like, entries: new Map(entries) } : undefined
}

function entriesOf(node: TreeNode | undefined): readonly (readonly [string, TreeNode])[] {
  return node?.kind === 'map' ? [...node.entries] : []
}

function dataOfEntries(entries: readonly (readonly [string, TreeNode])[]): Named {
  return Object.fromEntries(entries.map(([key, node]) => [key, dataOf(node)]))
}

/** Lists of checks under the name of the newest format, by the names that they have had. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  validate: ['preflightCheck', 'preflight', 'validate'],
  health: ['healthCheck', 'health'],
  init: ['init'],
}

function newest(service: MapNode): MapNode {
  const hooked = fieldOf(fieldOf(service, 'service', 'hooks'), 'hooks', 'preStart')
  const old = new Set([...Object.values(LISTS).flat(), 'hooks'])
  const entries = new Map([...service.entries].filter(([key]) => !old.has(key)))
  for (const [key, names] of Object.entries(LISTS)) {
    const lists = [key === 'init' ? hooked : undefined, ...names.map((name) => service.entries.get(name))]
    const items = lists.filter((list): list is ListNode => list?.kind === 'list').flatMap((list) => list.items)
    if (items.length > 0) entries.set(key, { kind: 'list', origin: service.origin, items: items.map(newestCheck) })
  }
  return { ...service, entries }
}

const RENAMED: Readonly<Record<string, string>> = {
  toolArgs: 'args',
  successTreshold: 'successThreshold',
  failureTreshold: 'failureThreshold',
}

/** What stands flat on a check of an early config is an argument. */
function newestCheck(check: TreeNode): TreeNode {
  if (check.kind !== 'map') return check
  const known = knownKeys('check')
  const entries = [...check.entries].map(([key, node]) => [ownValue(RENAMED, key) ?? key, node] as const)
  if (entries.some(([key]) => key === 'args')) return { ...check, entries: new Map(entries) }
  const flat = entries.filter(([key]) => !known.includes(key))
  if (flat.length === 0) return { ...check, entries: new Map(entries) }
  const kept = entries.filter(([key]) => known.includes(key))
  return { ...check, entries: new Map([...kept, ['args', { ...check, entries: new Map(flat) }]]) }
}
