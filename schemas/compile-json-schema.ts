// Makes of a JSON Schema that others wrote a function that says whether a value fits it. Nothing is loaded from elsewhere, and no schema
// knows of another one.
import type { Ajv, ErrorObject, KeywordCxt, Options, ValidateFunction } from 'ajv'
import type { InTime } from './timed-out.ts'

export type JsonSchema = boolean | Readonly<Record<string, unknown>>

/** `2020` is draft 2020-12, `07` is draft-07. */
export type JsonSchemaDraft = '2020' | '07'

/**
 * What of a value does not fit; nothing where all of it does. Throws RangeError for a schema that leads back to itself without end, and
 * TimedOut for one with a pattern that tries everything there is.
 */
export type SchemaCheck = (value: unknown) => readonly ErrorObject[]

type Reading = {
  /** By which a schema is read that names none. */
  readonly draft: JsonSchemaDraft
  /** Whether a text has to be of the `format` that a schema says. */
  readonly assertsFormats: boolean
  /** Runs each look at a schema or a value. */
  readonly inTime: InTime
}

/** What such a look may take: a machine that is busy may be elsewhere for some seconds. */
export const SCHEMA_LOOK_MS = 5000

/** Names for a draft by which its own schema is found. */
const NAMES: Readonly<Record<JsonSchemaDraft, RegExp>> = {
  '2020': /^https:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/,
  '07': /^http:\/\/json-schema\.org\/draft-07\/schema#?$/,
}
/** Those that check schemas by that of the draft, which takes ten times as long to compile as most others. They keep none of them. */
const checkers = new Map<string, Ajv>()

/**
 * Loaded apart, so that a package that is missing is no fault of a schema. What it gives throws what the validator says of a schema that is
 * none, or that refers to what is not in it.
 */
export async function loadSchemaCompiler(reading: Reading): Promise<(schema: JsonSchema) => SchemaCheck> {
  const newValidator = await loadValidators(reading)
  const { inTime } = reading
  const checker = checkerFor(reading, newValidator)
  const compile = (schema: JsonSchema): ValidateFunction => {
    // Any other word may mean the schema itself, which only its own validator knows.
    const named = typeof schema === 'boolean' ? undefined : schema.$schema
    const isOfDraft = named === undefined || NAMES[reading.draft].test(String(named))
    if (isOfDraft) checker.validateSchema(schema, true)
    return newValidator({ validateSchema: !isOfDraft }).compile(schema)
  }
  return (schema) => {
    const validate = inTime(() => compile(schema))
    return (value) => (inTime(() => validate(value)) ? [] : (validate.errors as readonly ErrorObject[]))
  }
}

const ASYNC = '$async'

/**
 * With this word of the validator's own the answer of a schema is a promise, which looks like a yes whatever the value is, and ends octo when
 * it becomes a no. Wherever it stands in a schema, it is met when code is made of that: what refers to it need not know.
 */
function refuseAsync({ schema }: KeywordCxt): void {
  // allow(raw-error): whoever asks has the words for it, as for what the validator throws
  if (schema !== false) throw new Error(`\`${ASYNC}\` is no word of JSON Schema`)
}

/** A way to refer to what the validator would take for the whole schema, unless that is what it means. */
function narrow(validator: Ajv, keyword: string): void {
  const known = validator.getKeyword(keyword)
  if (typeof known !== 'object' || !('code' in known)) return
  const code = (cxt: KeywordCxt) => {
    // allow(raw-error): whoever asks has the words for it, as for what the validator throws
    if (!meansWhole(cxt)) throw new Error(`\`${keyword}\` can only refer to the whole schema here`)
    known.code(cxt)
  }
  validator.removeKeyword(keyword).addKeyword({ ...known, code })
}

/** Its names are looked up in a plain object, which has some of its own. */
function meansWhole({ schema: reference, it }: KeywordCxt): boolean {
  const { schema: root } = it.schemaEnv.root
  if (reference === '#') return true
  const name = typeof root === 'object' ? root.$dynamicAnchor : undefined
  return typeof name === 'string' && reference === `#${name}` && !(name in Object.prototype)
}

/** Made in its own time: what is ended in the middle of it cannot be used again, and none of it is the fault of a schema. */
function checkerFor({ draft, assertsFormats }: Reading, newValidator: () => Ajv): Ajv {
  const key = `${draft} ${assertsFormats}`
  const known = checkers.get(key)
  if (known) return known
  const checker = newValidator()
  checker.validateSchema({})
  checkers.set(key, checker)
  return checker
}

async function loadValidators({ draft, assertsFormats }: Reading): Promise<(own?: Options) => Ajv> {
  const Validator = draft === '07' ? (await import('ajv')).Ajv : (await import('ajv/dist/2020.js')).Ajv2020
  const formats = assertsFormats ? (await import('ajv-formats')).default : undefined
  // The package is CommonJS: its types say that the function is `default`, and it is both.
  const addFormats = formats as unknown as ((target: Ajv) => unknown) | undefined
  return (own = {}) => {
    // `verbose` names the part of the schema: its path is none from the whole where a reference leads there.
    const shared = { allErrors: true, verbose: true, strict: false, logger: false, ownProperties: true } as const
    const validator = new Validator({ ...shared, validateFormats: assertsFormats, ...own })
    addFormats?.(validator)
    validator.removeKeyword(ASYNC).addKeyword({ keyword: ASYNC, code: refuseAsync })
    for (const keyword of ['$dynamicRef', '$recursiveRef']) narrow(validator, keyword)
    return validator
  }
}
