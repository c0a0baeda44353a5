// By which draft a JSON Schema says that it is to be read.
import { isMap } from '../is-map.ts'
import type { JsonSchema } from './parts.ts'
import type { JsonSchemaDraft } from './words.ts'

/** Draft-07 is often written as what it never was, an address of HTTPS. */
const NAMES: Readonly<Record<JsonSchemaDraft, RegExp>> = {
  '2020': /^https:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/,
  '07': /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/,
}

/** Undefined for a schema that names none of them. */
export function draftOf(schema: JsonSchema): JsonSchemaDraft | undefined {
  const named = isMap(schema) ? schema.$schema : undefined
  if (typeof named !== 'string') return undefined
  return (['2020', '07'] as const).find((draft) => NAMES[draft].test(named))
}
