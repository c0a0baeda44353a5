import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import fc from 'fast-check'
import { parse } from 'yaml'
import { exampleArguments } from '../../../schemas/arguments/example.ts'
import { checkSnippet } from '../../../schemas/check-snippet.ts'
import type { ReleasedManifest } from '../../../schemas/manifest.ts'
import type { Version } from '../../../schemas/version.ts'
import { rounds, triesEveryCase } from '../../support/machine/full-form.ts'

type Schema = Readonly<Record<string, unknown>>

const portOrAddress = {
  properties: { address: { type: 'string' }, port: { type: 'integer', minimum: 1, maximum: 65_535 } },
  anyOf: [{ required: ['port'] }, { required: ['address'] }],
}

const rows: readonly (readonly [says: string, schema: Schema, values: Schema, open?: readonly string[]])[] = [
  ['one of two', portOrAddress, { port: 1 }],
  ['exactly one of two', { ...portOrAddress, anyOf: undefined, oneOf: portOrAddress.anyOf }, { port: 1 }],
  ['what comes along', { required: ['user'], dependentRequired: { user: ['role'] } }, { user: 'USER', role: 'ROLE' }],
  [
    'what a value asks for',
    {
      properties: { mode: { enum: ['tls', 'plain'] } },
      required: ['mode'],
      if: { properties: { mode: { const: 'tls' } } },
      // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema
      then: { required: ['ca-file'] },
    },
    { mode: 'tls', 'ca-file': 'CA-FILE' },
  ],
  ['parts', { allOf: [{ required: ['a'] }, { properties: { a: { type: 'integer', minimum: 7 } } }] }, { a: 7 }],
  ['a part that it refers to', { $ref: '#/$defs/all', $defs: { all: { required: ['a'] } } }, { a: 'A' }],
  [
    'a part that an argument refers to',
    { properties: { a: { $ref: '#/$defs/port' } }, required: ['a'], $defs: { port: { type: 'integer', minimum: 9 } } },
    { a: 9 },
  ],
  ['a duration', { properties: { t: { type: 'string', pattern: '^[0-9]+(ms|s)$' } }, required: ['t'] }, { t: '5s' }],
  ['a default that does not fit', { properties: { a: { type: 'integer', default: 'x' } }, required: ['a'] }, { a: 1 }],
  ['a least length', { properties: { a: { type: 'string', minLength: 4 } }, required: ['a'] }, { a: 'A-X-' }],
  [
    'unlike items',
    {
      properties: { a: { type: 'array', items: { type: 'integer' }, minItems: 2, uniqueItems: true } },
      required: ['a'],
    },
    { a: [1, 2] },
  ],
  ['a number of arguments', { minProperties: 1, properties: { a: { type: 'boolean' }, b: {} } }, { a: true }],
  [
    'a pattern that nobody guesses',
    { properties: { a: { type: 'string', pattern: '^x{3}-y+z$' }, b: { type: 'boolean' } }, required: ['a', 'b'] },
    { a: 'A', b: true },
    ['a'],
  ],
  [
    'a pattern that takes forever',
    { properties: { a: { type: 'string', pattern: '^(a+)+$' } }, required: ['a'] },
    { a: 'A' },
    ['a'],
  ],
  [
    'a pattern that refers back, which nobody bounds',
    { properties: { a: { type: 'string', pattern: '^(A?)\\1$' } }, required: ['a'] },
    { a: 'A' },
    ['a'],
  ],
  [
    'a format that no choice has',
    { properties: { a: { format: 'uri' } }, allOf: [{ properties: { a: { enum: ['b'] } } }], required: ['a'] },
    { a: 'b' },
    ['a'],
  ],
  [
    'one of two formats',
    {
      properties: { a: { oneOf: [{ format: 'ipv4' }, { format: 'date' }], enum: ['b', '192.0.2.7'] } },
      required: ['a'],
    },
    { a: '192.0.2.7' },
  ],
  [
    'a name that it refuses',
    { properties: { a: {} }, required: ['b'], additionalProperties: false },
    { b: 'B' },
    ['b'],
  ],
]
for (const [says, schema, values, open = []] of rows)
  test(`an example of arguments whose schema asks for ${says} is \`${JSON.stringify(values)}\``, () => {
    const example = exampleArguments(schema)
    assert.deepEqual(example, { values, open })
    assert.equal(fits(schema, values), open.length === 0)
  })

test('what fits neither alone nor together is named, and no schema of a stranger takes long', () => {
  const names = Array.from({ length: 200 }, (_none, at) => `a${at}`)
  const choices = names.map((name) => ({ anyOf: names.map((other) => ({ required: [name, other], not: {} })) }))
  assert.notDeepEqual(exampleArguments({ allOf: choices }).open, [])
  const circle = { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/a', required: ['x'] } } }
  assert.deepEqual(exampleArguments(circle).values, { x: 'X' })
  const inside = (schema: Schema): Schema => ({
    ...{ type: 'object', required: names },
    properties: Object.fromEntries(names.map((name) => [name, schema])),
  })
  const nested = Array.from({ length: 9 }).reduce<Schema>(inside, { type: 'string', pattern: '^zz' })
  assert.notDeepEqual(exampleArguments(nested).open, [])
})

const leaf = fc.oneof(
  fc.record({ type: fc.constant('string'), minLength: fc.nat(5), maxLength: fc.integer({ min: 3, max: 9 }) }),
  fc.record({ type: fc.constant('string'), format: fc.constantFrom('uri', 'ipv4', 'ipv6', 'date', 'email', 'uuid') }),
  fc.record({ type: fc.constant('string'), pattern: fc.constantFrom('^[a-z]$', '^[0-9]+s$', '^q{9}$', '^/') }),
  fc.record({ type: fc.constantFrom('integer', 'number'), minimum: fc.integer({ min: -5, max: 5 }) }),
  fc.record({
    type: fc.constantFrom('integer', 'number'),
    exclusiveMinimum: fc.nat(5),
    maximum: fc.integer({ min: 4, max: 20 }),
    multipleOf: fc.constantFrom(1, 2, 3),
  }),
  fc.record({ type: fc.constantFrom('boolean', 'null', ['integer', 'string']) }),
  fc.record({ enum: fc.uniqueArray(fc.constantFrom('a', 'b', 1, true, null), { minLength: 1 }) }),
  fc.record({
    type: fc.constant('integer'),
    default: fc.constantFrom(5, 'five'),
    examples: fc.constantFrom([], [1.5]),
  }),
  fc.record({
    type: fc.constant('array'),
    items: fc.constantFrom({ type: 'integer' }, { type: 'string' }, { enum: ['x', 'y'] }),
    minItems: fc.nat(3),
    uniqueItems: fc.boolean(),
  }),
)
const NAMES = ['host', 'port', 'path', 'mode']
const names = fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 2 })
const branch = fc.oneof(
  fc.record({ required: names }),
  fc.record({ properties: fc.dictionary(fc.constantFrom(...NAMES), leaf), required: names }),
  fc.record({ not: fc.record({ required: names }) }),
)
const branches = fc.array(branch, { minLength: 1, maxLength: 3 })
const schemas = fc.record(
  {
    type: fc.constant('object'),
    properties: fc.dictionary(fc.constantFrom(...NAMES), leaf),
    required: names,
    additionalProperties: fc.boolean(),
    ...{ anyOf: branches, oneOf: branches, allOf: branches },
    // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema
    ...{ if: branch, then: branch, else: branch },
    dependentRequired: fc.dictionary(fc.constantFrom(...NAMES), names),
    dependentSchemas: fc.dictionary(fc.constantFrom(...NAMES), branch),
    minProperties: fc.nat(2),
  },
  { requiredKeys: ['type', 'properties'] },
)

test('the check that is offered fits the schema of its plugin, or says which argument somebody has to choose', () => {
  fc.assert(
    fc.property(schemas, (schema) => {
      const text = checkSnippet({ name: 'p', version: '1.0.0' as Version, manifest: aCheck(schema) }) ?? ''
      const [check] = parse(text).operator.services['my-service'].health
      assert.equal(fits(schema, check.args ?? {}), !text.startsWith('#'), text)
    }),
    { numRuns: rounds({ short: triesEveryCase ? 60 : 20, full: 60 }) },
  )
})

function aCheck(schema: Schema): ReleasedManifest {
  return { kind: 'tool', protocol: 'exec', output: 'check/v1', arguments: schema } as unknown as ReleasedManifest
}

/** One for all: to make it takes longer than to compile a schema. */
const ajv = formats.default(new Ajv2020({ strict: false, logger: false, ownProperties: true }))

function fits(schema: Schema, value: unknown): boolean {
  return ajv.compile(JSON.parse(JSON.stringify(schema)))(value)
}
