// Config documents as trees whose every value knows where it was written, so that a value can be blamed on its file and
// line even after several documents were merged.
import { coded } from '../errors.ts'
import { quote } from '../quote.ts'
import type { YamlDocument } from '../yaml.ts'
import { parseYaml } from '../yaml.ts'

/** One document of a config: a local file or one fetched from elsewhere, which is trusted with less. */
export type ConfigSource = {
  /** Absolute path, or URL of a remote document. */
  readonly name: string
  readonly remote: boolean
}

export type Place = { readonly file: string; readonly line?: number }

type Origin = { readonly source: ConfigSource; readonly document: YamlDocument; readonly path: readonly string[] }

/** Aliases let a small text stand for many values. */
const MAX_VALUES = 100_000

export type MapNode = { readonly kind: 'map'; readonly origin: Origin; readonly entries: ReadonlyMap<string, TreeNode> }
export type ListNode = { readonly kind: 'list'; readonly origin: Origin; readonly items: readonly TreeNode[] }
export type ScalarNode = {
  readonly kind: 'scalar'
  readonly origin: Origin
  readonly value: string | number | boolean | null
}
export type TreeNode = MapNode | ListNode | ScalarNode

/** Reads one YAML or JSON document; throws YAML_INVALID or LIMIT_EXCEEDED. */
export function parseTree(text: string, source: ConfigSource): TreeNode {
  const document = parseYaml(text, source.name)
  const budget = { left: MAX_VALUES }
  return nodeOf(document.value, { source, document, path: [] }, budget)
}

/** Where a value was written. Looked up only when asked, because it takes a walk through the document. */
export function placeOf({ origin }: TreeNode): Place {
  const line = origin.document.lineOf(origin.path)
  return { file: origin.source.name, ...(line === undefined ? {} : { line }) }
}

/** The value as it was typed: `1.10` and not `1.1`. */
export function textOf(node: ScalarNode): string {
  if (typeof node.value === 'string') return node.value
  return node.origin.document.textOf(node.origin.path) ?? String(node.value)
}

export function isRemote(node: TreeNode): boolean {
  return node.origin.source.remote
}

/** Plain data again, for argument maps. */
export function dataOf(node: TreeNode): unknown {
  if (node.kind === 'scalar') return node.value
  if (node.kind === 'list') return node.items.map(dataOf)
  return Object.fromEntries([...node.entries].map(([key, value]) => [key, dataOf(value)]))
}

/** The value below a chain of keys; undefined where the chain ends early. */
export function childOf(node: TreeNode | undefined, ...keys: readonly string[]): TreeNode | undefined {
  let found = node
  for (const key of keys) found = found?.kind === 'map' ? found.entries.get(key) : undefined
  return found
}

type EmptyNode = ScalarNode & { readonly value: null }

/** Null stands for an empty value in YAML, so that `services:` without anything below it is nothing. */
export function isEmpty(node: TreeNode | undefined): node is undefined | EmptyNode {
  return node === undefined || (node.kind === 'scalar' && node.value === null)
}

function nodeOf(value: unknown, origin: Origin, budget: { left: number }): TreeNode {
  if (budget.left-- <= 0) throw tooManyValues(origin.source)
  const below = (step: string, inner: unknown) => nodeOf(inner, { ...origin, path: [...origin.path, step] }, budget)
  if (Array.isArray(value))
    return { kind: 'list', origin, items: value.map((item, index) => below(String(index), item)) }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, inner]) => [key, below(key, inner)] as const)
    return { kind: 'map', origin, entries: new Map(entries) }
  }
  return { kind: 'scalar', origin, value: scalarValue(value) }
}

function tooManyValues({ name }: ConfigSource): Error {
  return coded('LIMIT_EXCEEDED', {
    message: `${quote(name)} stands for more than ${MAX_VALUES} values`,
    details: { source: name, limit: MAX_VALUES },
  })
}

function scalarValue(value: unknown): ScalarNode['value'] {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  return value === null || value === undefined ? null : String(value)
}
