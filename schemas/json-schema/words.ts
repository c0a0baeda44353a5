// The words of a JSON Schema behind which further schemas stand, for each draft. What stands behind any other word is none, whatever it looks
// like.

/** `2020` is draft 2020-12, `07` is draft-07. */
export type JsonSchemaDraft = '2020' | '07'

type Holding = 'one' | 'list' | 'map'

const ONE = ['not', 'if', 'then', 'else', 'contains', 'propertyNames', 'additionalProperties']
const LIST = ['allOf', 'anyOf', 'oneOf']
const MAP = ['properties', 'patternProperties', 'dependencies', '$defs', 'definitions']

const HOLDING: Readonly<Record<JsonSchemaDraft, Readonly<Record<Holding, readonly string[]>>>> = {
  '2020': {
    one: [...ONE, 'items', 'unevaluatedItems', 'unevaluatedProperties', 'contentSchema'],
    list: [...LIST, 'prefixItems'],
    map: [...MAP, 'dependentSchemas'],
  },
  '07': { one: [...ONE, 'items', 'additionalItems'], list: [...LIST, 'items'], map: MAP },
}

/** Nobody looks at a value by what stands behind them until something refers to it. */
export const KEPT: readonly string[] = ['$defs', 'definitions', 'contentSchema']
/** Behind these are values, and never a schema that a reference finds by its name. */
export const VALUES: readonly string[] = ['const', 'enum', 'default', 'examples']

export function holds(draft: JsonSchemaDraft, word: string, holding: Holding): boolean {
  return HOLDING[draft][holding].includes(word)
}
