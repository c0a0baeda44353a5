// Cuts a template into texts and the words of its actions, as Go's text/template does: trim markers, comments, literals.
import { quote } from '../../schemas/quote.ts'
import type { Fail } from './syntax.ts'
import { positionAt } from './syntax.ts'

export type TokenKind =
  | ('text' | 'open' | 'close' | 'space' | 'end of text')
  | ('string' | 'raw string' | 'char' | 'number' | 'bool' | 'nil')
  | ('dot' | 'field' | 'variable' | 'identifier' | 'keyword')
  | ('(' | ')' | '|' | ',' | ':=' | '=')

export type Token = { readonly kind: TokenKind; readonly text: string; readonly offset: number }

export type Spelling = {
  /** Names behind a point may hold `-` and begin with a digit, which Go refuses. */
  readonly looseNames: boolean
  readonly maxTokens: number
}

type Lexing = Spelling & { readonly text: string; readonly fail: Fail; readonly tokens: Token[] }

const KEYWORDS: ReadonlySet<string> = new Set('if else end range with template define block break continue'.split(' '))

export function tokensOf(text: string, fail: Fail, spelling: Spelling): readonly Token[] {
  const lexing: Lexing = { ...spelling, text, fail, tokens: [] }
  let at = 0
  let trims = false
  while (at < text.length) {
    const open = text.indexOf('{{', at)
    const end = open < 0 ? text.length : open
    const trimsBefore = open >= 0 && /^-[ \t\r\n]/.test(text.slice(open + 2, open + 4))
    pushText(lexing, at, end, { left: trims, right: trimsBefore })
    if (open < 0) break
    const inner = open + (trimsBefore ? 3 : 2)
    const closed = isComment(text, open, trimsBefore) ? comment(lexing, open, trimsBefore) : action(lexing, open, inner)
    at = closed.end
    trims = closed.trims
  }
  add(lexing, { kind: 'end of text', text: '', offset: text.length })
  return lexing.tokens
}

function pushText(lexing: Lexing, start: number, end: number, trims: { left: boolean; right: boolean }): void {
  const whole = lexing.text.slice(start, end)
  let text = trims.left ? whole.replace(/^[ \t\r\n]+/, '') : whole
  const offset = start + whole.length - text.length
  if (trims.right) text = trimmedEnd(text)
  if (text !== '') add(lexing, { kind: 'text', text, offset })
}

/** By hand: a pattern with `+$` takes the square of the length of spaces in the middle. */
function trimmedEnd(text: string): string {
  let end = text.length
  while (end > 0 && ' \t\r\n'.includes(text[end - 1] ?? '?')) end--
  return text.slice(0, end)
}

function isComment(text: string, open: number, trims: boolean): boolean {
  return text.startsWith('/*', open + (trims ? 4 : 2))
}

type Closed = { readonly end: number; readonly trims: boolean }

function comment(lexing: Lexing, open: number, trims: boolean): Closed {
  const { text } = lexing
  const start = open + (trims ? 4 : 2)
  const end = text.indexOf('*/', start + 2)
  if (end < 0) throw failAt(lexing, open, 'a comment has no end, expected `*/}}`')
  const closed = closeAt(text, end + 2)
  if (!closed) throw failAt(lexing, open, 'a comment stands alone in its action, expected `{{/* … */}}`')
  return closed
}

/** Where `}}` or ` -}}` stands. */
function closeAt(text: string, at: number): Closed | undefined {
  if (text.startsWith('}}', at)) return { end: at + 2, trims: false }
  return /^[ \t\r\n]-\}\}/.test(text.slice(at, at + 4)) ? { end: at + 4, trims: true } : undefined
}

function action(lexing: Lexing, open: number, start: number): Closed {
  add(lexing, { kind: 'open', text: '{{', offset: open })
  let depth = 0
  for (let at = start; ; ) {
    const closed = closeAt(lexing.text, at)
    if (closed && depth > 0) throw failAt(lexing, at, 'a parenthesis is not closed')
    if (closed) {
      add(lexing, { kind: 'close', text: '}}', offset: at })
      return closed
    }
    if (at >= lexing.text.length) throw failAt(lexing, open, 'an action is not closed, expected `}}`')
    const token = tokenAt(lexing, at)
    if (token.kind === '(') depth++
    if (token.kind === ')' && --depth < 0) throw failAt(lexing, at, 'a parenthesis is closed that was not opened')
    add(lexing, token)
    at += token.text.length
  }
}

const LETTER = '[\\p{L}\\p{Nd}_]'
const FORMS: readonly (readonly [kind: TokenKind, form: RegExp])[] = [
  [':=', /:=/y],
  ['=', /=/y],
  ['|', /\|/y],
  [',', /,/y],
  ['(', /\(/y],
  [')', /\)/y],
  ['string', /"(?:[^"\\\n]|\\[^\n])*"/y],
  ['raw string', /`[^`]*`/y],
  ['char', /'(?:[^'\\\n]|\\[^\n])*'/y],
  ['variable', new RegExp(`\\$${LETTER}*`, 'uy')],
  [
    'number',
    /[+-]?(?:0[xX][0-9a-fA-F_]*\.?[0-9a-fA-F_]*(?:[pP][+-]?[0-9_]*)?|0[oObB][0-7_]*|\.?[0-9][0-9_]*\.?[0-9_]*(?:[eE][+-]?[0-9_]*)?)i?/y,
  ],
  ['field', new RegExp(`\\.${LETTER}+`, 'uy')],
  ['dot', /\./y],
  ['identifier', new RegExp(`${LETTER}+`, 'uy')],
]
const LOOSE_FIELD = new RegExp(`\\.${LETTER}+(?:-+${LETTER}+)*`, 'uy')
const SPACES = /[ \t\r\n]+/y

/** What may follow a name or number directly. */
const BORDERS: ReadonlySet<string> = new Set([...' \t\r\n.,|:)('])

function tokenAt(lexing: Lexing, at: number): Token {
  const { text } = lexing
  const spaces = match(SPACES, text, at)
  // The space before `-}}` belongs to the marker.
  if (spaces !== undefined)
    return { kind: 'space', text: closeAt(text, at + spaces.length - 1) ? spaces.slice(0, -1) : spaces, offset: at }
  const loose = isBehindName(lexing, at) ? match(LOOSE_FIELD, text, at) : undefined
  if (loose !== undefined) return checked(lexing, { kind: 'field', text: loose, offset: at })
  for (const [kind, form] of FORMS) {
    const found = match(form, text, at)
    if (found !== undefined) return checked(lexing, { kind: kindOf(kind, found), text: found, offset: at })
  }
  throw failAt(lexing, at, problemOf(text[at] ?? '', text, at))
}

/** A point that begins a name: always, but for `.5`, which is a number where no name stands before it. */
function isBehindName({ looseNames, tokens, text }: Lexing, at: number): boolean {
  if (!looseNames) return false
  const last = tokens.at(-1)
  const follows = last !== undefined && ['field', 'variable', 'identifier', ')'].includes(last.kind)
  return follows || !/[0-9]/.test(text[at + 1] ?? '')
}

function kindOf(kind: TokenKind, text: string): TokenKind {
  if (kind !== 'identifier') return kind
  if (text === 'true' || text === 'false') return 'bool'
  if (text === 'nil') return 'nil'
  return KEYWORDS.has(text) ? 'keyword' : kind
}

const BORDERED: ReadonlySet<TokenKind> = new Set(['field', 'variable', 'identifier', 'keyword', 'bool', 'nil', 'dot'])

function checked(lexing: Lexing, token: Token): Token {
  const end = token.offset + token.text.length
  const next = lexing.text[end] ?? ''
  if (token.kind === 'number' && new RegExp(LETTER, 'u').test(next))
    throw failAt(lexing, token.offset, `${quote(`${token.text}${next}`)} is no number`)
  if (BORDERED.has(token.kind) && next !== '' && !BORDERS.has(next) && !lexing.text.startsWith('}}', end))
    throw failAt(lexing, end, `${quote(next)} may not follow ${quote(token.text)}`, hintFor(token, next))
  return token
}

function hintFor({ kind, text }: Token, next: string): string | undefined {
  if (kind === 'field' && next === '-') return `write ${quote(`index . "${text.slice(1)}-…"`)} for a name with \`-\``
  return undefined
}

function problemOf(char: string, text: string, at: number): string {
  if (char === '"') return 'a string is not closed, expected `"` on the same line'
  if (char === '`') return 'a raw string is not closed, expected a backquote'
  if (char === "'") return "a character is not closed, expected `'` on the same line"
  if (/[+-]/.test(char))
    return `${quote(text.slice(at, at + 2))} is no number; a trim marker is \`{{- \` or \` -}}\`, with a space`
  return `${quote(char)} means nothing in a template`
}

function match(form: RegExp, text: string, at: number): string | undefined {
  form.lastIndex = at
  return form.exec(text)?.[0]
}

function add({ tokens, maxTokens, text, fail }: Lexing, token: Token): void {
  if (tokens.length >= maxTokens)
    throw fail(`a template has more than ${maxTokens} parts`, positionAt(text, token.offset), 'make it shorter')
  tokens.push(token)
}

function failAt({ text, fail }: Lexing, offset: number, problem: string, hint?: string): Error {
  return fail(problem, positionAt(text, offset), hint)
}
