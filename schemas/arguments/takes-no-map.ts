// Whether a schema refuses every map, as far as it shows without a value: arguments are a map of names, so one that does takes none.
import { isMap } from '../is-map.ts'

const MAX_DEPTH = 20

/** False also where only a value would tell. */
export function takesNoMap(schema: unknown, depth = 0): boolean {
  if (!isMap(schema) || depth > MAX_DEPTH) return schema === false
  const { type, enum: choices, allOf, anyOf, oneOf } = schema
  const inner = (part: unknown) => takesNoMap(part, depth + 1)
  return (
    (type !== undefined && ![type].flat().includes('object')) ||
    (Object.hasOwn(schema, 'const') && !isMap(schema.const)) ||
    (Array.isArray(choices) && !choices.some(isMap)) ||
    takesAll(schema.not) ||
    (Array.isArray(allOf) && allOf.some(inner)) ||
    [anyOf, oneOf].some((ways) => Array.isArray(ways) && ways.length > 0 && ways.every(inner))
  )
}

function takesAll(schema: unknown): boolean {
  return schema === true || (isMap(schema) && Object.keys(schema).length === 0)
}
