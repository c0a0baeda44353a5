// The config as it counts: all documents merged, what only local ones may say taken from those, templates filled in. Every
// value keeps the place where it was written, and those that nobody should see on a screen are known.
import type { ShapeName } from '../document/fields.ts'
import { rowOf } from '../document/fields.ts'
import type { MapNode, ScalarNode, TreeNode } from '../document/node.ts'
import type { TemplateVariables } from '../document/template.ts'
import { expand, expandAddress, expandOwn, expandTrusted, templateBudget } from '../document/template.ts'
import type { ConfigTrees } from '../document/trees.ts'
import type { Warnings } from '../document/warnings.ts'
import { attempt } from '../document/warnings.ts'
import { isNamedAsSecret } from './named-secrets.ts'
import { decidesWhatRuns, ownServices } from './own-services.ts'
import { isAsWritten } from './said.ts'

export type EffectiveTree = {
  /** Undefined where all documents are empty. */
  readonly root: MapNode | undefined
  /** Values from elsewhere about how services run, which do not count. */
  readonly leftOut: readonly TreeNode[]
  /** Values that an environment variable went into, and those whose key calls them a secret. */
  readonly secrets: ReadonlySet<TreeNode>
  /** The text of the template, by the value that was made of it. */
  readonly templates: ReadonlyMap<TreeNode, string>
}

type Walk = {
  readonly variables: TemplateVariables
  readonly wasEnvironmentRead: () => boolean
  readonly secrets: Set<TreeNode>
  readonly templates: Map<TreeNode, string>
  readonly trees: ConfigTrees
  readonly report: Warnings['report']
}

/** Throws CONFIG_INVALID for a template that cannot be filled in. */
export function effectiveTree(
  trees: ConfigTrees,
  variables: Omit<TemplateVariables, 'root' | 'homes' | 'budget'>,
  { report }: Pick<Warnings, 'report'>,
): EffectiveTree {
  const { env, wasRead } = watched(variables.env)
  const walk: Walk = {
    variables: { ...variables, env, root: trees.merged, homes: trees.homes, budget: templateBudget() },
    wasEnvironmentRead: wasRead,
    secrets: new Set(),
    templates: new Map(),
    trees,
    report,
  }
  const allowed = withLocalDecisions(trees.merged, trees.local, 'config')
  const own = allowed?.kind === 'map' ? ownServices(allowed) : undefined
  const root = own && filled(own.root, [], walk)
  if (root) noteSecrets(root, '', walk)
  const { secrets, templates } = walk
  return { root: root?.kind === 'map' ? root : undefined, leftOut: own?.leftOut ?? [], secrets, templates }
}

/** What the table lets only local documents say is as these say it. */
function withLocalDecisions(
  merged: TreeNode | undefined,
  local: TreeNode | undefined,
  shape: ShapeName,
): TreeNode | undefined {
  if (merged?.kind !== 'map') return merged
  const entries = [...merged.entries].flatMap(([key, node]) => {
    const row = rowOf(shape, key)
    const own = local?.kind === 'map' ? local.entries.get(key) : undefined
    const isMap = typeof row?.holds === 'object' && 'map' in row.holds
    const decided = row?.fetched === 'never' ? own : isMap ? withLocalDecisions(node, own, shapeOfMap(row.holds)) : node
    return decided ? [[key, decided] as const] : []
  })
  return { ...merged, entries: new Map(entries) }
}

function shapeOfMap(holds: { readonly map: ShapeName } | { readonly list: ShapeName }): ShapeName {
  return 'map' in holds ? holds.map : holds.list
}

type Filler = (node: ScalarNode, variables: TemplateVariables) => ScalarNode

/** Where templates are filled in; `*` is any one key. Addresses of repos take neither variables nor parts from elsewhere. */
const FILLED: readonly { readonly path: readonly string[]; readonly fill: (node: TreeNode, walk: Walk) => TreeNode }[] =
  [
    ...[
      ['services', '*'],
      ['operator', 'services', '*'],
    ].map((path) => ({ path, fill: filledService })),
    { path: ['repos', 'services', '*'], fill: filledBy(expandTrusted) },
    ...[
      ['operator', 'secrets'],
      ['octoctl', 'secrets'],
    ].map((path) => ({ path, fill: filledBy(expandTrusted) })),
    ...[
      ['operator', 'notifications', '*'],
      ['octoctl', 'notifications', '*'],
    ].map((path) => ({ path, fill: filledNotifier })),
    ...[
      ['operator', 'repos', '*', 'url'],
      ['octoctl', 'repos', '*', 'url'],
      ['repos', '*', 'url'],
      ['repos', 'include', '*', 'url'],
    ].map((path) => ({ path, fill: filledBy(expandAddress) })),
  ]

function filled(node: TreeNode, path: readonly string[], walk: Walk): TreeNode {
  const place = FILLED.find((one) => one.path.length === path.length && fits(one.path, path))
  if (place) return isAsWritten(walk.trees, path.at(-1) ?? '') ? node : place.fill(node, walk)
  if (node.kind === 'scalar') return node
  return inside(node, (inner, key) => filled(inner, [...path, key], walk))
}

function fits(pattern: readonly string[], path: readonly string[]): boolean {
  return pattern.every((step, at) => step === '*' || step === path[at])
}

function filledBy(fill: Filler) {
  return (node: TreeNode, walk: Walk): TreeNode => filledWith(fill, node, walk)
}

function filledService(service: TreeNode, walk: Walk): TreeNode {
  if (service.kind === 'scalar') return filledWith(expand, service, walk)
  return inside(service, (node, key) => {
    if (key === 'octocompose') return filledService(node, walk)
    return filledWith(decidesWhatRuns(key) ? expandTrusted : expand, node, walk)
  })
}

/** Subject and body are filled in when there is something to tell. */
function filledNotifier(notifier: TreeNode, walk: Walk): TreeNode {
  if (notifier.kind !== 'map') return filledWith(expandOwn, notifier, walk)
  return inside(notifier, (node, key) =>
    key === 'subject' || key === 'body' ? node : filledWith(expandOwn, node, walk),
  )
}

function filledWith(fill: Filler, node: TreeNode, walk: Walk): TreeNode {
  if (node.kind !== 'scalar') return inside(node, (inner) => filledWith(fill, inner, walk))
  const found = attempt(walk, () => fill(node, walk.variables)) ?? node
  if (found === node) return node
  // What a template made is no text that somebody typed without quotes.
  const plain = found.plain && typeof found.value !== 'string'
  const made: ScalarNode = { ...found, origin: node.origin, plain }
  walk.templates.set(made, node.text)
  if (walk.wasEnvironmentRead()) walk.secrets.add(made)
  return made
}

function inside(node: Exclude<TreeNode, ScalarNode>, change: (inner: TreeNode, key: string) => TreeNode): TreeNode {
  if (node.kind === 'list') return { ...node, items: node.items.map((item, index) => change(item, String(index))) }
  return { ...node, entries: new Map([...node.entries].map(([key, inner]) => [key, change(inner, key)])) }
}

function noteSecrets(node: TreeNode, key: string, walk: Walk): void {
  if (node.kind === 'list') for (const item of node.items) noteSecrets(item, key, walk)
  else if (node.kind === 'map') for (const [name, inner] of node.entries) noteSecrets(inner, name, walk)
  else {
    const { template, variable } = node.made ?? {}
    if (isNamedAsSecret(key, node) || variable !== undefined) walk.secrets.add(node)
    if (template !== undefined) walk.templates.set(node, template)
  }
}

/** The environment, and whether any of it was looked at since this was last asked, by whatever way through templates. */
function watched(env: TemplateVariables['env']) {
  let isRead = false
  const look = <Value>(found: Value): Value => {
    isRead = true
    return found
  }
  return {
    env: new Proxy(env, {
      get: (target, name) => look(Reflect.get(target, name)),
      has: (target, name) => look(Reflect.has(target, name)),
      ownKeys: (target) => look(Reflect.ownKeys(target)),
      getOwnPropertyDescriptor: (target, name) => look(Reflect.getOwnPropertyDescriptor(target, name)),
    }),
    wasRead() {
      const was = isRead
      isRead = false
      return was
    },
  }
}
