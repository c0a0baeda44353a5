// `globals`: values that several services share. A service takes a named set with `config: {globals: NAME}`, as octoctl has it;
// `operator.globals` of format v1 is for all services that do not say `noGlobals`. What the service says itself counts before.
import { nearestWord } from '../../schemas/nearest-word.ts'
import { quote } from '../../schemas/quote.ts'
import { fieldOf, namedEntries } from '../document/field-of.ts'
import { invalid, warningAt } from '../document/invalid.ts'
import { mergeTrees } from '../document/merge.ts'
import type { MapNode, TreeNode } from '../document/node.ts'
import { isEmpty, isRemote, isText, textOf } from '../document/node.ts'
import { readBoolean } from '../document/scalars.ts'
import type { ConfigTrees } from '../document/trees.ts'
import type { Warnings } from '../document/warnings.ts'
import { settingOf } from './said.ts'

type Path = readonly string[]

/** The merged tree with the values of services filled up from the sets. Throws CONFIG_INVALID for a set that is not there. */
export function withGlobals(trees: ConfigTrees, warnings: Warnings): ConfigTrees {
  const { merged } = trees
  if (merged?.kind !== 'map') return trees
  const homes = new Map<TreeNode, Path>()
  const filled = serviceNames(merged).reduce((root, name) => withValues(root, name, { trees, homes, warnings }), merged)
  return filled === merged ? trees : { ...trees, merged: filled, homes }
}

function serviceNames(root: TreeNode): readonly string[] {
  const early = fieldOf(fieldOf(root, 'config', 'operator'), 'operator', 'services')
  const names = [early, fieldOf(root, 'config', 'services')].flatMap((map) => namedEntries(map).map(([name]) => name))
  return [...new Set(names)]
}

type Filling = {
  readonly trees: ConfigTrees
  readonly homes: Map<TreeNode, Path>
  readonly warnings: Warnings
}

function withValues(root: MapNode, name: string, { trees, homes, warnings }: Filling): MapNode {
  const chosen = chosenSet(root, name, { trees, warnings })
  const off = settingOf(root, name, 'noGlobals')
  const isOff = readBoolean(off, 'noGlobals', false)
  // Local values count before fetched ones, whether a service or a set holds them.
  const values = [trees.local, trees.fetched].flatMap((tree) => {
    const isTheirs = tree === trees.fetched
    const setsOff = isOff && (isTheirs || (off !== undefined && !isRemote(off)))
    const sets = setsOff ? [] : [namedSet(tree, chosen, isTheirs), setOfAll(tree)]
    for (const set of sets) if (set && !isTheirs) noteHomes(set.node, set.path, homes)
    return [ownValues(tree, name), ...sets.map((set) => set?.node)].filter((node) => !isEmpty(node))
  })
  const sets = values.length > 1 || (values.length === 1 && isEmpty(ownValues(root, name)))
  const joined = values.reduce<TreeNode | undefined>(
    (high, low) => (high && low ? mergeTrees(high, low) : low),
    undefined,
  )
  return sets && joined ? replaced(root, name, joined) : root
}

/** Of `configs.NAME`, or of `service.NAME` in format v1. */
function ownValues(root: TreeNode | undefined, name: string): TreeNode | undefined {
  const key = keyOfValues(root, name)
  const map = fieldOf(root, 'config', key)
  return map?.kind === 'map' ? map.entries.get(name) : undefined
}

function keyOfValues(root: TreeNode | undefined, name: string): 'configs' | 'service' {
  const has = (key: 'configs' | 'service') => {
    const map = fieldOf(root, 'config', key)
    return map?.kind === 'map' && !isEmpty(map.entries.get(name))
  }
  return !has('configs') && has('service') ? 'service' : 'configs'
}

function replaced(root: MapNode, name: string, values: TreeNode): MapNode {
  const key = keyOfValues(root, name)
  const map = root.entries.get(key)
  const entries = new Map(map?.kind === 'map' ? map.entries : [])
  const origin = map?.origin ?? values.origin
  return {
    ...root,
    entries: new Map([...root.entries, [key, { kind: 'map', origin, entries: entries.set(name, values) }]]),
  }
}

type Chosen = { readonly name: string; readonly node: TreeNode }

function chosenSet(
  root: TreeNode,
  service: string,
  { trees, warnings }: Pick<Filling, 'trees' | 'warnings'>,
): Chosen | undefined {
  const node = settingOf(root, service, 'globals')
  if (!node) return undefined
  if (!isText(node))
    throw invalid(node, '`globals` of a service is the name of a set', { hint: 'write `config: {globals: NAME}`' })
  const chosen = { name: textOf(node), node }
  const sets = isRemote(node) ? trees.fetched : trees.merged
  if (isEmpty(fieldOf(trees.merged, 'config', 'globals'))) {
    // As with octoctl, a config without any set may still name one.
    warnings.add(() => warningAt(node, `names ${quote(chosen.name)} of \`globals\`, which the config does not have`))
    return undefined
  }
  if (!namedSet(sets, chosen, isRemote(node))) throw unknownSet(chosen, sets)
  return chosen
}

function unknownSet({ name, node }: Chosen, root: TreeNode | undefined): Error {
  const known = namedEntries(fieldOf(root, 'config', 'globals')).map(([key]) => key)
  const nearest = nearestWord(name, known)
  const meant = nearest === undefined ? '' : `, did you mean ${quote(nearest)}?`
  return invalid(node, `names ${quote(name)} of \`globals\`, which is no set of values there${meant}`, {
    hint: `write \`globals: {${name}: {…}}\`, or leave it out of the service`,
  })
}

type ValueSet = { readonly node: TreeNode; readonly path: Path }

/** A document from elsewhere chooses among sets from elsewhere only: by its choice local values would get another name. */
function namedSet(tree: TreeNode | undefined, chosen: Chosen | undefined, isTheirs: boolean): ValueSet | undefined {
  if (!chosen || (isRemote(chosen.node) && !isTheirs)) return undefined
  const sets = fieldOf(tree, 'config', 'globals')
  const node = sets?.kind === 'map' ? sets.entries.get(chosen.name) : undefined
  return node?.kind === 'map' ? { node, path: ['globals', chosen.name] } : undefined
}

function setOfAll(tree: TreeNode | undefined): ValueSet | undefined {
  const node = fieldOf(fieldOf(tree, 'config', 'operator'), 'operator', 'globals')
  return node?.kind === 'map' ? { node, path: ['operator', 'globals'] } : undefined
}

/** Where a value was written decides who may read it, whatever it is called now. */
function noteHomes(node: TreeNode, path: Path, homes: Map<TreeNode, Path>): void {
  homes.set(node, path)
  if (node.kind === 'list')
    for (const [index, item] of node.items.entries()) noteHomes(item, [...path, String(index)], homes)
  if (node.kind === 'map') for (const [key, inner] of node.entries) noteHomes(inner, [...path, key], homes)
}
