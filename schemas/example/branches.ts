// The ways to fit a schema that leaves a choice (`anyOf`, `oneOf`, `if`), each as one schema without it: the first are those that
// its author wrote first.

import { isMap, mapOf } from '../is-map.ts'
import type { Budget, Schema } from './schema.ts'
import { isSame, listOf, namesOf, referred, spend } from './schema.ts'

const MAX_WAYS = 24
const MAX_DEPTH = 8
const CHOICES = ['$ref', 'allOf', 'anyOf', 'oneOf', 'if', 'then', 'else']

export type Whole = { readonly root: Schema; readonly budget: Budget }

/** At least one, and never more than a few. */
export function waysOf(schema: unknown, whole: Whole, depth = 0): readonly Schema[] {
  if (!isMap(schema)) return [{}]
  if (depth > MAX_DEPTH || !spend(whole.budget, sizeOf(schema))) return [schema]
  const plain = Object.fromEntries(Object.entries(schema).filter(([keyword]) => !CHOICES.includes(keyword)))
  return choicesIn(schema, whole.root).reduce<readonly Schema[]>(
    (ways, choice) => {
      const next = choice.flatMap((branch) => waysOf(branch, whole, depth + 1)).slice(0, MAX_WAYS)
      return pairs(ways, next).map(([way, more]) =>
        spend(whole.budget, sizeOf(way) + sizeOf(more)) ? joined(way, more) : way,
      )
    },
    [plain],
  )
}

function pairs(ways: readonly Schema[], next: readonly Schema[]): readonly (readonly [Schema, Schema])[] {
  return ways.flatMap((way) => next.map((more) => [way, more] as const)).slice(0, MAX_WAYS)
}

function sizeOf({ properties, required, enum: choices, type, ...more }: Schema): number {
  const parts = [Object.keys(mapOf(properties)), listOf(required), listOf(choices), [type].flat(), Object.keys(more)]
  return parts.reduce((sum, part) => sum + part.length, 0)
}

/** For each, one of its schemas has to fit. */
function choicesIn(schema: Schema, root: Schema): readonly (readonly unknown[])[] {
  const target = referred(schema.$ref, root)
  const alternatives = [schema.anyOf, schema.oneOf].map(listOf).filter((branches) => branches.length > 0)
  return [
    ...(target === undefined ? [] : [[target]]),
    ...listOf(schema.allOf).map((part) => [part]),
    ...alternatives.map((branches) => branches.slice(0, MAX_WAYS)),
    ...(schema.if === undefined
      ? []
      : [[schema.then ?? {}, { allOf: [schema.if, schema.then ?? {}] }, schema.else ?? {}]]),
  ]
}

/** Both at once. Where two words do not go together the later one stands: whoever makes a value asks afterwards whether it fits. */
function joined(one: Schema, other: Schema): Schema {
  const both = Object.keys(other).filter((keyword) => Object.hasOwn(one, keyword))
  const merged = both.map((keyword) => [keyword, together(keyword, one[keyword], other[keyword])])
  return { ...one, ...other, ...Object.fromEntries(merged) }
}

function together(keyword: string, one: unknown, other: unknown): unknown {
  if (keyword === 'required') return [...new Set([...namesOf(one), ...namesOf(other)])]
  if (keyword === 'properties' || keyword === 'dependentRequired' || keyword === 'dependentSchemas')
    return bothMaps(mapOf(one), mapOf(other))
  if (keyword === 'items') return { allOf: [one, other] }
  if (keyword === 'enum') return listOf(one).filter((value) => listOf(other).some((same) => isSame(value, same)))
  if (keyword === 'type') return commonTypes([one].flat(), [other].flat())
  if (typeof one !== 'number' || typeof other !== 'number') return other
  if (/^(min|exclusiveMin)/.test(keyword)) return Math.max(one, other)
  return /^(max|exclusiveMax)/.test(keyword) ? Math.min(one, other) : other
}

function commonTypes(one: readonly unknown[], other: readonly unknown[]): readonly unknown[] {
  if (one.includes('number') && other.includes('integer'))
    return [
      ...commonTypes(
        one.filter((type) => type !== 'number'),
        other,
      ),
      'integer',
    ]
  if (one.includes('integer') && other.includes('number')) return commonTypes(other, one)
  return one.filter((type) => other.includes(type))
}

function bothMaps(one: Schema, other: Schema): Schema {
  const both = Object.keys(other).filter((name) => Object.hasOwn(one, name))
  return { ...one, ...other, ...Object.fromEntries(both.map((name) => [name, bothParts(one[name], other[name])])) }
}

function bothParts(one: unknown, other: unknown): unknown {
  return Array.isArray(one) || Array.isArray(other) ? [...namesOf(one), ...namesOf(other)] : { allOf: [one, other] }
}
