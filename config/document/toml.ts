// TOML documents as trees: tables become maps, moments become texts, every value with the line of its key. The library says
// no places of values, so the lines of keys and tables are looked for here; what stands inside a value has the line of that.
import { parse, TomlDate, TomlError } from 'smol-toml'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { requireWellFormed } from '../../schemas/text.ts'
import { AUTHORED_YAML } from '../../schemas/yaml.ts'
import type { ConfigSource, TreeNode } from './node.ts'

const { maxBytes, maxDepth, maxNodes, maxKeys } = AUTHORED_YAML

/** Throws TOML_INVALID, TEXT_INVALID or LIMIT_EXCEEDED. */
export function parseTomlTree(text: string, source: ConfigSource): TreeNode {
  if (Buffer.byteLength(text) > maxBytes) throw tooMuch(source, 'bytes', maxBytes)
  requireWellFormed(text, source.name)
  const walk: Walk = { source, lines: linesOfKeys(text), nodes: 0, keys: 0 }
  return nodeOf(parsed(text, source), { path: [], line: 1 }, walk)
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

type Walk = { readonly source: ConfigSource; readonly lines: ReadonlyMap<string, number>; nodes: number; keys: number }
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
  return { kind: 'scalar', origin, value: plainValue, text: String(plainValue), plain: false }
}

function below(value: unknown, key: string, { path, line }: At, walk: Walk): TreeNode {
  const inner = [...path, key]
  return nodeOf(value, { path: inner, line: walk.lines.get(JSON.stringify(inner)) ?? line }, walk)
}

function textOf(value: unknown): string {
  const text = value instanceof TomlDate ? value.toISOString() : String(value)
  // Moments of a whole second are written as such.
  return value instanceof TomlDate ? text.replace(/\.000(?=$|Z|[+-])/, '') : text
}

/** The offsets of these nodes are lines already. */
const LINES = { lineAt: (offset: number) => offset }

const NAME = String.raw`(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')`
const NAMES = String.raw`[ \t]*(${NAME}(?:[ \t]*\.[ \t]*${NAME})*)[ \t]*`
const TABLE = new RegExp(String.raw`^[ \t]*(\[\[?)${NAMES}\]`)
const PAIR = new RegExp(`^${NAMES}=[ \t]*("""|''')?`)

/** By the path of each key or table. Texts of several lines are passed over. */
function linesOfKeys(text: string): Map<string, number> {
  const lines = new Map<string, number>()
  const counts = new Map<string, number>()
  const note = (path: readonly string[], line: number) => {
    const key = JSON.stringify(path)
    if (!lines.has(key)) lines.set(key, line)
  }
  let table: readonly string[] = []
  let closing: string | undefined
  for (const [index, line] of text.split('\n').entries()) {
    if (closing !== undefined) {
      if (line.includes(closing)) closing = undefined
      continue
    }
    const [, brackets, tableNames] = TABLE.exec(line) ?? []
    const [matched = '', names, quotes] = tableNames === undefined ? (PAIR.exec(line) ?? []) : []
    if (tableNames !== undefined) {
      table = pathOf(namesIn(tableNames), brackets === '[[', counts)
      note(table, index + 1)
    }
    if (names !== undefined) note([...table, ...namesIn(names)], index + 1)
    if (quotes !== undefined && !line.includes(quotes, matched.length)) closing = quotes
  }
  return lines
}

/** The last item of each array of tables is the one that is meant. */
function pathOf(names: readonly string[], isArray: boolean, counts: Map<string, number>): readonly string[] {
  let path: readonly string[] = []
  for (const [index, name] of names.entries()) {
    path = [...path, name]
    const key = JSON.stringify(path)
    const isLast = index === names.length - 1
    if (isLast && isArray) counts.set(key, (counts.get(key) ?? -1) + 1)
    const count = counts.get(key)
    if (count !== undefined) path = [...path, String(count)]
  }
  return path
}

function namesIn(text: string): readonly string[] {
  return [...text.matchAll(new RegExp(NAME, 'g'))].map(([name]) => {
    if (name.startsWith("'")) return name.slice(1, -1)
    return name.startsWith('"') ? unquoted(name) : name
  })
}

function unquoted(name: string): string {
  return name.slice(1, -1).replace(/\\(["\\])/g, '$1')
}

function invalid({ name }: ConfigSource, line: number, problem: string): Error {
  return coded('TOML_INVALID', {
    message: `${quote(name)} line ${line}: ${problem}`,
    details: { source: name, line },
  })
}

function tooMuch({ name }: ConfigSource, what: string, limit: number): Error {
  return coded('LIMIT_EXCEEDED', {
    message: `${quote(name)} has more than ${limit} ${what}`,
    details: { source: name, what, limit },
  })
}
