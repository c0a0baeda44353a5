// Whether a small value fits the schema of a stranger, in bounded time and without making code of it: pages of a registry ask.
// What is not understood here is `unknown`, never a fit.
import { isMap, mapOf } from '../is-map.ts'
import { isMultiple } from '../is-multiple.ts'
import { ownValue } from '../own-value.ts'
import { boundedMatching } from '../pattern/bounded-matching.ts'
import type { Budget, Schema } from './schema.ts'
import { isSame, listOf, namesOf, numberOf, referred, spend } from './schema.ts'

type Fit = 'yes' | 'no' | 'unknown'
/** Undefined where nobody can say. */
type FormatRule = (value: string, format: string) => boolean | undefined
export type Judge = (value: unknown, schema: unknown) => Fit

const MAX_DEPTH = 24
const MAX_PATTERN_STEPS = 100_000
/** A value that a config takes from somewhere else fits whatever is wanted there. */
const REFERENCE = /^\{\{\.env\.[A-Za-z0-9_]+\}\}$/
/** A schema with one of these is `unknown`, whatever the value is. */
const NOT_READ: readonly string[] = [
  '$dynamicRef',
  '$recursiveRef',
  'unevaluatedProperties',
  'unevaluatedItems',
  'dependencies',
]

/** When the budget is spent, all that is asked is `unknown`. */
export function judgeOf(root: Schema, budget: Budget, fitsFormat: FormatRule): Judge {
  const matching = boundedMatching(MAX_PATTERN_STEPS)

  function judge(value: unknown, schema: unknown, depth: number): Fit {
    const choices = isMap(schema) ? listOf(schema.enum).length : 0
    if (!spend(budget, 1 + choices) || depth > MAX_DEPTH) return 'unknown'
    if (schema === false) return 'no'
    if (!isMap(schema) || (typeof value === 'string' && REFERENCE.test(value))) return 'yes'
    const inner = (of: unknown, by: unknown) => judge(of, by, depth + 1)
    const isRead = !NOT_READ.some((keyword) => schema[keyword] !== undefined)
    return every([
      isRead ? 'yes' : 'unknown',
      schema.$ref === undefined ? 'yes' : byReference(value, schema.$ref, inner),
      said(fitsType(value, schema.type)),
      said(schema.const === undefined || isSame(value, schema.const)),
      said(!Array.isArray(schema.enum) || schema.enum.some((choice) => isSame(value, choice))),
      typeof value === 'number' ? said(fitsNumber(value, schema)) : 'yes',
      typeof value === 'string' ? fitsText(value, schema, { matches: matching(value), fitsFormat }) : 'yes',
      Array.isArray(value) ? fitsList(value, schema, inner) : 'yes',
      isMap(value) ? fitsMap(value, schema, (name) => matching(name), inner) : 'yes',
      fitsBranches(value, schema, inner),
    ])
  }

  function byReference(value: unknown, reference: unknown, inner: Judge): Fit {
    const target = referred(reference, root)
    return target === undefined ? 'unknown' : inner(value, target)
  }

  return (value, schema) => judge(value, schema, 0)
}

function every(fits: readonly Fit[]): Fit {
  return fits.includes('no') ? 'no' : fits.includes('unknown') ? 'unknown' : 'yes'
}

function some(fits: readonly Fit[]): Fit {
  return fits.includes('yes') ? 'yes' : fits.includes('unknown') ? 'unknown' : 'no'
}

function opposite(fit: Fit): Fit {
  return fit === 'unknown' ? 'unknown' : said(fit === 'no')
}

function said(isSo: boolean): Fit {
  return isSo ? 'yes' : 'no'
}

function fitsType(value: unknown, type: unknown): boolean {
  if (type === undefined) return true
  const own = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
  return [type].flat().some((wanted) => wanted === own || (wanted === 'integer' && Number.isInteger(value)))
}

function fitsNumber(value: number, schema: Schema): boolean {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema
  if (typeof minimum === 'number' && value < minimum) return false
  if (typeof maximum === 'number' && value > maximum) return false
  if (typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum) return false
  if (typeof exclusiveMaximum === 'number' && value >= exclusiveMaximum) return false
  return typeof multipleOf !== 'number' || multipleOf <= 0 || isMultiple(value, multipleOf)
}

function isWithin(count: number, least: unknown, most: unknown): boolean {
  return count >= (numberOf(least) ?? 0) && count <= (numberOf(most) ?? Number.POSITIVE_INFINITY)
}

type TextRules = { readonly matches: (pattern: string) => Fit; readonly fitsFormat: FormatRule }

function fitsText(value: string, schema: Schema, { matches, fitsFormat }: TextRules): Fit {
  const { minLength, maxLength, pattern, format } = schema
  if (!isWithin([...value].length, minLength, maxLength)) return 'no'
  const isOfFormat = typeof format === 'string' ? fitsFormat(value, format) : true
  return every([
    isOfFormat === undefined ? 'unknown' : said(isOfFormat),
    typeof pattern === 'string' ? matches(pattern) : 'yes',
  ])
}

function fitsList(value: readonly unknown[], schema: Schema, inner: Judge): Fit {
  const { minItems, maxItems, uniqueItems, contains, minContains, maxContains } = schema
  if (!isWithin(value.length, minItems, maxItems)) return 'no'
  if (uniqueItems === true && value.some((item, at) => value.slice(0, at).some((before) => isSame(item, before))))
    return 'no'
  const first = listOf(schema.prefixItems)
  const items = value.map((item, at) => inner(item, at < first.length ? first[at] : schema.items))
  return every([...items, contains === undefined ? 'yes' : holds()])

  function holds(): Fit {
    const found = value.map((item) => inner(item, contains))
    if (found.includes('unknown')) return 'unknown'
    return said(isWithin(found.filter((fit) => fit === 'yes').length, numberOf(minContains) ?? 1, maxContains))
  }
}

type MatchingName = (name: string) => (pattern: string) => Fit

function fitsMap(value: Schema, schema: Schema, matching: MatchingName, inner: Judge): Fit {
  const { minProperties, maxProperties, required, propertyNames } = schema
  const names = Object.keys(value)
  if (!isWithin(names.length, minProperties, maxProperties)) return 'no'
  const [properties, patterns] = [mapOf(schema.properties), Object.entries(mapOf(schema.patternProperties))]
  const wanted = [...namesOf(required), ...whereGiven(value, schema.dependentRequired).flatMap(namesOf)]
  const parts = names.flatMap((name) => {
    const matches = matching(name)
    const known = patterns.map(([pattern, inside]) => [matches(pattern), inside] as const)
    const byPattern = known.map(([fit, inside]) =>
      fit === 'yes' ? inner(value[name], inside) : fit === 'no' ? 'yes' : fit,
    )
    const isNamed = Object.hasOwn(properties, name) || known.some(([fit]) => fit === 'yes')
    return [
      inner(value[name], isNamed ? ownValue(properties, name) : schema.additionalProperties),
      propertyNames === undefined ? 'yes' : inner(name, propertyNames),
      ...byPattern,
    ]
  })
  const dependent = whereGiven(value, schema.dependentSchemas).map((by) => inner(value, by))
  return every([said(wanted.every((name) => Object.hasOwn(value, name))), ...parts, ...dependent])
}

function whereGiven(value: Schema, map: unknown): readonly unknown[] {
  return Object.entries(mapOf(map)).flatMap(([name, by]) => (Object.hasOwn(value, name) ? [by] : []))
}

function fitsBranches(value: unknown, schema: Schema, inner: Judge): Fit {
  const { allOf, anyOf, oneOf, not } = schema
  return every([
    ...listOf(allOf).map((by) => inner(value, by)),
    Array.isArray(anyOf) ? some(anyOf.map((by) => inner(value, by))) : 'yes',
    Array.isArray(oneOf) ? exactlyOne(oneOf.map((by) => inner(value, by))) : 'yes',
    not === undefined ? 'yes' : opposite(inner(value, not)),
    schema.if === undefined ? 'yes' : conditional(),
  ])

  function conditional(): Fit {
    const isMet = inner(value, schema.if)
    return isMet === 'unknown' ? 'unknown' : inner(value, isMet === 'yes' ? schema.then : schema.else)
  }
}

function exactlyOne(fits: readonly Fit[]): Fit {
  const count = fits.filter((fit) => fit === 'yes').length
  return count > 1 ? 'no' : fits.includes('unknown') ? 'unknown' : said(count === 1)
}
