// Hostile YAML made safe: bounded bytes, depth, nodes and aliases, duplicate keys refused in linear time, line numbers kept.
// Answers facts on `yaml`: its own duplicate check is quadratic (1 MiB of keys blocks for minutes), so it is switched off.
import type { Document, Node, Scalar } from 'yaml'
import { isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, parseDocument } from 'yaml'
import { coded } from './errors.ts'
import { quote } from './quote.ts'

export type YamlLimits = {
  /** UTF-8 bytes of the text. */
  readonly maxBytes: number
  readonly maxDepth: number
  readonly maxNodes: number
}

/** Configs and manifests that people write. */
export const AUTHORED_YAML: YamlLimits = { maxBytes: 256 * 1024, maxDepth: 32, maxNodes: 20_000 }
/** Repo files that programs write and others serve. */
export const SERVED_YAML: YamlLimits = { maxBytes: 8 * 1024 * 1024, maxDepth: 32, maxNodes: 100_000 }

export type YamlDocument = {
  /** Plain data; objects have no prototype tricks: `__proto__` is refused as a key. */
  readonly value: unknown
  /** 1-based line of a path, or of its nearest existing parent. */
  readonly lineOf: (path: readonly PropertyKey[]) => number | undefined
  /** What was written for the plain value at a path, so that `1.10` can stay `1.10`; undefined for lists and maps. */
  readonly textOf: (path: readonly PropertyKey[]) => string | undefined
}

const MAX_LINE_NESTING = 64
/** What a value with its key, blanks, comment and line end is made of. */
const TOKENS_OF_A_VALUE = 10

/** Parses one YAML 1.2 document; throws YAML_INVALID or LIMIT_EXCEEDED naming the source and line. */
export function parseYaml(text: string, name: string, limits: YamlLimits = AUTHORED_YAML): YamlDocument {
  refuseSize(text, name, limits)
  refuseNesting(text, name)
  refuseTokens(text, name, limits)
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: false,
    strict: true,
    version: '1.2',
    merge: false,
    // Quotes the line around every single error: a long line with many of them costs minutes.
    prettyErrors: false,
  })
  const lineAt = (offset: number | undefined) => (offset === undefined ? undefined : lines.linePos(offset).line)
  const [error] = document.errors
  if (error) throw yamlInvalid(name, lineAt(error.pos[0]), error.message.split('\n', 1)[0] ?? 'does not parse')
  inspect(document.contents, { name, limits, lineAt })
  const value = toData(() => document.toJS({ maxAliasCount: 100 }), name)
  return {
    value,
    lineOf: (path) => lineAt(offsetOf(document.contents, path)),
    textOf: (path) => scalarText(document, path),
  }
}

type Inspection = {
  readonly name: string
  readonly limits: YamlLimits
  readonly lineAt: (offset: number | undefined) => number | undefined
}

/** Walks without recursion, so that depth is a number we check and not a stack we overflow. */
function inspect(root: unknown, { name, limits, lineAt }: Inspection): void {
  const queue: { node: unknown; depth: number }[] = [{ node: root, depth: 0 }]
  let seen = 0
  for (let next = queue.pop(); next; next = queue.pop()) {
    const { node, depth } = next
    if (++seen > limits.maxNodes) throw limitExceeded(name, 'values', limits.maxNodes)
    if (depth > limits.maxDepth) throw limitExceeded(name, 'levels of nesting', limits.maxDepth)
    if (isSeq(node)) for (const item of node.items) queue.push({ node: item, depth: depth + 1 })
    if (!isMap(node)) continue
    const keys = new Set<string>()
    for (const pair of node.items) {
      const line = lineAt((pair.key as Node | null)?.range?.[0])
      const key = keyText(pair.key, name, line)
      if (keys.has(key)) throw yamlInvalid(name, line, `repeats the key ${quote(key)}`)
      keys.add(key)
      queue.push({ node: pair.value, depth: depth + 1 })
    }
  }
}

function keyText(key: unknown, name: string, line: number | undefined): string {
  if (isAlias(key) || !isScalar(key)) throw yamlInvalid(name, line, 'has a key that is not plain text')
  const text = typeof key.value === 'string' ? key.value : String(key.source ?? key.value)
  if (text === '__proto__') throw yamlInvalid(name, line, 'has the key `__proto__`, which is not allowed')
  return text
}

function offsetOf(root: unknown, path: readonly PropertyKey[]): number | undefined {
  let node = root
  let offset = (root as Node | null)?.range?.[0]
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step))
      if (!pair) break
      offset = (pair.key as Node).range?.[0] ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[Number(step)]
      offset = (node as Node | undefined)?.range?.[0] ?? offset
    } else break
  }
  return offset
}

function scalarText(document: Document, path: readonly PropertyKey[]): string | undefined {
  const resolved = (node: unknown) => (isAlias(node) ? node.resolve(document) : node)
  let node = resolved(document.contents)
  for (const step of path) {
    if (isMap(node)) node = resolved(node.items.find((item) => isScalar(item.key) && keyName(item.key) === step)?.value)
    else node = isSeq(node) ? resolved(node.items[Number(step)]) : undefined
  }
  return isScalar(node) ? (node.source ?? String(node.value)) : undefined
}

function keyName(key: Scalar): string {
  return String(key.value)
}

function toData(read: () => unknown, name: string): unknown {
  try {
    return read()
  } catch (error) {
    throw coded('LIMIT_EXCEEDED', { message: `${quote(name)} uses too many aliases`, cause: error })
  }
}

function refuseSize(text: string, name: string, limits: YamlLimits): void {
  if (Buffer.byteLength(text) > limits.maxBytes) throw limitExceeded(name, 'bytes', limits.maxBytes)
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

/** Parsing costs microseconds and a kilobyte of memory for each token, so they are counted before anything is built of them. */
function refuseTokens(text: string, name: string, { maxNodes }: YamlLimits): void {
  let tokens = 0
  for (const _token of new Lexer().lex(text))
    if (++tokens > maxNodes * TOKENS_OF_A_VALUE) throw limitExceeded(name, 'values', maxNodes)
}

function yamlInvalid(name: string, line: number | undefined, problem: string): Error {
  return coded('YAML_INVALID', {
    message: `${quote(name)}${line === undefined ? '' : ` line ${line}`}: ${problem}`,
    details: { source: name, line },
  })
}

function limitExceeded(name: string, what: string, limit: number): Error {
  return coded('LIMIT_EXCEEDED', {
    message: `${quote(name)} has more than ${limit} ${what}`,
    details: { source: name, what, limit },
  })
}
