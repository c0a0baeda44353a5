// Config documents as trees whose every value knows where it was written and whether that was here or elsewhere, so that
// a value can be blamed on its file and line, and trusted no more than its document, after several were merged.
import type { DocumentKey } from '../../schemas/document-key.ts'
import type { YamlNode } from '../../schemas/yaml/nodes.ts'
import type { YamlDocument } from '../../schemas/yaml/parse.ts'
import { parseYaml } from '../../schemas/yaml/parse.ts'
import { numberInConfigs } from '../../schemas/yaml/scalars.ts'

/** One document of a config: a local file or one fetched from elsewhere, which is trusted with less. */
export type ConfigSource = {
  /** Absolute path, or URL of a remote document. */
  readonly name: string
  readonly remote: boolean
  /** JSON, whose readers agree on every plain value. */
  readonly json?: true
  /** Local values that the templates of a remote document may read, by their paths; all values for templates where absent. */
  readonly offers?: readonly string[]
  /** A local document said that the images and files it names may be used without proof. */
  readonly unsigned?: true
  /** A local document said so of what one of the signers signs, and one did. */
  readonly signed?: true
  /** Who had to sign it, and has to sign what it leads to; one of them did. */
  readonly signers?: readonly DocumentKey[]
  /** The place in a local document that led here. */
  readonly includedAt?: Place
}

export type Place = { readonly file: string; readonly line?: number; readonly column?: number }

type Origin = {
  readonly source: ConfigSource
  readonly document: Pick<YamlDocument, 'lineAt'> & Partial<Pick<YamlDocument, 'columnAt'>>
  readonly offset: number
}

export type MapNode = { readonly kind: 'map'; readonly origin: Origin; readonly entries: ReadonlyMap<string, TreeNode> }
export type ListNode = { readonly kind: 'list'; readonly origin: Origin; readonly items: readonly TreeNode[] }
export type ScalarNode = {
  readonly kind: 'scalar'
  readonly origin: Origin
  readonly value: string | number | boolean | null
  /** As it was typed: `1.10` and not `1.1`. */
  readonly text: string
  /** Written without quotes in YAML. */
  readonly plain: boolean
  /** Written as a block, below `|` or `>`, so that it may hold lines. */
  readonly block?: true
  /** The text of its document was a template, so that nothing is left to be filled in. */
  readonly made?: MadeOf
}

export type MadeOf = {
  /** The text of the template where values went into it. */
  readonly template?: string
  /** An environment variable that went into it, or decided what the document holds. */
  readonly variable?: string
}
export type TreeNode = MapNode | ListNode | ScalarNode

/** Reads one YAML or JSON document; throws YAML_INVALID or LIMIT_EXCEEDED. */
export function parseTree(text: string, source: ConfigSource): TreeNode {
  const document = parseYaml(text, source.name)
  return treeFrom(document.root, { source, document, offset: document.root.offset })
}

/** Where a value was written: the line of its key, or its own in a list. */
export function placeOf({ origin }: TreeNode): Place {
  return { file: origin.source.name, line: origin.document.lineAt(origin.offset) }
}

/** The same with its column, for those who go there. */
export function exactPlaceOf(node: TreeNode): Place {
  const { document, offset } = node.origin
  return { ...placeOf(node), ...(document.columnAt ? { column: document.columnAt(offset) } : {}) }
}

export function textOf({ value, text }: ScalarNode): string {
  return typeof value === 'string' ? value : text
}

/** Something else than what its author wrote goes into it, or went. */
export function holdsTemplate({ value, made }: ScalarNode): boolean {
  if (typeof value === 'string' && value.includes('{{')) return true
  return made?.template !== undefined || made?.variable !== undefined
}

export function isRemote(node: TreeNode): boolean {
  return node.origin.source.remote
}

/** From a document of the web that no local one trusts. */
export function isFromElsewhere({ origin: { source } }: TreeNode): boolean {
  return source.remote && source.unsigned !== true && source.signed !== true
}

/** Plain data again, for argument maps. */
export function dataOf(node: TreeNode): unknown {
  if (node.kind === 'scalar') return node.value
  if (node.kind === 'list') return node.items.map(dataOf)
  return Object.fromEntries([...node.entries].map(([key, value]) => [key, dataOf(value)]))
}

export function isText(node: TreeNode | undefined): node is ScalarNode & { readonly value: string } {
  return node?.kind === 'scalar' && typeof node.value === 'string'
}

type EmptyNode = ScalarNode & { readonly value: null }

/** Null stands for an empty value in YAML, so that `services:` without anything below it is nothing. */
export function isEmpty(node: TreeNode | undefined): node is undefined | EmptyNode {
  return node === undefined || (node.kind === 'scalar' && node.value === null)
}

/** What an alias repeats is written where its anchor is, and named where the alias stands. */
export function treeFrom(node: YamlNode, origin: Origin): TreeNode {
  if (node.kind === 'scalar') {
    const { text, block } = node
    const plain = node.plain && !origin.source.json
    return {
      kind: 'scalar',
      origin,
      value: (plain ? numberInConfigs(text) : undefined) ?? node.value,
      text,
      plain,
      ...(block ? { block } : {}),
    }
  }
  if (node.kind === 'list')
    return { kind: 'list', origin, items: node.items.map((item) => treeFrom(item, at(origin, item.offset))) }
  const entries = new Map<string, TreeNode>()
  for (const [key, entry] of node.entries) entries.set(key, treeFrom(entry.node, at(origin, entry.keyOffset)))
  return { kind: 'map', origin, entries }
}

function at({ source, document }: Origin, offset: number): Origin {
  return { source, document, offset }
}
