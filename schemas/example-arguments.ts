// Values for the arguments that a plugin requires, for a first check that somebody copies and changes: what its schema gives as an
// example, a default or a choice, else something of the right type. What nobody can guess is a word in capitals.

import { ownValue } from './own-value.ts'
import { secretArguments } from './secret-arguments.ts'

type Schema = Readonly<Record<string, unknown>>

const MAX_SHOWN = 50
const MAX_DEPTH = 3
/** Characters of a value as JSON. */
const MAX_VALUE = 200

const OF_FORMAT: Readonly<Record<string, string>> = {
  hostname: 'host.example.org',
  uri: 'https://example.org/',
  email: 'someone@example.org',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  date: '2026-01-31',
  'date-time': '2026-01-31T12:00:00Z',
}

/** In the order of the schema; a secret is taken from the environment. Empty where nothing is required. */
export function exampleArguments(schema: Schema | undefined): Readonly<Record<string, unknown>> {
  const properties = mapOf(schema?.properties)
  const secrets = secretArguments(schema)
  const required = requiredOf(schema, properties).map((name) => [
    name,
    secrets.has(name) ? `{{.env.${wordOf(name, '_')}}}` : exampleOf(name, mapOf(properties[name]), 0),
  ])
  return Object.fromEntries(required)
}

function requiredOf(schema: Schema | undefined, properties: Schema): string[] {
  const required = Array.isArray(schema?.required) ? schema.required.filter((name) => typeof name === 'string') : []
  const wanted = new Set(required)
  const inOrder = Object.keys(properties).filter((name) => wanted.has(name))
  return [...new Set([...inOrder, ...required])].filter(isPlain).slice(0, MAX_SHOWN)
}

function exampleOf(name: string, property: Schema, depth: number): unknown {
  const given = [property.const, ...listOf(property.examples), property.default, ...listOf(property.enum)]
  const chosen = given.find((value) => value !== undefined)
  return chosen === undefined || !isCopied(chosen) ? ofType(name, property, depth) : chosen
}

/** Not what a config would fill in: the example of a stranger must not hand over a variable of whoever copies it. */
function isCopied(value: unknown): boolean {
  const text = JSON.stringify(value)
  return text.length <= MAX_VALUE && isPlain(text)
}

/** The same counts for names: octoctl fills in the text of a config as a whole. */
function isPlain(text: string): boolean {
  return !text.includes('{{')
}

function ofType(name: string, property: Schema, depth: number): unknown {
  const [type] = [property.type].flat()
  if (type === 'integer' || type === 'number') return numberFor(property)
  if (type === 'boolean') return true
  if (type === 'null') return null
  if (type === 'array') {
    const least = typeof property.minItems === 'number' ? property.minItems : 0
    return least > 0 && depth < MAX_DEPTH ? [exampleOf(name, mapOf(property.items), depth + 1)] : []
  }
  if (type === 'object') return depth < MAX_DEPTH ? objectFor(property, depth) : {}
  const { format } = property
  const known = typeof format === 'string' ? ownValue(OF_FORMAT, format) : undefined
  return known ?? wordOf(name, '-')
}

function objectFor(property: Schema, depth: number): Schema {
  const properties = mapOf(property.properties)
  return Object.fromEntries(
    requiredOf(property, properties).map((name) => [name, exampleOf(name, mapOf(properties[name]), depth + 1)]),
  )
}

function numberFor({ minimum, exclusiveMinimum, maximum }: Schema): number {
  if (typeof minimum === 'number') return minimum
  if (typeof exclusiveMinimum === 'number') return exclusiveMinimum + 1
  return typeof maximum === 'number' && maximum < 1 ? maximum : 1
}

/** `min-free` → `MIN-FREE`: to be seen and replaced. */
function wordOf(name: string, joint: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, joint) || 'VALUE'
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function mapOf(value: unknown): Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : {}
}
