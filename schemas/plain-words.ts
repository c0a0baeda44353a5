// What a validator has to say, in words for people who never heard of it: what was expected, and what was found.
import type { z } from 'zod'
import { nearestWord } from './nearest-word.ts'
import { quote } from './quote.ts'

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
}

/** Undefined for what the shape says in words of its own. */
export function plainWords(issue: z.core.$ZodRawIssue): string | undefined {
  const { input } = issue
  if (issue.code === 'invalid_type') {
    const expected = TYPES[issue.expected] ?? issue.expected
    return input === undefined ? `is missing, expected ${expected}` : `expected ${expected}, found ${foundWords(input)}`
  }
  if (issue.code === 'invalid_value') return choiceWords(issue.values.map(String), input)
  if (issue.code === 'too_small') return `expected at least ${amountWords(issue.minimum, input)}`
  if (issue.code === 'too_big') return `expected at most ${amountWords(issue.maximum, input)}`
  return undefined
}

/** e.g. `the number 5`, `a list`, `nothing`; texts in backticks, cut. */
export function foundWords(input: unknown): string {
  if (input === undefined || input === null || input === '') return 'nothing'
  if (typeof input === 'string') return quote(input)
  if (typeof input === 'number') return `the number ${quote(String(input))}`
  if (Array.isArray(input)) return 'a list'
  return typeof input === 'object' ? 'a map' : quote(String(input))
}

function choiceWords(choices: readonly string[], input: unknown): string {
  const quoted = choices.map(quote)
  const expected = quoted.length > 1 ? `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}` : quoted.join('')
  if (input === undefined) return `is missing, expected ${expected}`
  const nearest = typeof input === 'string' ? nearestWord(input, choices) : undefined
  return `expected ${expected}, found ${foundWords(input)}${nearest ? `, did you mean ${quote(nearest)}?` : ''}`
}

function amountWords(limit: number | bigint, input: unknown): string {
  const counted = (one: string, many: string) => `${limit} ${Number(limit) === 1 ? one : many}`
  if (Array.isArray(input)) return `${counted('entry', 'entries')}, found ${input.length || 'none'}`
  if (typeof input === 'string') return `${counted('character', 'characters')}, found ${input.length || 'none'}`
  return `${limit}, found ${foundWords(input)}`
}
