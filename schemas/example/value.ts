// A value for one argument: what its author gives as an example, a default or a choice, else something of the right type and size.
// What nobody can guess is a word in capitals.

import { mapOf } from '../is-map.ts'
import { ownValue } from '../own-value.ts'
import type { Whole } from './branches.ts'
import { waysOf } from './branches.ts'
import type { Judge } from './fits.ts'
import type { Schema } from './schema.ts'
import { listOf, namesOf, numberOf, spend } from './schema.ts'

type Example = {
  readonly value: unknown
  /** Known to: what cannot be judged does not. */
  readonly fits: boolean
}

type Making = Whole & { readonly judge: Judge; readonly depth: number }

const MAX_DEPTH = 4
const MAX_NAMES = 50
const MAX_GIVEN = 20
const MAX_ITEMS = 8
const MAX_LENGTH = 100
/** Characters of a value as JSON. */
const MAX_VALUE = 200

const OF_FORMAT: Readonly<Record<string, string>> = {
  hostname: 'host.example.org',
  uri: 'https://example.org/',
  url: 'https://example.org/',
  'uri-reference': 'https://example.org/',
  email: 'someone@example.org',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  date: '2026-01-31',
  time: '12:00:00Z',
  'date-time': '2026-01-31T12:00:00Z',
  duration: 'PT5S',
  uuid: '00000000-0000-4000-8000-000000000000',
  'uri-template': 'https://example.org/{id}',
  'iso-time': '12:00:00Z',
  'iso-date-time': '2026-01-31T12:00:00Z',
  regex: '.*',
  'json-pointer': '/name',
  'json-pointer-uri-fragment': '#/name',
  'relative-json-pointer': '0',
  byte: 'AAAA',
}
/** What patterns in schemas of arguments are often about: durations, versions, sizes, paths, addresses, letters. */
const COMMON = [
  '5s',
  '1',
  '1.0.0',
  '10MiB',
  '/path',
  'localhost:8080',
  'https://example.org/',
  'a',
  'A',
  '00',
  '0'.repeat(64),
]

/** The first that fits, of all ways in the order of the author. */
export function exampleOf(name: string, schema: unknown, making: Making): Example {
  if (!spend(making.budget, 1)) return { value: wordOf(name, '-'), fits: false }
  let doubtful: unknown
  let first: unknown
  for (const way of waysOf(schema, making))
    for (const { value, isGiven } of candidates(name, way, making)) {
      const fit = making.judge(value, schema)
      if (fit === 'yes') return { value, fits: true }
      if (fit === 'unknown' && isGiven) doubtful ??= value
      first ??= value
    }
  return { value: doubtful ?? first ?? wordOf(name, '-'), fits: false }
}

type Candidate = { readonly value: unknown; readonly isGiven: boolean }

function* candidates(name: string, way: Schema, making: Making): Generator<Candidate> {
  const given = [way.const, ...listOf(way.examples), way.default, ...listOf(way.enum)]
  for (const value of given.filter((one) => one !== undefined).slice(0, MAX_GIVEN))
    if (isCopied(value)) yield { value, isGiven: true }
  for (const value of made(name, way, making)) yield { value, isGiven: false }
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

function* made(name: string, way: Schema, making: Making): Generator<unknown> {
  for (const type of way.type === undefined ? impliedTypes(way) : [way.type].flat()) {
    if (type === 'integer' || type === 'number') yield* numbers(way)
    else if (type === 'boolean') yield* [true, false]
    else if (type === 'null') yield null
    else if (type === 'array') yield* lists(name, way, making)
    else if (type === 'object') yield* maps(way, making)
    else yield* texts(name, way)
  }
}

function impliedTypes(way: Schema): readonly string[] {
  if (way.properties !== undefined || way.required !== undefined) return ['object', 'string']
  if (way.items !== undefined || way.minItems !== undefined) return ['array', 'string']
  return ['minimum', 'exclusiveMinimum', 'multipleOf'].some((word) => way[word] !== undefined)
    ? ['number', 'string']
    : ['string', 'number']
}

function* numbers({ minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf }: Schema): Generator<number> {
  const low = numberOf(minimum) ?? numberOf(exclusiveMinimum)
  const high = numberOf(maximum) ?? numberOf(exclusiveMaximum)
  const step = numberOf(multipleOf)
  if (typeof minimum === 'number') yield* [minimum, Math.ceil(minimum)]
  if (typeof exclusiveMinimum === 'number') yield* [exclusiveMinimum + 1, Math.floor(exclusiveMinimum) + 1]
  yield 1
  if (high !== undefined) yield* [high, Math.floor(high), Math.ceil(high) - 1]
  if (low !== undefined && high !== undefined) yield (low + high) / 2
  if (step !== undefined && step > 0)
    yield* [step * Math.ceil((low ?? 0) / step), step * (Math.floor((low ?? 0) / step) + 1)]
  if (step !== undefined && step > 0 && high !== undefined) yield step * Math.floor(high / step)
}

function* texts(name: string, way: Schema): Generator<string> {
  const { format, minLength, maxLength, pattern } = way
  const known = typeof format === 'string' ? ownValue(OF_FORMAT, format) : undefined
  if (known !== undefined) return yield known
  const word = wordOf(name, '-')
  const [least, most] = [Math.min(numberOf(minLength) ?? 0, MAX_LENGTH), numberOf(maxLength) ?? MAX_LENGTH]
  yield word.padEnd(least, '-X').slice(0, Math.max(most, 0))
  if (pattern !== undefined) yield* [...COMMON, word.toLowerCase()]
}

/** Items of one list differ where they have to. */
function* lists(name: string, way: Schema, making: Making): Generator<readonly unknown[]> {
  const first = listOf(way.prefixItems)
  const wanted = numberOf(way.minContains) ?? (way.contains === undefined ? 0 : 1)
  const count = Math.min(Math.max(numberOf(way.minItems) ?? 0, wanted), MAX_ITEMS)
  const schemaAt = (at: number) => {
    const base = at < first.length ? first[at] : way.items
    return at < wanted ? { allOf: [base ?? {}, way.contains] } : base
  }
  const items: unknown[] = []
  for (let at = 0; at < count && making.depth < MAX_DEPTH; at += 1) {
    const before = way.uniqueItems === true ? items.map((value) => ({ not: { const: value } })) : []
    if (!spend(making.budget, items.length + 1)) break
    const label = before.length > 0 ? `${name}-${at + 1}` : name
    const low = before.length > 0 ? [{ minimum: at + 1 }, {}] : [{}]
    const tried = low.map((more) => exampleOf(label, { allOf: [schemaAt(at) ?? {}, ...before, more] }, deeper(making)))
    items.push((tried.find(({ fits }) => fits) ?? tried[0])?.value)
  }
  yield items
}

function* maps(way: Schema, making: Making): Generator<Schema> {
  if (making.depth >= MAX_DEPTH) return yield {}
  const names = wantedNames(way)
  if (!spend(making.budget, names.length)) return yield {}
  const properties = mapOf(way.properties)
  const entries = names.map((name) => [name, exampleOf(name, ownValue(properties, name), deeper(making)).value])
  yield Object.fromEntries(entries)
}

/** In the order of the schema: what is required, what that brings along, and more of what it names until there are enough. */
export function wantedNames(way: Schema): readonly string[] {
  const known = Object.keys(mapOf(way.properties))
  const wanted = new Set(namesOf(way.required))
  const dependent = mapOf(way.dependentRequired)
  for (const name of wanted) for (const more of namesOf(ownValue(dependent, name))) wanted.add(more)
  for (const name of known) if (wanted.size < (numberOf(way.minProperties) ?? 0)) wanted.add(name)
  const inOrder = known.filter((name) => wanted.has(name))
  return [...new Set([...inOrder, ...wanted])].filter(isPlain).slice(0, MAX_NAMES)
}

function deeper(making: Making): Making {
  return { ...making, depth: making.depth + 1 }
}

/** `min-free` → `MIN-FREE`: to be seen and replaced. */
export function wordOf(name: string, joint: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, joint) || 'VALUE'
}
