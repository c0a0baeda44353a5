// A pattern that others wrote, made ready so that V8 takes time in proportion to its length: no clock ends it meanwhile.

export type Expression = Pick<RegExp, 'test'>

/** The pieces of a pattern that is one in Unicode mode; two escapes of surrogates in a row are one letter. */
const PIECE =
  /\\(?:u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|u[\da-fA-F]{4}|[upP]\{[^}]*\}|x[\da-fA-F]{2}|c[a-zA-Z]|k<[^>]*>|\d+|.)|\[(?:[^\]\\]|\\.)*\]|\((?:\?(?:<[=!]|<[^>]*>|[=!]|[a-z-]*:))?|[*+?]\??|\{\d+(?:,\d*)?\}\??|./gsu
/** Nothing may come between these and what stands before them; the rest look at no letter. */
const STAYS = /^[*+?{)|^$]/
const CAPTURES = /^\((?:\?<[^=!]|$)/

/**
 * Read in Unicode mode (`u`), as JSON Schema wants it; throws SyntaxError. V8 looks ahead by some letters, in all ways that lead to them:
 * `\p{C}` written eight times, or `a?` sixty times, takes it seconds. It looks no further than a reference to what a group matched, so one
 * stands before each piece, to an empty group at the end, which has matched nothing yet.
 */
export function expressionOf(pattern: string): Expression {
  new RegExp(pattern, 'u')
  const pieces = pattern.match(PIECE) ?? []
  const end = pieces.filter((piece) => CAPTURES.test(piece)).length + 1
  // In a group of its own, as a digit may follow.
  const written = pieces.map((piece) => (STAYS.test(piece) ? piece : `(?:\\${end})${piece}`))
  return new RegExp(`(?:${written.join('')})()`, 'u')
}
