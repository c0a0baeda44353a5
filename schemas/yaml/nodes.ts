// From the parser's tree to plain nodes, in one pass: aliases share their node instead of being copied, merge keys are
// read as YAML 1.1 says, repeated keys and tags that nobody reads are refused, and every node knows where it stands.
import type { Node, Pair } from 'yaml'
import { isAlias, isMap, isScalar, isSeq } from 'yaml'
import { coded } from '../errors.ts'
import { omitUndefined } from '../omit-undefined.ts'
import { quote } from '../quote.ts'
import { isTaggedText, problemOfAnchor, problemOfTag } from './properties.ts'
import { problemOfKey, problemOfScalar } from './scalars.ts'

type Sized = {
  /** Values that the node stands for, with all that its aliases repeat. */
  readonly size: number
  /** Levels of nesting below it. */
  readonly height: number
  /** Where it begins in the text. */
  readonly offset: number
}
type YamlEntry = { readonly keyOffset: number; readonly node: YamlNode }
type YamlMap = Sized & { readonly kind: 'map'; readonly entries: ReadonlyMap<string, YamlEntry> }
type YamlList = Sized & { readonly kind: 'list'; readonly items: readonly YamlNode[] }
type YamlScalar = Sized & {
  readonly kind: 'scalar'
  readonly value: string | number | boolean | null
  /** As it was typed: `1.10` and not `1.1`. */
  readonly text: string
  /** Written without quotes and not as a block, and no text by its tag. */
  readonly plain: boolean
  /** Written as a block, below `|` or `>`. */
  readonly block?: true
}
export type YamlNode = YamlMap | YamlList | YamlScalar

type YamlBounds = {
  readonly maxDepth: number
  readonly maxNodes: number
  readonly ambiguous: 'refused' | 'admitted'
}
type Building = {
  readonly name: string
  readonly limits: YamlBounds
  readonly lineAt: (offset: number) => number
  /** Where the text ends in the middle of a line; infinite when its last line has an end. */
  readonly cutAt: number
}

/** Throws YAML_INVALID or LIMIT_EXCEEDED. */
export function buildNodes(root: unknown, building: Building): YamlNode {
  const walk: Walk = { ...building, anchors: new Map(), seen: 0, merged: 0 }
  return build(root, 0, walk)
}

type Slot = { node?: YamlNode }
type Walk = Building & {
  /** The nearest earlier anchor of a name counts; one that is still being built would hold itself. */
  readonly anchors: Map<string, Slot>
  seen: number
  merged: number
}

const MERGE_KEY = '<<'

function build(node: unknown, depth: number, walk: Walk): YamlNode {
  if (++walk.seen > walk.limits.maxNodes) throw limitExceeded(walk.name, 'values', walk.limits.maxNodes)
  refuseProblem(problemOfAnchor(node), offsetOf(node), walk)
  if (isAlias(node)) return aliased(node.source, { offset: offsetOf(node), depth, walk })
  const anchor = (node as { anchor?: string } | null)?.anchor
  const slot: Slot = {}
  if (anchor !== undefined) walk.anchors.set(anchor, slot)
  slot.node = bounded(built(node, depth, walk), depth, walk)
  return slot.node
}

function built(node: unknown, depth: number, walk: Walk): YamlNode {
  const offset = offsetOf(node)
  if (depth > walk.limits.maxDepth) throw limitExceeded(walk.name, 'levels of nesting', walk.limits.maxDepth)
  refuseProblem(problemOfTag(node), offset, walk)
  if (isSeq(node)) {
    const items = node.items.map((item) => build(item, depth + 1, walk))
    return { kind: 'list', offset, items, ...sizeOf(items) }
  }
  if (isMap(node)) {
    const entries = entriesOf(node.items, depth, walk)
    return { kind: 'map', offset, entries, ...sizeOf([...entries.values()].map((entry) => entry.node)) }
  }
  if (!isScalar(node)) return { kind: 'scalar', offset, value: null, text: '', plain: true, size: 1, height: 0 }
  refuseProblem(problemOfScalar(node, walk.limits.ambiguous === 'admitted'), offset, walk)
  const { value, source, type } = node
  if (type?.startsWith('BLOCK') && (node.range?.[1] ?? 0) >= walk.cutAt && String(value).endsWith('\n'))
    throw yamlInvalid(walk.name, walk.lineAt(offset), 'ends in a block text whose last line has no end: end it')
  const text = source ?? String(value)
  const block = type?.startsWith('BLOCK') ? ({ block: true } as const) : {}
  return {
    kind: 'scalar',
    offset,
    value: plainValue(value),
    text,
    plain: type === 'PLAIN' && !isTaggedText(node),
    ...block,
    size: 1,
    height: 0,
  }
}

function aliased(name: string, { offset, depth, walk }: { offset: number; depth: number; walk: Walk }): YamlNode {
  const slot = walk.anchors.get(name)
  if (slot === undefined) throw yamlInvalid(walk.name, walk.lineAt(offset), `has the alias ${quote(name)} of nothing`)
  if (!slot.node) throw yamlInvalid(walk.name, walk.lineAt(offset), `has the alias ${quote(name)} inside itself`)
  return bounded(slot.node, depth, walk)
}

function bounded(node: YamlNode, depth: number, { name, limits }: Walk): YamlNode {
  if (node.size > limits.maxNodes) throw limitExceeded(name, 'values', limits.maxNodes)
  if (depth + node.height > limits.maxDepth) throw limitExceeded(name, 'levels of nesting', limits.maxDepth)
  return node
}

function sizeOf(nodes: readonly YamlNode[]): { readonly size: number; readonly height: number } {
  let [size, height] = [1, 0]
  for (const node of nodes) {
    size += node.size
    height = Math.max(height, node.height + 1)
  }
  return { size, height }
}

function entriesOf(pairs: readonly Pair[], depth: number, walk: Walk): Map<string, YamlEntry> {
  const own = new Map<string, YamlEntry>()
  let base: YamlNode | undefined
  for (const { key, value } of pairs) {
    const keyOffset = offsetOf(key)
    const text = keyText(key, keyOffset, walk)
    const isMerge = text === MERGE_KEY && isScalar(key) && key.type === 'PLAIN' && !isTaggedText(key)
    if (isMerge ? base !== undefined : own.has(text))
      throw yamlInvalid(walk.name, walk.lineAt(keyOffset), `repeats the key ${quote(text)}`)
    const node = build(value, depth + 1, walk)
    if (isMerge) base = node
    else own.set(text, { keyOffset, node })
  }
  return base === undefined ? own : merge(own, base, walk)
}

/** Own keys win, and of a list of maps the earlier one. */
function merge(own: ReadonlyMap<string, YamlEntry>, base: YamlNode, walk: Walk): Map<string, YamlEntry> {
  const merged = new Map(own)
  for (const map of base.kind === 'list' ? base.items : [base]) {
    if (map.kind !== 'map')
      throw yamlInvalid(walk.name, walk.lineAt(map.offset), 'merges with `<<` what is neither a map nor a list of maps')
    walk.merged += map.entries.size + 1
    if (walk.merged > walk.limits.maxNodes) throw limitExceeded(walk.name, 'merged values', walk.limits.maxNodes)
    for (const [key, entry] of map.entries) if (!merged.has(key)) merged.set(key, entry)
  }
  return merged
}

function keyText(key: unknown, offset: number, walk: Walk): string {
  const line = () => walk.lineAt(offset)
  if (isMap(key)) throw yamlInvalid(walk.name, line(), 'has a map as a key', IN_QUOTES)
  if (isAlias(key) || !isScalar(key)) throw yamlInvalid(walk.name, line(), 'has a key that is not plain text')
  refuseProblem(problemOfAnchor(key) ?? problemOfTag(key), offset, walk)
  const isAmbiguous = walk.limits.ambiguous === 'admitted'
  // A merge key is one for readers of 1.1 only, so where nothing may be ambiguous it is refused as any such scalar.
  refuseProblem(problemOfScalar(key, isAmbiguous) ?? problemOfKey(key, isAmbiguous), offset, walk)
  return String(key.value)
}

function refuseProblem(problem: string | undefined, offset: number, { name, lineAt }: Walk): void {
  if (problem !== undefined) throw yamlInvalid(name, lineAt(offset), problem)
}

function offsetOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0
}

function plainValue(value: unknown): YamlScalar['value'] {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  return value === null || value === undefined ? null : String(value)
}

/** YAML reads `{{.configs.port}}` as a map in a map. */
export const IN_QUOTES = 'a template needs quotes: `"{{.env.NAME}}"`'

type At = number | undefined | { readonly line: number; readonly column: number }

export function yamlInvalid(name: string, at: At, problem: string, hint?: string): Error {
  const { line, column } = typeof at === 'object' ? at : { line: at, column: undefined }
  return coded('YAML_INVALID', {
    place: `${quote(name)}${line === undefined ? '' : ` line ${line}`}`,
    message: problem,
    details: { source: name, line, ...omitUndefined({ column }) },
    hint,
  })
}

export function limitExceeded(name: string, what: string, limit: number): Error {
  return coded('LIMIT_EXCEEDED', {
    message: `${quote(name)} has more than ${limit} ${what}`,
    details: { source: name, what, limit },
  })
}
