// Makes of a JSON Schema that others wrote a function that says whether a value fits it. Nothing is loaded from elsewhere, and no schema
// knows of another one.

import type { SchemaProblem } from './json-schema/look.ts'
import type { JsonSchema } from './json-schema/parts.ts'
import type { JsonSchemaDraft } from './json-schema/words.ts'
import type { InTime } from './timed-out.ts'

export type { JsonSchema, SchemaProblem }

/**
 * What of a value does not fit; nothing where all of it does. Throws EndlessSchema for a schema that leads back to itself without end,
 * TooDeep for a value that is too deep, and TimedOut for one with a pattern that tries everything there is.
 */
export type SchemaCheck = (value: unknown) => readonly SchemaProblem[]

type Reading = {
  /** By which a schema is read that names none. */
  readonly draft: JsonSchemaDraft
  /** Whether a text has to be of the `format` that a schema says. */
  readonly assertsFormats: boolean
  /** Refuses also a schema of which a part leads back to itself, though values may do without that part. */
  readonly refusesEndless?: boolean | undefined
  /** Runs each look at a schema, and those at values that may take long. */
  readonly inTime: InTime
}

/** What such a look may take: a machine that is busy may be elsewhere for some seconds. */
export const SCHEMA_LOOK_MS = 5000

/**
 * Loaded apart, so that what does without loads less, and so that a package that is missing is no fault of a schema. What it gives throws
 * what is wrong with a schema that is none, or that refers to what is not in it.
 */
export async function loadSchemaCompiler(reading: Reading): Promise<(schema: JsonSchema) => SchemaCheck> {
  const { draft, assertsFormats, refusesEndless, inTime } = reading
  const { compiled } = await import('./json-schema/compiled.ts')
  const isOfFormat = assertsFormats ? (await import('./example/format.ts')).isOfFormat : undefined
  return (schema) => compiled(schema, { draft, isOfFormat, refusesEndless, inTime })
}
