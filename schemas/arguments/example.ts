// Values for the arguments that a plugin cannot do without, for a first check that somebody copies and changes. They fit its schema;
// where nothing can be found that does, it says which arguments somebody has to choose.
import { waysOf } from '../example/branches.ts'
import { judgeOf } from '../example/fits.ts'
import { fitsFormat } from '../example/format.ts'
import type { Schema } from '../example/schema.ts'
import { exampleOf, wantedNames, wordOf } from '../example/value.ts'
import { mapOf } from '../is-map.ts'
import { ownValue } from '../own-value.ts'
import { secretArguments } from './secret.ts'

type ArgumentExamples = {
  /** In the order of the schema; a secret is taken from the environment. Empty where nothing is required. */
  readonly values: Readonly<Record<string, unknown>>
  /** Names of arguments whose value here may not fit, or is not there at all. */
  readonly open: readonly string[]
}

type Way = ArgumentExamples & { readonly isWhole: boolean }

/** A few milliseconds, whatever a stranger wrote. */
const MAX_STEPS = 20_000

export function exampleArguments(schema: Schema | undefined): ArgumentExamples {
  if (schema === undefined) return { values: {}, open: [] }
  const whole = { root: schema, budget: { left: MAX_STEPS } }
  const judge = judgeOf(schema, whole.budget, fitsFormat)
  const secrets = secretArguments(schema)
  let first: Way | undefined
  for (const way of waysOf(withNeeds(schema), whole)) {
    const found = inWay(way)
    if (found.isWhole) return { values: found.values, open: [] }
    first ??= found
  }
  return { values: first?.values ?? {}, open: first?.open ?? [] }

  function inWay(way: Schema): Way {
    const properties = mapOf(way.properties)
    const examples = wantedNames(way).map((name) => {
      if (secrets.has(name)) return { name, value: `{{.env.${wordOf(name, '_')}}}`, fits: true }
      return { name, ...exampleOf(name, ownValue(properties, name), { ...whole, judge, depth: 0 }) }
    })
    const values = Object.fromEntries(examples.map(({ name, value }) => [name, value]))
    const doubtful = examples.flatMap(({ name, fits }) => (fits ? [] : [name]))
    const isWhole = doubtful.length === 0 && judge(values, schema) === 'yes'
    return { values, isWhole, open: doubtful.length > 0 ? doubtful : blamed(values, properties) }
  }
}

/** Each fits by itself, and not together: never nothing, where something has to be chosen. */
function blamed(values: Schema, properties: Schema): readonly string[] {
  const names = Object.keys(values)
  const known = Object.keys(properties)
  return names.length > 0 ? names : known.length > 0 ? known : ['arguments']
}

/** What `dependentSchemas` asks for is one more way, after the one without it. */
function withNeeds(schema: Schema): Schema {
  const dependent = Object.values(mapOf(schema.dependentSchemas))
  return dependent.length === 0
    ? schema
    : { ...schema, allOf: [...[schema.allOf ?? []].flat(), { anyOf: [{}, { allOf: dependent }] }] }
}
