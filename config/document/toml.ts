// TOML documents as trees: tables become maps, moments become texts, every value with the line of its key or item.
import { parse, TomlDate, TomlError } from 'smol-toml'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { requireWellFormed } from '../../schemas/text.ts'
import { AUTHORED_YAML } from '../../schemas/yaml/parse.ts'
import type { ConfigSource, TreeNode } from './node.ts'
import type { TomlPlaces } from './toml-places.ts'
import { tomlPlaces } from './toml-places.ts'

const { maxBytes, maxDepth, maxNodes, maxKeys } = AUTHORED_YAML

/** Throws TOML_INVALID, TEXT_INVALID or LIMIT_EXCEEDED. */
export function parseTomlTree(text: string, source: ConfigSource): TreeNode {
  if (Buffer.byteLength(text) > maxBytes) throw tooMuch(source, 'bytes', maxBytes)
  requireWellFormed(text, source.name)
  const value = parsed(text, source)
  const walk: Walk = { source, places: tomlPlaces(text, maxDepth), nodes: 0, keys: 0 }
  return nodeOf(value, { path: [], line: 1 }, walk)
}

function parsed(text: string, source: ConfigSource): unknown {
  try {
    return parse(text, { maxDepth })
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const problem = error.message.split('\n', 1)[0]?.replace('Invalid TOML document: ', '')
    throw invalid(source, error.line, `column ${error.column}: ${problem}`)
  }
}

type Walk = { readonly source: ConfigSource; readonly places: TomlPlaces; nodes: number; keys: number }
type At = { readonly path: readonly string[]; readonly line: number }

function nodeOf(value: unknown, at: At, walk: Walk): TreeNode {
  if (++walk.nodes > maxNodes) throw tooMuch(walk.source, 'values', maxNodes)
  if (at.path.length > maxDepth) throw tooMuch(walk.source, 'levels of nesting', maxDepth)
  const origin = { source: walk.source, document: LINES, offset: at.line }
  if (Array.isArray(value))
    return { kind: 'list', origin, items: value.map((item, index) => below(item, String(index), at, walk)) }
  if (typeof value === 'object' && value !== null && !(value instanceof TomlDate)) {
    const pairs = Object.entries(value)
    walk.keys += pairs.length
    if (walk.keys > maxKeys) throw tooMuch(walk.source, 'keys', maxKeys)
    const entries = pairs.map(([key, inner]) => {
      if (key === '__proto__') throw invalid(walk.source, at.line, 'has the key `__proto__`, which is not allowed')
      return [key, below(inner, key, at, walk)] as const
    })
    return { kind: 'map', origin, entries: new Map(entries) }
  }
  if (typeof value === 'number' && !Number.isFinite(value))
    throw invalid(walk.source, at.line, `has the number ${quote(value)}, which cannot be kept as it is`)
  const plainValue = typeof value === 'number' || typeof value === 'boolean' ? value : textOf(value)
  const typed = typeof value === 'number' ? walk.places.fractionOf(at.path) : undefined
  return { kind: 'scalar', origin, value: plainValue, text: typed ?? String(plainValue), plain: false }
}

function below(value: unknown, key: string, { path, line }: At, walk: Walk): TreeNode {
  const inner = [...path, key]
  return nodeOf(value, { path: inner, line: walk.places.lineOf(inner) ?? line }, walk)
}

function textOf(value: unknown): string {
  const text = value instanceof TomlDate ? value.toISOString() : String(value)
  // Moments of a whole second are written as such.
  return value instanceof TomlDate ? text.replace(/\.000(?=$|Z|[+-])/, '') : text
}

/** The offsets of these nodes are lines already. */
const LINES = { lineAt: (offset: number) => offset }

function invalid({ name }: ConfigSource, line: number, problem: string): Error {
  return coded('TOML_INVALID', {
    place: `${quote(name)} line ${line}`,
    message: problem,
    details: { source: name, line },
  })
}

function tooMuch({ name }: ConfigSource, what: string, limit: number): Error {
  return coded('LIMIT_EXCEEDED', {
    message: `${quote(name)} has more than ${limit} ${what}`,
    details: { source: name, what, limit },
  })
}
