// Whether a value fits the JSON Schema that a plugin declares for its type: draft 2020-12, or draft-07 where it says so.
import type { SchemaCheck } from '../../../schemas/compile-json-schema.ts'
import { loadSchemaCompiler, SCHEMA_LOOK_MS } from '../../../schemas/compile-json-schema.ts'
import type { DeclaredType } from '../../../schemas/contract/ocm/capabilities.ts'
import { coded, isCoded } from '../../../schemas/errors.ts'
import { draftOf } from '../../../schemas/json-schema/named-draft.ts'
import { sentenceOf, toldProblems } from '../../../schemas/json-schema/wording.ts'
import { quote } from '../../../schemas/quote.ts'
import { within } from '../../../system/async/in-time.ts'

type Schema = NonNullable<DeclaredType['schema']>

const MAX_PROBLEMS = 10

/** Throws ARGUMENTS_INVALID naming every problem, and no value: they may be secrets. */
export async function requireFitting(value: unknown, { type, schema }: DeclaredType, plugin: string): Promise<void> {
  if (schema === undefined) return
  const check = await compiledOnce(schema, { type, plugin })
  const problems = toldProblems(check(value))
    .slice(0, MAX_PROBLEMS)
    .map((problem) => sentenceOf(problem))
  if (problems.length === 0) return
  throw coded('ARGUMENTS_INVALID', {
    message: `what is given as ${quote(type)} does not fit the schema of plugin ${quote(plugin)}: ${problems.join('; ')}`,
    details: { plugin, type, problems },
    hint: `\`octo plugin inspect ${plugin}\` shows the schema`,
  })
}

/** Throws PLUGIN_ANSWER_INVALID for a schema that is of no use. */
export async function compileSchema({ type, schema }: DeclaredType, plugin: string): Promise<void> {
  if (schema !== undefined) await compiledOnce(schema, { type, plugin })
}

type Place = { readonly type: string; readonly plugin: string }

const compiled = new WeakMap<object, Promise<SchemaCheck>>()

/** Making the function takes far longer than using it. One that could not be made is made anew, as the machine may have been at fault. */
function compiledOnce(schema: Schema, place: Place): Promise<SchemaCheck> {
  if (typeof schema === 'boolean') return compile(schema, place)
  const known = compiled.get(schema) ?? compile(schema, place)
  compiled.set(schema, known)
  known.catch(() => compiled.delete(schema))
  return known
}

/** Formats are not asserted, as OCM's own validation does not; nothing is loaded from elsewhere. */
async function compile(schema: Schema, { type, plugin }: Place): Promise<SchemaCheck> {
  const compileDeclared = await loadSchemaCompiler({
    draft: draftOf(schema) ?? '2020',
    assertsFormats: false,
    inTime: within(SCHEMA_LOOK_MS),
  })
  const check = orUnusable({ type, plugin }, () => compileDeclared(schema))
  return (value) => orUnusable({ type, plugin }, () => check(value))
}

function orUnusable<T>({ type, plugin }: Place, act: () => T): T {
  try {
    return act()
  } catch (cause) {
    // What the machine refuses is no fault of the schema.
    if (isCoded(cause)) throw cause
    throw coded('PLUGIN_ANSWER_INVALID', {
      message: `the schema of ${quote(type)} of plugin ${quote(plugin)} cannot be used`,
      details: { plugin, type },
      hint: 'tell its author; `octo plugin check FILE` shows it too',
      cause,
    })
  }
}
