// From text to the tokens of YAML: counted before anything is built of them, and refused where readers of YAML part ways. The
// parser takes the same tokens, because taking a text apart is a quarter of all the work.
import { Lexer } from 'yaml'
import { placeIn } from '../text.ts'
import { limitExceeded, yamlInvalid } from './nodes.ts'

/** What a value with its key, blanks, comment and line end is made of. */
const TOKENS_OF_A_VALUE = 10
/** What the lexer puts before plain texts and blocks, also before an empty one. */
export const PLAIN = '\x1f'
/** What it adds to the text, for documents, errors and scalars. */
const MARKERS = `\x02\x18${PLAIN}`
const AFTER_EMPTY: ReadonlySet<string> = new Set([PLAIN, ']', '}'])
/** `|2`, `>-1`: how far a block is indented, where the lines at its end are not all kept. */
const INDENTED_HEADER = /^[|>]-?[1-9]-?$/
/** From the end of a block on: the first line that is not empty, of blanks only. */
const BLANK_LINE = /(?:\r?\n)*[ \t]+(?:\r?\n|$)/y

type TokenLimits = { readonly maxNodes: number; readonly maxKeys: number }

/** Throws YAML_INVALID or LIMIT_EXCEEDED: parsing costs microseconds and a kilobyte of memory for each token. */
export function tokensOf(text: string, name: string, { maxNodes, maxKeys }: TokenLimits): readonly string[] {
  const tokens: string[] = []
  const values = new ValueCount()
  let offset = 0
  let [marker, before, last] = ['', '', '']
  let isIndented = false
  for (const token of new Lexer().lex(text)) {
    tokens.push(token)
    if (last !== PLAIN) values.add(token)
    if (tokens.length > maxNodes * TOKENS_OF_A_VALUE || values.atLeast() > maxNodes)
      throw limitExceeded(name, 'values', maxNodes)
    if (values.keys > maxKeys) throw limitExceeded(name, 'keys', maxKeys)
    // To some readers the colon of `{a:, b: 1}` belongs to the key.
    if (last === ':' && marker === PLAIN && before !== '' && AFTER_EMPTY.has(token))
      throw yamlInvalid(
        name,
        placeIn(text, offset).line,
        'has `:` right before `,`, `]` or `}`: put a blank between them',
      )
    // The blanks of a block of blank lines are its text to some, and its indentation to others.
    if (last === PLAIN && token.trim() === '' && /[ \t]/.test(token))
      throw yamlInvalid(name, placeIn(text, offset).line, 'has a block text of blanks only: write it in quotes')
    // Where its first line is indented further, this lexer leaves out lines that are its text.
    if (last === PLAIN && isIndented && isBlankLineAt(text, offset + token.length))
      throw yamlInvalid(
        name,
        placeIn(text, offset).line,
        'has a line of blanks behind a block text whose indentation is given: take its blanks away',
      )
    if (last === PLAIN) isIndented = false
    else if (INDENTED_HEADER.test(token)) isIndented = true
    // In brackets some readers take the `?` of `{?a: 1}` for the sign of a key.
    if (last === PLAIN && values.isInBrackets && token.startsWith('?'))
      throw yamlInvalid(
        name,
        placeIn(text, offset).line,
        'has a text in brackets that begins with `?`: write it in quotes',
      )
    if (!isMarker(token)) offset += token.length
    marker = before
    before = last
    last = token
  }
  return tokens
}

function isBlankLineAt(text: string, offset: number): boolean {
  BLANK_LINE.lastIndex = offset
  return BLANK_LINE.test(text)
}

/** It stands for nothing of the text. */
export function isMarker(token: string): boolean {
  return token.length === 1 && MARKERS.includes(token)
}

/** How many values the tokens so far stand for: never more than there are, and for most documents nearly all of them. */
class ValueCount {
  /** Texts, aliases and collections in brackets: keys or values. */
  #nodes = 0
  /** Of keys, each of which has a value. */
  #colons = 0
  /** Dashes of lists, and commas between items in `[…]`. */
  #items = 0
  readonly #brackets: string[] = []

  /** Those that have a value: the others are nodes. */
  get keys(): number {
    return this.#colons
  }

  get isInBrackets(): boolean {
    return this.#brackets.length > 0
  }

  /** A token that is not the text behind a marker. */
  add(token: string): void {
    switch (token[0]) {
      case PLAIN:
      case '"':
      case "'":
      case '*':
        this.#nodes++
        break
      case '[':
      case '{':
        this.#nodes++
        this.#brackets.push(token)
        break
      case ']':
      case '}':
        this.#brackets.pop()
        break
      case ',':
        if (this.#brackets.at(-1) === '[') this.#items++
        break
      case ':':
        this.#colons++
        break
      case '-':
        if (token === '-') this.#items++
    }
  }

  /** Nodes that are no keys, the last of which may still turn out to be one; or what holds a place for a value. */
  atLeast(): number {
    return Math.max(this.#nodes - this.#colons - 1, this.#colons + this.#items)
  }
}
