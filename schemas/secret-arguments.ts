// Which arguments of a plugin are secrets: those whose JSON Schema says `writeOnly: true`, however deep it says so. They never
// become words of a command line, which every user of a machine can read. Where a schema leaves it open, an argument is secret.

type Schema = Readonly<Record<string, unknown>>

type SecretArguments = {
  /** Whether there can be any. */
  readonly any: boolean
  /** Whether the argument of this name is one, or holds one. */
  has(name: string): boolean
}

/** Keywords whose values are schemas of the same value. */
const SAME_VALUE = ['allOf', 'anyOf', 'oneOf', 'if', 'then', 'else', 'not'] as const
/** Keywords whose values are maps from names to schemas: their keys are no keywords. */
const MAPS = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas', 'dependencies']
const DATA = ['const', 'enum', 'default', 'examples']

export function secretArguments(schema: Schema | undefined): SecretArguments {
  if (schema === undefined) return { any: false, has: () => false }
  const places = sameValue(schema, schema)
  const isWhole = places.some(({ writeOnly }) => writeOnly === true)
  const any = isWhole || marks(schema, schema)
  const has = (name: string) =>
    isWhole || places.some((place) => schemasOf(place, name).some((inner) => marks(inner, schema)))
  return { any, has: (name) => any && has(name) }
}

/** The schemas that a place holds an argument to. */
function schemasOf(place: Schema, name: string): unknown[] {
  const properties = mapOf(place.properties)
  const patterns = Object.entries(mapOf(place.patternProperties)).filter(([pattern]) => matches(pattern, name))
  const named = [...(Object.hasOwn(properties, name) ? [properties[name]] : []), ...patterns.map(([, inner]) => inner)]
  const others = named.length > 0 ? [] : [place.additionalProperties]
  return [...named, ...others, place.unevaluatedProperties]
}

function matches(pattern: string, name: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(name)
  } catch {
    return true
  }
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

/** Whether a schema says anywhere inside that something is secret. */
function marks(start: unknown, root: Schema): boolean {
  const seen = new Set<unknown>()
  const open: unknown[] = [start]
  while (open.length > 0) {
    const schema = open.pop()
    if (typeof schema !== 'object' || schema === null || seen.has(schema)) continue
    seen.add(schema)
    if (Array.isArray(schema)) open.push(...schema)
    if (!isMap(schema)) continue
    if (schema.writeOnly === true) return true
    for (const [keyword, value] of Object.entries(schema)) {
      if (MAPS.includes(keyword) && isMap(value)) open.push(...Object.values(value))
      else if (!DATA.includes(keyword)) open.push(value)
    }
    open.push(...referred(schema, root))
  }
  return false
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

function mapOf(value: unknown): Schema {
  return isMap(value) ? value : {}
}

function isMap(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
