// A pattern that others wrote, made ready so that V8 takes time in proportion to its length: no clock ends it meanwhile.

export type Expression = Pick<RegExp, 'test'>

/** What comes behind takes two places in a text. */
const LARGEST_OF_ONE = 0xffff
const ESCAPE_OR_SET = /\\.|\[(?:[^\]\\]|\\.)*\]/gsu
const BOUNDARIES: Readonly<Record<string, string>> = {
  '\\b': '(?:(?<=\\w)(?!\\w)|(?<!\\w)(?=\\w))',
  '\\B': '(?:(?<=\\w)(?=\\w)|(?<!\\w)(?!\\w))',
}

/**
 * Read in Unicode mode (`u`), as JSON Schema wants it; throws SyntaxError. Where a pattern may begin anywhere, and at `\b`, V8 looks ahead
 * by eight characters, and tries all ways to get there: `\p{C}` written eight times takes it ten seconds. So it is asked at one place after
 * the other, and boundaries are written as what they mean.
 */
export function expressionOf(pattern: string): Expression {
  const written = pattern.replaceAll(ESCAPE_OR_SET, (part) => BOUNDARIES[part] ?? part)
  // A boundary that repeats is refused, and what it means is not.
  if (written !== pattern) new RegExp(pattern, 'u')
  const here = new RegExp(written, 'uy')
  const beginsOnce = pattern.startsWith('^') && !pattern.includes('|')
  return {
    test(text) {
      const last = beginsOnce ? 0 : text.length
      for (let at = 0; at <= last; at += (text.codePointAt(at) ?? 0) > LARGEST_OF_ONE ? 2 : 1) {
        here.lastIndex = at
        if (here.test(text)) return true
      }
      return false
    },
  }
}
