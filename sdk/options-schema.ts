// The JSON Schema that plugin.yaml states under `arguments:`, made from the same description that reads the command line.
import { SINGLE_DURATION_PATTERN } from '../schemas/duration.ts'
import type { OptionSpec, OptionSpecs } from './options.ts'

/** JSON Schema of the options as a map: what plugin.yaml states under `arguments:`. Of `atLeastOne` one is needed. */
export function optionsSchema(specs: OptionSpecs, atLeastOne: readonly string[] = []): Record<string, unknown> {
  const required = Object.keys(specs).filter((key) => specs[key]?.required)
  return {
    type: 'object',
    additionalProperties: false,
    ...(required.length > 0 ? { required } : {}),
    ...(atLeastOne.length > 0 ? { anyOf: atLeastOne.map((key) => ({ required: [key] })) } : {}),
    properties: Object.fromEntries(
      Object.entries(specs).map(([key, spec]) => [key, { ...propertySchema(spec), ...exampleOf(spec) }]),
    ),
  }
}

function exampleOf({ example }: OptionSpec): Record<string, unknown> {
  return example === undefined ? {} : { examples: [example] }
}

function propertySchema(spec: OptionSpec): Record<string, unknown> {
  const { description } = spec
  if (spec.type === 'boolean') return { type: 'boolean', description }
  if (spec.type === 'strings') {
    const item = spec.choices ? { enum: spec.choices } : { anyOf: [{ type: 'string' }, { type: 'integer' }] }
    return { anyOf: [{ type: 'array', items: item }, item], description }
  }
  const fallback = spec.default === undefined ? {} : { default: spec.default }
  if (spec.type === 'duration') return { type: 'string', pattern: SINGLE_DURATION_PATTERN, ...fallback, description }
  if (spec.type === 'string')
    return {
      ...(spec.choices ? choicesSchema(spec.choices) : { type: 'string' }),
      ...fallback,
      ...(spec.secret ? { writeOnly: true } : {}),
      description,
    }
  const minimum = spec.min === undefined ? {} : { minimum: spec.min }
  const maximum = spec.max === undefined ? {} : { maximum: spec.max }
  return { type: 'integer', ...minimum, ...maximum, ...fallback, description }
}

/** A choice that is a number may be written as one: `kv: 2`. */
function choicesSchema(choices: readonly string[]): Record<string, unknown> {
  const numbers = choices.filter((choice) => /^(0|[1-9][0-9]{0,8})$/.test(choice)).map(Number)
  return numbers.length > 0 ? { enum: [...choices, ...numbers] } : { type: 'string', enum: choices }
}
