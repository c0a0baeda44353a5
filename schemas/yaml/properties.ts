// Tags and anchors, which YAML calls the properties of a node: those that readers take differently, or drop, are refused.
import { isAlias, isMap, isScalar, isSeq } from 'yaml'
import { quote } from '../quote.ts'

const TEXT_TAG = 'tag:yaml.org,2002:str'
const CORE_TAGS = new Map(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => [`tag:yaml.org,2002:${name}`, name]),
)

/** What is wrong with the node's anchor, or the name of an alias: readers of YAML 1.1 end it before any other character. */
export function problemOfAnchor(node: unknown): string | undefined {
  const name = isAlias(node) ? node.source : (node as { anchor?: string } | null)?.anchor
  if (name === undefined || /^[A-Za-z0-9_-]+$/.test(name)) return undefined
  return `has the anchor ${quote(name)}, expected letters, digits, \`-\` and \`_\``
}

/** A tag that is not understood would be dropped, and its value read as something else. */
export function problemOfTag(node: unknown): string | undefined {
  const tag = (node as { tag?: unknown } | null)?.tag
  if (typeof tag !== 'string') return undefined
  const core = CORE_TAGS.get(tag)
  if (core === undefined) return `has the tag ${quote(tag)}, which is not read`
  return fitsTag(node, core) ? undefined : `has a value that is no ${core} under the tag \`!!${core}\``
}

/** `!!str 0777` is text to every reader, and `!!str <<` is a key as any other. */
export function isTaggedText(node: unknown): boolean {
  return (node as { tag?: unknown } | null)?.tag === TEXT_TAG
}

function fitsTag(node: unknown, core: string): boolean {
  if (isMap(node) || isSeq(node)) return core === (isMap(node) ? 'map' : 'seq')
  const value = isScalar(node) ? node.value : null
  if (core === 'null') return value === null
  return typeof value === (core === 'str' ? 'string' : core === 'bool' ? 'boolean' : 'number')
}
