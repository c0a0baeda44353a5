// The check of what a plugin is given, out of the JSON Schema of its manifest (draft 2020-12).
import type { JsonSchema, SchemaCheck } from '../compile-json-schema.ts'
import { loadSchemaCompiler } from '../compile-json-schema.ts'
import { isCoded } from '../errors.ts'
import { EndlessSchema, TooDeep } from '../json-schema/endings.ts'
import type { InTime } from '../timed-out.ts'
import { TimedOut } from '../timed-out.ts'
import { takesNoMap } from './takes-no-map.ts'

/** Makes the error for a schema that is of no use; the sentence says why. */
type Useless = (problem: string, cause?: unknown) => Error
type Asked = {
  readonly inTime: InTime
  readonly useless: Useless
  /** Nobody uses the schema yet: a part of no use counts, though values may do without it, and so does one that takes no values. */
  readonly isNew?: boolean
}

const MAX_SCHEMA_BYTES = 256 * 1024

/** Throws what `useless` makes, and so does the check, as some schemas are of no use only for some values. */
export async function argumentCheck(schema: JsonSchema, { inTime, useless, isNew }: Asked): Promise<SchemaCheck> {
  if (JSON.stringify(schema).length > MAX_SCHEMA_BYTES) throw useless('it is too large')
  const compile = await loadSchemaCompiler({ draft: '2020', assertsFormats: true, refusesEndless: isNew, inTime })
  const check = orUseless(useless, () => compile(schema))
  if (isNew && takesNoMap(schema)) throw useless('no arguments at all can fit it')
  return (value) => orUseless(useless, () => check(value))
}

function orUseless<T>(useless: Useless, act: () => T): T {
  try {
    return act()
  } catch (cause) {
    // What the machine refuses is no fault of the schema.
    if (isCoded(cause)) throw cause
    throw useless(sentenceFor(cause), cause)
  }
}

function sentenceFor(cause: unknown): string {
  if (cause instanceof EndlessSchema) return 'it leads back to itself without end'
  if (cause instanceof TooDeep) return 'it or what is given is nested too deeply'
  return cause instanceof TimedOut ? 'it takes too long to check' : 'it cannot be understood'
}
