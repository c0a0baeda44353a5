// Which arguments of a plugin are secrets: those whose JSON Schema says `writeOnly: true`, however deep it says so. They never
// become words of a command line, which every user of a machine can read. Where a schema leaves it open, an argument is secret.
import { isMap, mapOf } from '../is-map.ts'
import type { Matching } from '../pattern/bounded-matching.ts'
import { boundedMatching } from '../pattern/bounded-matching.ts'

type Schema = Readonly<Record<string, unknown>>

type SecretArguments = {
  /** Whether there can be any. */
  readonly any: boolean
  /** Whether the argument of this name is one, or holds one. */
  has(name: string): boolean
}

/** Steps that matching one name may take, in all patterns together. */
const MAX_STEPS = 200_000
/** Keywords whose values are schemas of the same value. */
const SAME_VALUE = ['allOf', 'anyOf', 'oneOf', 'if', 'then', 'else', 'not'] as const
/** Keywords whose values are maps from names to schemas: their keys are no keywords. */
const MAPS = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas', 'dependencies']
const DATA = ['const', 'enum', 'default', 'examples']

/** In a time that grows with the schema alone, whatever its author wrote: pages of registries ask it of the schemas of strangers. */
export function secretArguments(schema: Schema | undefined): SecretArguments {
  if (schema === undefined) return { any: false, has: () => false }
  const marked = markedSchemas(schema)
  if (!marked.has(schema)) return { any: false, has: () => false }
  const places = sameValue(schema, schema)
  const isMarked = (value: unknown) => isObject(value) && marked.has(value)
  const all = places.some((place) => place.writeOnly === true || isMarked(place.unevaluatedProperties))
  const named = new Set(places.flatMap((place) => markedKeys(place.properties, isMarked)))
  const patterns = new Set(places.flatMap((place) => markedKeys(place.patternProperties, isMarked)))
  const open = places.filter((place) => isMarked(place.additionalProperties))
  const matching = boundedMatching(MAX_STEPS)
  return {
    any: true,
    has(name) {
      if (all || named.has(name)) return true
      const matches = matching(name)
      if ([...patterns].some((pattern) => matches(pattern) !== 'no')) return true
      return open.some((place) => !isNamed(name, place, matches))
    },
  }
}

function markedKeys(map: unknown, isMarked: (value: unknown) => boolean): string[] {
  return Object.entries(mapOf(map)).flatMap(([key, inner]) => (isMarked(inner) ? [key] : []))
}

/** Then `additionalProperties` says nothing about it. */
function isNamed(name: string, { properties, patternProperties }: Schema, matches: Matching): boolean {
  if (Object.hasOwn(mapOf(properties), name)) return true
  return Object.keys(mapOf(patternProperties)).some((pattern) => matches(pattern) === 'yes')
}

/** A schema and all that say more about the same value. */
function sameValue(start: unknown, root: Schema): Schema[] {
  const found = new Set<Schema>()
  const open: unknown[] = [start]
  while (open.length > 0) {
    const schema = open.pop()
    if (!isMap(schema) || found.has(schema)) continue
    found.add(schema)
    open.push(...SAME_VALUE.flatMap((keyword) => schema[keyword]), ...referred(schema, root))
    open.push(...Object.values(mapOf(schema.dependentSchemas)), ...Object.values(mapOf(schema.dependencies)))
  }
  return [...found]
}

/** All that say anywhere inside that something is secret. */
function markedSchemas(root: Schema): ReadonlySet<object> {
  const holders = new Map<object, object[]>([[root, []]])
  const open: object[] = [root]
  const marking: object[] = []
  for (let holder = open.pop(); holder !== undefined; holder = open.pop()) {
    if (isMap(holder) && holder.writeOnly === true) marking.push(holder)
    for (const inner of innerOf(holder, root)) {
      const known = holders.get(inner)
      if (known) known.push(holder)
      else {
        holders.set(inner, [holder])
        open.push(inner)
      }
    }
  }
  const marked = new Set<object>(marking)
  // What is added on the way is visited as well.
  for (const inner of marked) for (const holder of holders.get(inner) ?? []) marked.add(holder)
  return marked
}

function innerOf(holder: object, root: Schema): readonly object[] {
  if (!isMap(holder)) return Object.values(holder).filter(isObject)
  const values = Object.entries(holder).flatMap(([keyword, value]) => {
    if (MAPS.includes(keyword) && isMap(value)) return Object.values(value)
    return DATA.includes(keyword) ? [] : [value]
  })
  return [...values, ...referred(holder, root)].filter(isObject)
}

/** What `$ref` names. A name that is no path in this schema may mean any part of it. */
function referred(schema: Schema, root: Schema): unknown[] {
  return [schema.$ref, schema.$dynamicRef, schema.$recursiveRef].flatMap((reference) => {
    if (typeof reference !== 'string') return []
    const target = /^#(\/|$)/.test(reference) ? atPointer(root, reference.slice(1)) : undefined
    return [target ?? root]
  })
}

function atPointer(root: Schema, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => unescaped(step).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((at, step) => (at as Record<string, unknown> | null | undefined)?.[step], root)
}

function unescaped(step: string): string {
  try {
    return decodeURIComponent(step)
  } catch {
    return step
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
