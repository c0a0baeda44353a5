// How many steps a pattern that others wrote may take at most, counted before it is asked: a search that goes back tries each place to
// begin, each length of what repeats and each choice. What is not understood here has no bound.

/**
 * Of a text with so many characters (UTF-16), with what making the pattern ready takes; Infinity where there is no bound. Only for patterns
 * that are read in Unicode mode (`u`), as `expressionOf` makes them ready.
 */
export type StepsFor = (length: number) => number

/** In how many ways a piece of a pattern can match at one place, and how many steps it takes to try them all. */
type Effort = { readonly ways: number; readonly steps: number }
type Piece = (length: number) => Effort

type Reading = { readonly tokens: readonly string[]; at: number }

const MAX_PATTERN = 1000
/** How often a piece with choices may be repeated; V8 writes such a piece out as often. */
const MAX_COPIES = 16
/** Of looking a pattern up and counting its steps, beside those for its length. */
export const STEPS_TO_BEGIN = 50
/** What matches also letters of two surrogates is made ready as a choice of hundreds of ranges. */
const TO_MAKE_WIDE = 5000
const TO_MAKE_CATEGORY = 30_000
const NARROW_SET = /^\[(?!\^)(?:[ -Z^-~]|\\(?:[dwstnrfv]|[^a-zA-Z0-9]))*\]$/s
const LEAST_LENGTH = 2
const ONE: Effort = { ways: 1, steps: 1 }
const NO_BOUND: Effort = { ways: Number.POSITIVE_INFINITY, steps: Number.POSITIVE_INFINITY }

/** What begins or ends a group, what repeats, an escape, a set, or one character. Groups with flags of their own, and references back, are none. */
const TOKEN =
  /\((?:\?(?:[:=!]|<[=!]|<[\w$]+>))?(?!\?)|\)|(?:[*+?]|\{\d+(?:,\d*)?\})\??|\\(?:[dDwWsSbBtnrfv0^$\\.*+?()[\]{}|/-]|[pP]\{[\w=]+\}|x[\da-fA-F]{2}|u[\da-fA-F]{4}|u\{[\da-fA-F]+\}|c[a-zA-Z])|\[(?:[^\]\\]|\\.)*\]|[^\\[\](){}*+?]/suy

export function patternSteps(pattern: string): StepsFor {
  const tokens = tokensOf(pattern)
  const reading = { tokens: tokens ?? [], at: 0 }
  const whole = alternatives(reading)
  if (!tokens || reading.at < tokens.length) return () => Number.POSITIVE_INFINITY
  const toMake = tokens.reduce((sum, token) => sum + toMakeOf(token), STEPS_TO_BEGIN + pattern.length)
  const beginsOnce = tokens[0] === '^' && !hasChoiceOutside(tokens)
  return (length) => {
    // V8 makes loops within loops ready at the same cost for every text, and a shorter one would hide them.
    const { steps } = whole(Math.max(length, LEAST_LENGTH))
    return toMake + (beginsOnce ? steps + length : steps * (length + 1))
  }
}

function toMakeOf(token: string): number {
  if (/^\\[pP]|^\[.*\\[pP]/s.test(token)) return TO_MAKE_CATEGORY
  const isWide = token.startsWith('[') ? !NARROW_SET.test(token) : ['.', '\\W', '\\D', '\\S'].includes(token)
  return isWide ? TO_MAKE_WIDE : 0
}

/** Undefined where one of them is not known. */
function tokensOf(pattern: string): readonly string[] | undefined {
  if (pattern.length > MAX_PATTERN) return undefined
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < pattern.length) {
    const [token] = TOKEN.exec(pattern) ?? []
    if (token === undefined) return undefined
    tokens.push(token)
  }
  return tokens
}

function hasChoiceOutside(tokens: readonly string[]): boolean {
  let depth = 0
  for (const token of tokens) {
    if (token.startsWith('(')) depth += 1
    if (token === ')') depth -= 1
    if (token === '|' && depth === 0) return true
  }
  return false
}

function alternatives(reading: Reading): Piece {
  const choices = [row(reading)]
  while (reading.tokens[reading.at] === '|') {
    reading.at += 1
    choices.push(row(reading))
  }
  return (length) => choices.map((choice) => choice(length)).reduce(either)
}

function row(reading: Reading): Piece {
  const pieces: Piece[] = []
  while (reading.at < reading.tokens.length && !['|', ')'].includes(reading.tokens[reading.at] ?? ''))
    pieces.push(repeated(reading))
  return (length) => pieces.map((piece) => piece(length)).reduce(then, ONE)
}

function repeated(reading: Reading): Piece {
  const piece = single(reading)
  const times = timesOf(reading.tokens[reading.at] ?? '')
  if (!times) return piece
  reading.at += 1
  return (length) => again(piece(length), times, length)
}

function single(reading: Reading): Piece {
  const token = reading.tokens[reading.at] ?? ''
  reading.at += 1
  if (!token.startsWith('(')) return timesOf(token) ? () => NO_BOUND : () => ONE
  const inner = alternatives(reading)
  if (reading.tokens[reading.at] !== ')') return () => NO_BOUND
  reading.at += 1
  return inner
}

type Times = { readonly least: number; readonly most: number }

function timesOf(token: string): Times | undefined {
  const sign = token.slice(0, 1)
  if (token === '' || !'*+?{'.includes(sign)) return undefined
  if (sign === '?') return { least: 0, most: 1 }
  if (sign !== '{') return { least: sign === '+' ? 1 : 0, most: Number.POSITIVE_INFINITY }
  const [, least = '', comma, most = ''] = /^\{(\d+)(,?)(\d*)/.exec(token) ?? []
  return {
    least: Number(least),
    most: comma === '' ? Number(least) : most === '' ? Number.POSITIVE_INFINITY : Number(most),
  }
}

function either(one: Effort, other: Effort): Effort {
  return { ways: one.ways + other.ways, steps: one.steps + other.steps }
}

function then(first: Effort, next: Effort): Effort {
  return { ways: first.ways * next.ways, steps: first.steps + first.ways * next.steps }
}

/** What has one way to match is tried as often as there is text; what has several has them each time anew. */
function again(piece: Effort, { least, most }: Times, length: number): Effort {
  if (piece.ways === 1) {
    const tries = Math.min(most, Math.max(length, least)) + 1
    // The least may be more than a number can be.
    return { ways: tries > least ? tries - least : 1, steps: tries * piece.steps }
  }
  if (most > MAX_COPIES) return NO_BOUND
  let effort = ONE
  for (let copy = least; copy < most; copy += 1) effort = either(ONE, then(piece, effort))
  for (let copy = 0; copy < least; copy += 1) effort = then(piece, effort)
  return effort
}
