// Checks the arguments of a config against the JSON Schema of the plugin (draft 2020-12), before anything is started.

import { argumentCheck } from '../schemas/arguments/check.ts'
import { atLeastOneOf } from '../schemas/arguments/list.ts'
import type { SchemaCheck, SchemaProblem } from '../schemas/compile-json-schema.ts'
import { SCHEMA_LOOK_MS } from '../schemas/compile-json-schema.ts'
import { coded } from '../schemas/errors.ts'
import { listOf } from '../schemas/example/schema.ts'
import { mapOf } from '../schemas/is-map.ts'
import { listed, sentenceOf, stepsOf, toldProblems } from '../schemas/json-schema/wording.ts'
import { nearestWord } from '../schemas/nearest-word.ts'
import { quote } from '../schemas/quote.ts'
import { within } from '../system/async/in-time.ts'
import type { CheckArguments } from './model/config.ts'
import { readAs, typedFromText, typesOf } from './typed-from-text.ts'

type Schema = Readonly<Record<string, unknown>>
type Subject = { readonly plugin: string; readonly schema: Schema | undefined }

const MAX_PROBLEMS = 10
/** A schema of a few lines has millions of them, and each is compared with the names that it has. */
const MAX_TOLD = 100

/**
 * The arguments as the plugin wants them: what a template filled in is typed. Throws ARGUMENTS_INVALID naming every problem.
 * A list is the plugin's own business, it carries no names to check.
 */
export async function validateArguments(given: CheckArguments, subject: Subject): Promise<CheckArguments> {
  const { fitted, problems } = await fitArguments(given, subject)
  if (problems.length === 0) return fitted
  throw argumentsInvalid(subject.plugin, problems)
}

export type ArgumentProblem = {
  /** JSON Pointer of what does not fit; empty for all of them together. */
  readonly pointer: string
  /** The names of which one is missing there. */
  readonly missing?: readonly string[]
  /** In words; without values, which may be secrets. */
  readonly text: string
}

type Fitted = { readonly fitted: CheckArguments; readonly problems: readonly ArgumentProblem[] }

/** The same with the problems, for who can do something about them. Throws ARGUMENTS_INVALID for a schema that is of no use. */
export async function fitArguments(given: CheckArguments, { plugin, schema }: Subject): Promise<Fitted> {
  if (given.kind === 'list' || schema === undefined) return { fitted: given, problems: [] }
  const check = await checkOnce(plugin, schema)
  const found = check(given.value)
  const typed = typedFromText(given, found)
  const left = typed === given ? found : check(typed.value)
  return { fitted: typed, problems: problemsOf(left, { schema, typed }) }
}

export function argumentsInvalid(plugin: string, problems: readonly ArgumentProblem[], hint?: string): Error {
  const texts = problems.slice(0, MAX_PROBLEMS).map(({ text }) => text)
  return coded('ARGUMENTS_INVALID', {
    message: `arguments do not fit plugin ${quote(plugin)}: ${texts.join('; ')}`,
    details: { plugin, problems: texts },
    hint: hint ?? `\`octo info ${plugin}\` shows the arguments`,
  })
}

type Tried = { readonly schema: Schema; readonly typed: CheckArguments }

/** At least one where anything does not fit. */
function problemsOf(errors: readonly SchemaProblem[], tried: Tried): readonly ArgumentProblem[] {
  const { schema } = tried
  const names = atLeastOneOf(schema)
  const isWhole = ({ keyword, parentSchema }: SchemaProblem) =>
    names.length > 0 && keyword === 'anyOf' && parentSchema === schema
  const wholes = new Set(errors.filter(isWhole).map(({ instancePath }) => instancePath))
  const parts = new Set<unknown>(listOf(schema.anyOf))
  // The whole says better what is missing there. What refers to a part alone is said by nothing else.
  const isPart = ({ parentSchema, instancePath }: SchemaProblem) => parts.has(parentSchema) && wholes.has(instancePath)
  return toldProblems(errors.filter((error) => !isPart(error)))
    .slice(0, MAX_TOLD)
    .map((error) =>
      isWhole(error)
        ? { pointer: error.instancePath, missing: names, text: `one of ${listed(names)} is missing` }
        : problemOf(error, tried),
    )
}

function problemOf(error: SchemaProblem, { typed }: Tried): ArgumentProblem {
  const { instancePath: pointer, keyword, params } = error
  return {
    pointer,
    ...(keyword === 'required' ? { missing: [String(params.missingProperty)] } : {}),
    text: `${sentenceOf(error, unknownArgument)}${typing(error, typed.value)}`,
  }
}

const checks = new WeakMap<Schema, Promise<SchemaCheck>>()

/**
 * Of a plugin that a config asks for many times: making the function takes far longer than using it. One that could not be made is made
 * anew, as the machine may have been at fault.
 */
function checkOnce(plugin: string, schema: Schema): Promise<SchemaCheck> {
  const known =
    checks.get(schema) ??
    argumentCheck(schema, {
      inTime: within(SCHEMA_LOOK_MS),
      useless: (problem, cause) => badSchema(plugin, problem, cause),
    })
  checks.set(schema, known)
  known.catch(() => checks.delete(schema))
  return known
}

function badSchema(plugin: string, problem: string, cause?: unknown): Error {
  return coded('ARGUMENTS_INVALID', {
    message: `argument schema of plugin ${quote(plugin)} is of no use: ${problem}`,
    details: { plugin },
    cause,
  })
}

/** A text that would be a number or boolean without its quotes, or in the words of YAML 1.2. */
function typing(error: SchemaProblem, value: unknown): string {
  if (error.keyword !== 'type') return ''
  const types = typesOf(error)
  const text = stepsOf(error.instancePath).reduce<unknown>(
    (at, step) => (at as Record<string, unknown> | undefined)?.[step],
    value,
  )
  if (typeof text !== 'string') return ''
  if (readAs(text, types) !== undefined) return ' (write it without quotes)'
  const isWord = types.includes('boolean') && /^(y|yes|no?|on|off)$/i.test(text)
  return isWord ? ' (write `true` or `false`)' : ''
}

function unknownArgument(name: string, { keyword, parentSchema }: SchemaProblem): string {
  if (keyword === 'unevaluatedProperties') return `${quote(name)} is no argument`
  const { properties, patternProperties } = mapOf(parentSchema)
  const [known, patterns] = [Object.keys(mapOf(properties)), Object.keys(mapOf(patternProperties))]
  const nearest = nearestWord(name, known)
  if (nearest) return `${quote(name)} is no argument, did you mean ${quote(nearest)}?`
  const like = patterns.length > 0 ? [`any like ${listed(patterns)}`] : []
  return `${quote(name)} is no argument, it has ${[...(known.length > 0 || like.length === 0 ? [listed(known)] : []), ...like].join(' and ')}`
}
