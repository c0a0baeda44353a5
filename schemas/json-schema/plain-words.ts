// Words of a JSON Schema about a value by itself: what it is, and how large.
import { isSame } from '../example/schema.ts'
import { isMultiple } from '../is-multiple.ts'
import type { Expression } from '../pattern/expression.ts'
import type { Look } from './look.ts'
import { refuse } from './look.ts'

/** Undefined where the format asks for nothing. */
export type FormatRule = (value: string | number, format: string) => boolean

export type Texts = {
  readonly expressionOf: (pattern: string) => Expression
  /** Absent where formats say only what is meant. */
  readonly isOfFormat: FormatRule | undefined
}

export function lookAtType(look: Look, value: unknown): void {
  const { type } = look.schema
  if (type === undefined) return
  const own = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
  const isWanted = (wanted: unknown) => wanted === own || (wanted === 'integer' && Number.isInteger(value))
  if (![type].flat().some(isWanted)) refuse(look, 'type', `must be ${[type].flat().join(',')}`, { type })
}

export function lookAtValue(look: Look, value: unknown): void {
  const { schema } = look
  if (Object.hasOwn(schema, 'const') && !isSame(value, schema.const))
    refuse(look, 'const', 'must be equal to constant', { allowedValue: schema.const })
  if (Array.isArray(schema.enum) && !schema.enum.some((choice) => isSame(value, choice)))
    refuse(look, 'enum', 'must be equal to one of the allowed values', { allowedValues: schema.enum })
}

const BOUNDS: readonly (readonly [
  word: string,
  comparison: string,
  holds: (value: number, limit: number) => boolean,
])[] = [
  ['maximum', '<=', (value, limit) => value <= limit],
  ['minimum', '>=', (value, limit) => value >= limit],
  ['exclusiveMaximum', '<', (value, limit) => value < limit],
  ['exclusiveMinimum', '>', (value, limit) => value > limit],
]

export function lookAtNumber(look: Look, value: number, { isOfFormat }: Texts): void {
  for (const [word, comparison, holds] of BOUNDS) {
    const limit = look.schema[word]
    if (typeof limit === 'number' && !holds(value, limit))
      refuse(look, word, `must be ${comparison} ${limit}`, { comparison, limit })
  }
  const { multipleOf } = look.schema
  if (typeof multipleOf === 'number' && multipleOf > 0 && !isMultiple(value, multipleOf))
    refuse(look, 'multipleOf', `must be multiple of ${multipleOf}`, { multipleOf })
  lookAtFormat(look, value, isOfFormat)
}

export function lookAtText(look: Look, value: string, { expressionOf, isOfFormat }: Texts): void {
  const { schema } = look
  if (schema.maxLength !== undefined || schema.minLength !== undefined)
    lookAtSize(look, 'Length', 'characters', lengthOf(value))
  if (typeof schema.pattern === 'string' && !expressionOf(schema.pattern).test(value))
    refuse(look, 'pattern', `must match pattern "${schema.pattern}"`, { pattern: schema.pattern })
  lookAtFormat(look, value, isOfFormat)
}

function lookAtFormat(look: Look, value: string | number, isOfFormat: FormatRule | undefined): void {
  const { format } = look.schema
  if (typeof format === 'string' && isOfFormat && !isOfFormat(value, format))
    refuse(look, 'format', `must match format "${format}"`, { format })
}

/** `max…` and `min…` of what something has. */
export function lookAtSize(look: Look, what: string, of: string, size: number): void {
  const [most, least] = [look.schema[`max${what}`], look.schema[`min${what}`]]
  if (typeof most === 'number' && size > most)
    refuse(look, `max${what}`, `must NOT have more than ${most} ${of}`, { limit: most })
  if (typeof least === 'number' && size < least)
    refuse(look, `min${what}`, `must NOT have fewer than ${least} ${of}`, { limit: least })
}

/** In letters, of which some take two places in a text of JavaScript. */
function lengthOf(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}
