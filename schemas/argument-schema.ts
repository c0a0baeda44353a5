// The check of what a plugin is given, out of the JSON Schema of its manifest (draft 2020-12).
import type { JsonSchema, SchemaCheck } from './compile-json-schema.ts'
import { loadSchemaCompiler } from './compile-json-schema.ts'

/** Makes the error for a schema that is of no use; the sentence says why. */
type Useless = (problem: string, cause?: unknown) => Error

const MAX_SCHEMA_BYTES = 256 * 1024

/** Throws what `useless` makes, and so does the check, as some schemas are of no use only for some values. */
export async function argumentCheck(schema: JsonSchema, useless: Useless): Promise<SchemaCheck> {
  if (JSON.stringify(schema).length > MAX_SCHEMA_BYTES) throw useless('it is too large')
  const compile = await loadSchemaCompiler({ draft: '2020', assertsFormats: true })
  const check = orUseless(useless, () => compile(schema))
  return (value) => orUseless(useless, () => check(value))
}

function orUseless<T>(useless: Useless, act: () => T): T {
  try {
    return act()
  } catch (cause) {
    throw useless(
      cause instanceof RangeError ? 'it leads back to itself without end' : 'it cannot be understood',
      cause,
    )
  }
}
