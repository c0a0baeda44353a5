// How an author says what an object of a type looks like: as a shape of zod (or of another library of the Standard Schema), or as a
// JSON Schema. Either gives the type that handlers see, the JSON Schema that hosts check with, and the check of the plugin itself.
import { z } from 'zod'
import { CallError } from './call-error.ts'
import type { FromSchema, JsonSchema } from './schema-types.ts'

type PathPart = PropertyKey | { readonly key: PropertyKey }
type Issue = { readonly message: string; readonly path?: readonly PathPart[] | undefined }
type Checked<Output> = { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly Issue[] }

/** What zod and its kin have in common. */
export type StandardShape<Output = unknown> = {
  readonly '~standard': {
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
    readonly validate: (value: unknown) => Checked<Output> | Promise<Checked<Output>>
    readonly jsonSchema: { readonly input: (options: { readonly target: 'draft-2020-12' }) => Record<string, unknown> }
  }
}

export type AuthorSchema = StandardShape | JsonSchema

export type InferSchema<Schema> = Schema extends StandardShape<infer Output> ? Output : FromSchema<Schema>

export type ReadSchema = {
  readonly json: JsonSchema
  /** The value as the schema gives it; throws a CallError of status 400 that names what is wrong. */
  check(value: unknown, what: string): Promise<unknown>
}

const BAD_REQUEST = 400

/** Throws for a JSON Schema with words that the plugin could not check, instead of leaving them to the host. */
export function readSchema(schema: AuthorSchema, what: string): ReadSchema {
  const shape = isStandard(schema) ? schema : shapeOf(schema, what)
  return {
    json: isStandard(schema) ? schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' }) : schema,
    async check(value, subject) {
      const checked = await shape['~standard'].validate(value)
      if (checked.issues === undefined) return checked.value
      throw new CallError(`${subject} is wrong: ${checked.issues.map(sentenceOf).join('; ')}`, BAD_REQUEST)
    },
  }
}

function shapeOf(schema: JsonSchema, what: string): StandardShape {
  try {
    return z.fromJSONSchema(schema)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new TypeError(`the JSON Schema of \`${what}\` cannot be checked: ${why}; write it as a shape of zod`, {
      cause,
    })
  }
}

export function sentenceOf({ path = [], message }: Issue): string {
  const place = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
  return place === '' ? message : `\`${place}\`: ${message}`
}

function isStandard(schema: AuthorSchema): schema is StandardShape {
  return '~standard' in schema
}
