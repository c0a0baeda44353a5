// Reads JSON text without building anything, and refuses what two readers could take differently: repeated keys in any
// spelling, halves of surrogate pairs, numbers that do not survive, prototype keys, depth. Strict RFC 8259 otherwise.

export type JsonRules = {
  /** Lists and maps inside each other. */
  readonly maxDepth: number
  /** `exact`: a number that no double holds is refused. `rounded`: only one that is too large for any. */
  readonly numbers: 'exact' | 'rounded'
}

type JsonProblem = { readonly offset: number; readonly problem: string }

/** A good text, every key of which is written without an escape; the text itself where none was. */
type PlainJson = { readonly text: string }

/** The first problem of the text, or the text as it may be parsed. */
export function scanJson(text: string, rules: JsonRules): JsonProblem | PlainJson {
  try {
    const keys = scan(text, rules)
    return { text: keys.length === 0 ? text : withPlainKeys(text, keys) }
  } catch (error) {
    if (error instanceof Refusal) return { offset: error.offset, problem: error.message }
    throw error
  }
}

type PlainKey = { readonly start: number; readonly end: number; readonly plain: string }

function withPlainKeys(text: string, keys: readonly PlainKey[]): string {
  const pieces: string[] = []
  let from = 0
  for (const { start, end, plain } of keys) {
    pieces.push(text.slice(from, start), plain)
    from = end
  }
  return pieces.join('') + text.slice(from)
}

/** Keys that mean something else than a key to JavaScript: no map of ours has use for them. */
export const PROTOTYPE_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

class Refusal extends Error {
  readonly offset: number
  constructor(offset: number, problem: string) {
    super(problem)
    this.offset = offset
  }
}

const [TAB, LINE_FEED, RETURN, BLANK, QUOTE, COMMA, MINUS, ZERO, NINE, COLON] = [9, 10, 13, 32, 34, 44, 45, 48, 57, 58]
const [LIST, BACKSLASH, LIST_END, MAP, MAP_END] = [91, 92, 93, 123, 125]
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const WORD = /true|false|null/y

/** Looks at character codes: documents have megabytes, and a pattern for each token takes ten times as long. */
function scan(text: string, { maxDepth, numbers }: JsonRules): readonly PlainKey[] {
  /** One set of keys for each depth, used again by the next map of that depth. */
  const keysAt: Set<string>[] = []
  const plainKeys: PlainKey[] = []
  let at = 0

  if (text.startsWith('\ufeff')) throw new Refusal(0, 'it begins with a byte order mark')
  value(0)
  if (at < text.length) throw unexpected('the end')
  return plainKeys

  /** A value with the blanks around it. */
  function value(depth: number): void {
    const code = skipBlanks()
    if (code === MAP) map(depth + 1)
    else if (code === LIST) list(depth + 1)
    else if (code === QUOTE) string()
    else if (code === MINUS || (code >= ZERO && code <= NINE)) number()
    else if (match(WORD) === '') throw unexpected('a value')
    skipBlanks()
  }

  function map(depth: number): void {
    enter(depth)
    keysAt[depth] ??= new Set()
    const seen = keysAt[depth]
    seen.clear()
    if (skipBlanks() === MAP_END) return void at++
    do {
      if (skipBlanks() !== QUOTE) throw unexpected('a key in double quotes')
      const start = at
      const key = string()
      if (PROTOTYPE_KEYS.has(key)) throw new Refusal(start, `the key \`${key}\` is not allowed`)
      if (seen.has(key)) throw new Refusal(start, `it repeats the key ${shown(key)}`)
      seen.add(key)
      if (at - start !== key.length + 2) escaped(start, key)
      skipBlanks()
      if (!take(COLON)) throw unexpected('`:`')
      value(depth)
    } while (take(COMMA))
    if (!take(MAP_END)) throw unexpected('`,` or `}`')
  }

  /**
   * V8 14.6 takes some keys with an escape for an earlier key at the same place, so that no escape may reach it: a key that can
   * be written without is, and any other is refused.
   */
  function escaped(start: number, key: string): void {
    if (JSON.stringify(key) !== `"${key}"`)
      throw new Refusal(
        start,
        `the key ${shown(key)} holds what only an escape can write, which readers take differently`,
      )
    plainKeys.push({ start, end: at, plain: `"${key}"` })
  }

  function list(depth: number): void {
    enter(depth)
    if (skipBlanks() === LIST_END) return void at++
    do value(depth)
    while (take(COMMA))
    if (!take(LIST_END)) throw unexpected('`,` or `]`')
  }

  function enter(depth: number): void {
    if (depth > maxDepth) throw new Refusal(at, `it is nested deeper than ${maxDepth} levels`)
    at++
  }

  /** The string's value: spellings of one key are one key. */
  function string(): string {
    const start = at++
    let isEscaped = false
    for (let code = text.charCodeAt(at); code !== QUOTE; code = text.charCodeAt(++at)) {
      if (at >= text.length) throw new Refusal(start, 'a string in it does not end')
      if (code < BLANK) throw new Refusal(at, 'a string in it holds a control character')
      if (code !== BACKSLASH) continue
      isEscaped = true
      at++
    }
    at++
    return isEscaped ? unescaped(text.slice(start, at), start) : text.slice(start + 1, at - 1)
  }

  function number(): void {
    const start = at
    const written = match(NUMBER)
    if (written === '') throw unexpected('a number')
    if (!survives(written, numbers)) throw new Refusal(start, `the number ${shown(written)} cannot be kept as it is`)
  }

  /** The code of what comes next; NaN at the end. */
  function skipBlanks(): number {
    let code = text.charCodeAt(at)
    while (code === BLANK || code === LINE_FEED || code === RETURN || code === TAB) code = text.charCodeAt(++at)
    return code
  }

  function take(code: number): boolean {
    if (text.charCodeAt(at) !== code) return false
    at++
    return true
  }

  function match(pattern: RegExp): string {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0] ?? ''
    at += found.length
    return found
  }

  function unexpected(expected: string): Refusal {
    const found = text[at]
    return new Refusal(at, `expected ${expected}, found ${found === undefined ? 'its end' : shown(found)}`)
  }
}

function unescaped(raw: string, start: number): string {
  const value = parsed(raw, start)
  if (!value.isWellFormed()) throw new Refusal(start, 'a string in it holds half of a surrogate pair')
  if (value.includes('\0')) throw new Refusal(start, 'a string in it holds U+0000')
  return value
}

function parsed(raw: string, start: number): string {
  try {
    return JSON.parse(raw) as string
  } catch {
    throw new Refusal(start, 'a string in it holds an escape that JSON does not know')
  }
}

/** Readers of other languages keep whole numbers exactly: one that a double changes would be two numbers. */
function survives(written: string, numbers: JsonRules['numbers']): boolean {
  if (written.length < 16 && !/[eE]/.test(written)) return true
  const value = Number(written)
  if (!Number.isFinite(value)) return false
  if (numbers === 'rounded') return true
  if (value === 0) return /^-?[0.]*(?:[eE]|$)/.test(written)
  return /[.eE]/.test(written) || BigInt(value) === BigInt(written)
}

function shown(text: string): string {
  return `\`${text.slice(0, 60).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '?')}\``
}
