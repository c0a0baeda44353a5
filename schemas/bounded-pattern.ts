// Patterns out of the schemas of strangers, in a time that is bounded whatever they say: a page of a registry asks what they match.

/** `unknown`: nobody can read it, or it may take longer than anybody waits. */
export type Matching = (pattern: string) => 'yes' | 'no' | 'unknown'

/** Of looking a pattern up. */
const STEPS_TO_BEGIN = 50
const MAX_PATTERN = 1000

/** `maxSteps` for one text, in all patterns together. */
export function boundedMatching(maxSteps: number): (text: string) => Matching {
  const made = new Map<string, RegExp | undefined>()
  return (text) => {
    let left = maxSteps
    return (pattern) => {
      const steps = pattern.length > MAX_PATTERN ? maxSteps : STEPS_TO_BEGIN + stepsOf(pattern, text.length)
      left -= steps
      if (left < 0 || steps >= maxSteps) return 'unknown'
      const expression = made.has(pattern) ? made.get(pattern) : expressionOf(pattern)
      made.set(pattern, expression)
      if (!expression) return 'unknown'
      return expression.test(text) ? 'yes' : 'no'
    }
  }
}

function expressionOf(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, 'u')
  } catch {
    return undefined
  }
}

/** The most that a backtracking search takes: it tries each place to begin, each length of what repeats, and each choice. */
function stepsOf(pattern: string, length: number): number {
  const plain = pattern.replaceAll(/\\./gsu, 'a').replaceAll(/\[[^\]]*\]/g, 'a')
  if (/\)[*+{]/.test(plain)) return Number.POSITIVE_INFINITY
  const repeats = plain.match(/[*+{]/g)?.length ?? 0
  const choices = plain.match(/[?|]/g)?.length ?? 0
  return (length + 1) ** (repeats + 1) * 2 ** choices
}
