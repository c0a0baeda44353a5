// Hostile YAML made safe: bounded bytes, depth, nodes and aliases, keys that are text and stand once, well-formed texts, line
// numbers kept.
// The duplicate check of `yaml` is quadratic (1 MiB of keys blocks for minutes), so it is switched off.
import type { CST, Document, ParsedNode, YAMLError } from 'yaml'
import { Composer, LineCounter, Parser } from 'yaml'
import { coded } from '../errors.ts'
import { printable, quote } from '../quote.ts'
import { looksLikeWebPage, placeIn, requireWellFormed, WEB_PAGE } from '../text.ts'
import type { YamlNode } from './nodes.ts'
import { buildNodes, IN_QUOTES, limitExceeded, yamlInvalid } from './nodes.ts'
import { openingOf } from './opening.ts'
import { syntaxProblem } from './syntax.ts'
import { tokensOf } from './tokens.ts'

type YamlLimits = {
  /** UTF-8 bytes of the text. */
  readonly maxBytes: number
  readonly maxDepth: number
  readonly maxNodes: number
  /** Keys of all maps together: each costs as much as a value. */
  readonly maxKeys: number
  /** Whether a plain scalar may be one value here and another one for other readers. */
  readonly ambiguous: 'refused' | 'admitted'
}

/**
 * Configs that people write: parts of them are other programs' own, such as the octal modes of Compose. What octo reads of them is
 * refused by requireOneReading where it decides.
 */
export const AUTHORED_YAML: YamlLimits = {
  maxBytes: 256 * 1024,
  maxDepth: 32,
  maxNodes: 20_000,
  maxKeys: 10_000,
  ambiguous: 'admitted',
}
/** Manifests: all of it is ours, and becomes what is signed. */
export const MANIFEST_YAML: YamlLimits = { ...AUTHORED_YAML, ambiguous: 'refused' }
/** Repo files that programs write and others serve. */
export const SERVED_YAML: YamlLimits = {
  maxBytes: 8 * 1024 * 1024,
  maxDepth: 32,
  maxNodes: 100_000,
  maxKeys: 100_000,
  ambiguous: 'admitted',
}

export type YamlDocument = {
  readonly root: YamlNode
  /** Plain data; objects have no prototype tricks: `__proto__` is refused as a key. */
  readonly value: unknown
  /** 1-based line of a path, or of its nearest existing parent. */
  readonly lineOf: (path: readonly PropertyKey[]) => number | undefined
  readonly lineAt: (offset: number) => number
  /** 1-based, in UTF-16 units. */
  readonly columnAt: (offset: number) => number
}

const MAX_LINE_NESTING = 64
/** Of what the library says. */
const MAX_PROBLEM = 300
const BYTE_ORDER_MARK = '\ufeff'

/** Parses one YAML 1.2 document with merge keys; throws YAML_INVALID, TEXT_INVALID or LIMIT_EXCEEDED naming the source and line. */
export function parseYaml(text: string, name: string, limits: YamlLimits = AUTHORED_YAML): YamlDocument {
  refuseSize(text, name, limits)
  requireWellFormed(text, name)
  refuseUnreadable(text, name)
  refuseNesting(text, name)
  const tokens = tokensOf(text, name, limits)
  const lines = new LineCounter()
  const [document, second] = composed(tokens, lines, text.length)
  const lineAt = (offset: number) => lines.linePos(offset).line
  const [error] = document.errors
  if (error) throw syntaxError(text, error, { name, lines, tokens })
  if (second) throw yamlInvalid(name, lineAt(second.range[0]), 'holds a second document after `---`, expected one')
  const directive = document.warnings.find(({ code }) => code === 'BAD_DIRECTIVE')
  if (directive) throw syntaxError(text, directive, { name, lines, tokens })
  const { explicit, version } = document.directives.yaml
  if (explicit && version !== '1.2') throw yamlInvalid(name, 1, `says \`%YAML ${version}\`, expected 1.2 or nothing`)
  const root = buildNodes(document.contents, {
    name,
    limits,
    lineAt,
    cutAt: /[\r\n]$/.test(text) ? Number.POSITIVE_INFINITY : text.length,
  })
  return {
    root,
    get value() {
      return dataOf(root)
    },
    lineOf: (path) => lineAt(offsetOf(root, path)),
    lineAt,
    columnAt: (offset) => lines.linePos(offset).col,
  }
}

/** The first document and, if there is one, the second. What comes behind them is not looked at. */
function composed(tokens: readonly string[], lines: LineCounter, end: number) {
  const composer = new Composer<ParsedNode>({
    lineCounter: lines,
    uniqueKeys: false,
    strict: true,
    version: '1.2',
    merge: false,
    // Quotes the line around every single error: a long line with many of them costs minutes.
    prettyErrors: false,
  })
  const documents = composer.compose(treesOf(tokens, lines), true, end)
  return withoutEnvironment(() => [...documents.take(2)]) as [Document.Parsed, Document.Parsed?]
}

/**
 * `yaml` asks the environment at each token whether to print it. Node hands the question on to the system, which costs more than
 * the token does; and a config is not to be printed. The work is synchronous, so nobody else sees the environment empty.
 */
function withoutEnvironment<Value>(work: () => Value): Value {
  const { env } = process
  Object.assign(process, { env: {} })
  try {
    return work()
  } finally {
    Object.assign(process, { env })
  }
}

function* treesOf(tokens: readonly string[], lines: LineCounter): Generator<CST.Token> {
  lines.addNewLine(0)
  const parser = new Parser(lines.addNewLine)
  for (const token of tokens) {
    yield* parser.next(token)
    // Behind a byte order mark the line still begins: the library forgets that, and reads `- - ` there as two items of one list.
    if (token === BYTE_ORDER_MARK) Object.assign(parser, { atNewLine: true })
  }
  yield* parser.end()
}

type Noticed = { readonly name: string; readonly lines: LineCounter; readonly tokens: readonly string[] }

/** A template without quotes is the likeliest reason where a line begins a value with one. */
function syntaxError(text: string, error: YAMLError, { name, lines, tokens }: Noticed): Error {
  const { line, col: column } = lines.linePos(openingOf(error, tokens) ?? error.pos[0])
  const isTemplate = /[:[{,-]\s*\{\{/.test((text.split('\n', line)[line - 1] ?? '').slice(0, 1000))
  const { problem, hint } = syntaxProblem(error)
  // It may hold all of a name.
  return yamlInvalid(name, { line, column }, printable(problem, MAX_PROBLEM), isTemplate ? IN_QUOTES : hint)
}

/** The line of a key for what stands below one. */
function offsetOf(root: YamlNode, path: readonly PropertyKey[]): number {
  let node = root
  let { offset } = root
  for (const step of path) {
    const entry = node.kind === 'map' ? node.entries.get(String(step)) : undefined
    const next = node.kind === 'list' ? node.items[Number(step)] : entry?.node
    if (!next) break
    node = next
    offset = entry?.keyOffset ?? next.offset
  }
  return offset
}

function dataOf(node: YamlNode): unknown {
  if (node.kind === 'scalar') return node.value
  if (node.kind === 'list') return node.items.map(dataOf)
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, dataOf(entry.node)]))
}

function refuseSize(text: string, name: string, limits: YamlLimits): void {
  if (Buffer.byteLength(text) > limits.maxBytes) throw limitExceeded(name, 'bytes', limits.maxBytes)
}

/** Characters that YAML calls unprintable, and those at which only some readers end a line, or a comment. */
const UNREADABLE = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]|\r(?!\n)|(?<!^)\ufeff/

function refuseUnreadable(text: string, name: string): void {
  if (looksLikeWebPage(text))
    throw coded('YAML_INVALID', {
      message: `${quote(name)} ${WEB_PAGE.message}, expected YAML`,
      details: { source: name },
      hint: WEB_PAGE.hint,
    })
  const found = UNREADABLE.exec(text)
  if (!found) return
  const character = `U+${found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
  const { line } = placeIn(text, found.index)
  throw yamlInvalid(name, line, `has the character ${character}, which YAML does not allow as it is`)
}

/** The parser recurses on `- - - -` and `[[[[`: one line of them costs seconds, so it never reaches the parser. */
function refuseNesting(text: string, name: string): void {
  let open = 0
  let dashes = 0
  for (let index = 0; index < text.length; index++) {
    const char = text[index]
    if (char === '[' || char === '{') open++
    else if (char === ']' || char === '}') open = Math.max(0, open - 1)
    else if ((char === '-' || char === '?' || char === ':') && text[index + 1] === ' ') dashes++
    else if (char !== ' ') dashes = 0
    if (open > 512 || dashes > MAX_LINE_NESTING)
      throw limitExceeded(name, 'levels of nesting in one line', MAX_LINE_NESTING)
  }
}
