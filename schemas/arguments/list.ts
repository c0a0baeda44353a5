// The arguments of a plugin as people read them, from the JSON Schema of its manifest. What the schema says beyond names,
// types and defaults is checked before a run, and not repeated here.

import { mapOf } from '../is-map.ts'
import { secretArguments } from './secret.ts'

export type ArgumentFacts = {
  readonly name: string
  readonly type: string
  readonly isRequired: boolean
  readonly isSecret: boolean
  /** As JSON; undefined when the plugin has none. */
  readonly default?: string
  /** All that are allowed, where these are few. */
  readonly choices?: readonly unknown[]
  /** Each as JSON. */
  readonly examples?: readonly string[]
  readonly description: string
}

type Schema = Readonly<Record<string, unknown>>

const MAX_ARGUMENTS = 200
const MAX_CHOICES = 12
const MAX_EXAMPLES = 3

/** In the order of the schema; empty where it names none. */
export function listArguments(schema: Schema | undefined): readonly ArgumentFacts[] {
  const required = new Set<unknown>(Array.isArray(schema?.required) ? schema.required : [])
  const secrets = secretArguments(schema)
  return Object.entries(mapOf(schema?.properties))
    .slice(0, MAX_ARGUMENTS)
    .map(([name, value]) => {
      const property = mapOf(value)
      const isSecret = secrets.has(name)
      return {
        name,
        type: isSecret ? `${typeOf(property)}, secret` : typeOf(property),
        isRequired: required.has(name),
        isSecret,
        ...(property.default === undefined ? {} : { default: JSON.stringify(property.default) }),
        ...choicesOf(property),
        ...examplesOf(property),
        description: typeof property.description === 'string' ? property.description : '',
      }
    })
}

/** Names of which at least one is needed, where the schema says so by `anyOf` and nothing else there; in its order. */
export function atLeastOneOf(schema: Schema | undefined): readonly string[] {
  const branches: readonly unknown[] = Array.isArray(schema?.anyOf) ? schema.anyOf : []
  const names = branches.map(onlyRequired)
  return names.every((name) => name !== undefined) ? names : []
}

function onlyRequired(branch: unknown): string | undefined {
  const { required, ...more } = mapOf(branch)
  if (!Array.isArray(required) || required.length !== 1 || Object.keys(more).length > 0) return undefined
  return typeof required[0] === 'string' ? required[0] : undefined
}

/** Whether names beyond the listed ones are taken. */
export function takesMore(schema: Schema | undefined): boolean {
  return schema === undefined || schema.additionalProperties !== false
}

function choicesOf({ const: only, enum: several }: Schema): Pick<ArgumentFacts, 'choices'> {
  if (only !== undefined) return { choices: [only] }
  return Array.isArray(several) && several.length > 0 && several.length <= MAX_ARGUMENTS ? { choices: several } : {}
}

function examplesOf({ examples }: Schema): Pick<ArgumentFacts, 'examples'> {
  if (!Array.isArray(examples) || examples.length === 0) return {}
  return { examples: examples.slice(0, MAX_EXAMPLES).map((example) => JSON.stringify(example)) }
}

function typeOf(property: Schema): string {
  if (property.const !== undefined) return JSON.stringify(property.const)
  if (Array.isArray(property.enum)) return choices(property.enum)
  const types = [property.type].flat().filter((type) => typeof type === 'string')
  const named = types.map((type) => (type === 'array' ? `list of ${typeOf(mapOf(property.items))}` : type))
  const pattern = typeof property.pattern === 'string' ? `like ${property.pattern}` : ''
  return [named.join(' or ') || 'any', boundsOf(property), textOf(property.format), pattern].filter(Boolean).join(' ')
}

function choices(values: readonly unknown[]): string {
  const shown = values.slice(0, MAX_CHOICES).map((value) => JSON.stringify(value))
  return `${shown.join(' | ')}${values.length > shown.length ? ' | …' : ''}`
}

/** `1–65535`, `from 1`, `to 10`. */
function boundsOf({ minimum, maximum }: Schema): string {
  const [low, high] = [textOf(minimum), textOf(maximum)]
  if (low !== '' && high !== '') return `${low}–${high}`
  return low !== '' ? `from ${low}` : high !== '' ? `to ${high}` : ''
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
