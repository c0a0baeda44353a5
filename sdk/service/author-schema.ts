// How an author says what an object of a type looks like: as a shape of zod (or of another library of the Standard Schema), or as a
// JSON Schema. Either gives the type that handlers see, the JSON Schema that hosts check with, and the check of the plugin itself.
import { z } from 'zod'
import { judgeOf, NOT_READ } from '../../schemas/example/fits.ts'
import { isMap } from '../../schemas/example/schema.ts'
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
/** Of looking at one value, in parts of the schema. */
const MAX_STEPS = 1_000_000
/** Their keys are names, and no words of a schema. */
const MAPS = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']
const VALUES = ['const', 'enum', 'default', 'examples']

/** Throws for a JSON Schema with words that the plugin could not check, instead of leaving them to the host. */
export function readSchema(schema: AuthorSchema, what: string): ReadSchema {
  if (isStandard(schema)) {
    const json = schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' })
    return { json, check: (value, subject) => checked(schema, value, subject) }
  }
  const shape = shapeOf(schema, what)
  return {
    json: schema,
    async check(value, subject) {
      const read = await checked(shape, value, subject)
      // The shape leaves out what zod has no word for, as `required` of names that are no properties. It knows formats, and the judge none.
      if (judgeOf(schema, { left: MAX_STEPS }, () => undefined)(value, schema) !== 'no') return read
      throw new CallError(`${subject} is wrong: it does not fit the JSON Schema of \`${what}\``, BAD_REQUEST)
    },
  }
}

async function checked(shape: StandardShape, value: unknown, subject: string): Promise<unknown> {
  const read = await shape['~standard'].validate(value)
  if (read.issues === undefined) return read.value
  throw new CallError(`${subject} is wrong: ${read.issues.map(sentenceOf).join('; ')}`, BAD_REQUEST)
}

function shapeOf(schema: JsonSchema, what: string): StandardShape {
  try {
    const unread = unreadWord(schema)
    if (unread !== undefined) throw new Error(`\`${unread}\` is not read here`)
    return z.fromJSONSchema(schema)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new TypeError(`the JSON Schema of \`${what}\` cannot be checked: ${why}; write it as a shape of zod`, {
      cause,
    })
  }
}

/** One that neither the shape nor the judge reads, wherever it stands. */
function unreadWord(schema: unknown): string | undefined {
  return unreadWords(schema).next().value
}

function* unreadWords(schema: unknown): Generator<string, undefined> {
  if (Array.isArray(schema)) for (const part of schema) yield* unreadWords(part)
  if (!isMap(schema)) return
  for (const [word, part] of Object.entries(schema)) {
    if (NOT_READ.includes(word)) yield word
    if (!VALUES.includes(word)) yield* unreadWords(MAPS.includes(word) && isMap(part) ? Object.values(part) : part)
  }
}

export function sentenceOf({ path = [], message }: Issue): string {
  const place = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
  return place === '' ? message : `\`${place}\`: ${message}`
}

function isStandard(schema: AuthorSchema): schema is StandardShape {
  return '~standard' in schema
}
