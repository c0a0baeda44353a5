// A pattern that others wrote, made ready so that V8 takes time in proportion to its length: no clock ends it meanwhile.

export type Expression = Pick<RegExp, 'test'>

/** The pieces of a pattern that is one in Unicode mode; two escapes of surrogates in a row are one letter. */
const PIECE =
  /\\(?:u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|u[\da-fA-F]{4}|[upP]\{[^}]*\}|x[\da-fA-F]{2}|c[a-zA-Z]|k<[^>]*>|\d+|.)|\[(?:[^\]\\]|\\.)*\]|\((?:\?(?:<[=!]|<[^>]*>|[=!]|[a-z-]*:))?|[*+?]\??|\{\d+(?:,\d*)?\}\??|./gsu
/** Nothing may come between these and what stands before them; the rest look at no letter. */
const STAYS = /^[*+?{)|^$]/
const CAPTURES = /^\((?:\?<[^=!]|$)/
const REFERS_BACK = /^\\(?:[1-9]|k)/
const MAX_CHARACTERS = 4096
const MAX_KEPT = 100
/** Each stands for all groups of that name. */
const MAX_NAMED = 100

/**
 * Read in Unicode mode (`u`), as JSON Schema wants it. V8 looks ahead by some letters, in all ways that lead to them: `\p{C}` written eight
 * times, or `a?` sixty times, takes it seconds. It looks no further than a reference to what a group matched, so one stands before each
 * piece, to an empty group at the end, which has matched nothing yet. Throws SyntaxError, also for more characters (UTF-16) than V8 reads
 * within each other, and for more groups beside references to them than it can forget at each turn of one around them.
 */
export function expressionOf(pattern: string): Expression {
  requireAtMost(MAX_CHARACTERS, pattern.length, 'characters')
  new RegExp(pattern, 'u')
  const pieces = piecesOf(pattern)
  const end = pieces.filter((piece) => CAPTURES.test(piece)).length + 1
  // In a group of its own, as a digit may follow.
  const written = pieces.map((piece) => (STAYS.test(piece) ? piece : `(?:\\${end})${piece}`))
  return new RegExp(`(?:${written.join('')})()`, 'u')
}

/** Groups that nothing refers to keep nothing. */
function piecesOf(pattern: string): readonly string[] {
  const pieces = pattern.match(PIECE) ?? []
  if (!pieces.some((piece) => REFERS_BACK.test(piece)))
    return pieces.map((piece) => (CAPTURES.test(piece) ? '(?:' : piece))
  requireAtMost(MAX_KEPT, pieces.filter((piece) => CAPTURES.test(piece)).length, 'groups beside references to them')
  requireAtMost(MAX_NAMED, pieces.filter((piece) => piece.startsWith('\\k')).length, 'references by name')
  return pieces
}

function requireAtMost(most: number, found: number, what: string): void {
  // allow(raw-error): whoever asks has the words for it
  if (found > most) throw new SyntaxError(`a pattern has ${found} ${what}, expected at most ${most}`)
}
