// How an author says what an object of a type looks like: as a shape of zod (or of another library of the Standard Schema), or as a
// JSON Schema. Either gives the type that handlers see, the JSON Schema that hosts check with, and the check of the plugin itself.
import type { SchemaProblem } from '../../schemas/compile-json-schema.ts'
import { SCHEMA_LOOK_MS } from '../../schemas/compile-json-schema.ts'
import { isOfFormat } from '../../schemas/example/format.ts'
import { compiled } from '../../schemas/json-schema/compiled.ts'
import { EndlessSchema, TooDeep } from '../../schemas/json-schema/endings.ts'
import { draftOf } from '../../schemas/json-schema/named-draft.ts'
import { sentenceOf as sentenceOfProblem, toldProblems } from '../../schemas/json-schema/wording.ts'
import type { InTime } from '../../schemas/timed-out.ts'
import { TimedOut } from '../../schemas/timed-out.ts'
import { within } from '../../system/async/in-time.ts'
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
const MAX_TOLD = 10

/** Throws for a JSON Schema that the plugin could not check, instead of leaving it to the host. */
export function readSchema(schema: AuthorSchema, what: string, inTime = within(SCHEMA_LOOK_MS)): ReadSchema {
  if (isStandard(schema)) {
    const json = schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' })
    return { json, check: (value, subject) => checked(schema, value, subject) }
  }
  const check = checkOf(schema, what, inTime)
  return {
    json: schema,
    async check(value, subject) {
      const problems = bounded(() => check(value), subject)
      if (problems.length === 0) return value
      // Only of those that are told: each that has its place in words is as long as the keys that lead there.
      const sentences = toldProblems(problems)
        .slice(0, MAX_TOLD)
        .map((problem) => sentenceOfProblem(problem))
      throw new CallError(`${subject} is wrong: ${sentences.join('; ')}`, BAD_REQUEST)
    },
  }
}

async function checked(shape: StandardShape, value: unknown, subject: string): Promise<unknown> {
  const read = await shape['~standard'].validate(value)
  if (read.issues === undefined) return read.value
  throw new CallError(`${subject} is wrong: ${read.issues.map(sentenceOf).join('; ')}`, BAD_REQUEST)
}

function checkOf(schema: JsonSchema, what: string, inTime: InTime): (value: unknown) => readonly SchemaProblem[] {
  try {
    const draft = draftOf(schema) ?? '2020'
    return compiled(schema, { draft, isOfFormat, refusesEndless: true, inTime })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new TypeError(`the JSON Schema of \`${what}\` cannot be checked: ${why}; write it as a shape of zod`, {
      cause,
    })
  }
}

/** A caller must not stop the plugin for all others by what it sends. */
function bounded<T>(look: () => T, subject: string): T {
  try {
    return look()
  } catch (cause) {
    const isCaller = cause instanceof TimedOut || cause instanceof TooDeep || cause instanceof EndlessSchema
    if (!isCaller) throw cause
    throw new CallError(`${subject} cannot be checked: ${cause.message}`, BAD_REQUEST, { cause })
  }
}

export function sentenceOf({ path = [], message }: Issue): string {
  const place = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
  return place === '' ? message : `\`${place}\`: ${message}`
}

function isStandard(schema: AuthorSchema): schema is StandardShape {
  return '~standard' in schema
}
