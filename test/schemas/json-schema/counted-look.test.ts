// A small look at a value asks for no clock, and none that may take long goes without one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonSchema } from '../../../schemas/compile-json-schema.ts'
import { loadSchemaCompiler } from '../../../schemas/compile-json-schema.ts'
import { PATIENT } from '../../support/machine/patient.ts'

type Seen = { readonly problems: number; readonly clocks: number }

async function look(schema: JsonSchema, value: unknown, { assertsFormats = false } = {}): Promise<Seen> {
  let clocks = 0
  const compile = await loadSchemaCompiler({
    draft: '2020',
    assertsFormats,
    inTime(act) {
      clocks += 1
      return PATIENT(act)
    },
  })
  const check = compile(schema)
  // Of the schema itself.
  assert.equal(clocks, 1)
  const problems = check(value).length
  return { problems, clocks: clocks - 1 }
}

/** As OCM says what the type of an object looks like. */
const TYPE = '^([a-zA-Z0-9][a-zA-Z0-9.]*)(?:/(v[0-9]+(?:alpha[0-9]+|beta[0-9]+)?))?'

const QUICK: readonly (readonly [what: string, schema: JsonSchema, value: unknown, problems?: number])[] = [
  ['nothing is asked', true, { a: 1 }],
  ['nothing fits', false, {}, 1],
  [
    'a type of OCM is asked for',
    {
      $ref: '#/$defs/own',
      $defs: {
        type: { type: 'string', pattern: TYPE },
        own: { properties: { type: { $ref: '#/$defs/type' } }, required: ['type'], additionalProperties: false },
      },
    },
    { type: 'DummyRepository/v1alpha1', more: 1 },
    1,
  ],
  [
    'names have a pattern',
    { patternProperties: { '^x-[a-z0-9-]+$': { type: 'number' } }, additionalProperties: false },
    { 'x-rate': 1, 'x-other-rate': 'fast' },
    1,
  ],
  ['a short list has no doubles', { uniqueItems: true }, ['a', 'b', { c: 1 }, { c: 1 }], 1],
]
for (const [what, schema, value, problems = 0] of QUICK)
  test(`no clock is asked where ${what}`, async () => {
    assert.deepEqual(await look(schema, value), { problems, clocks: 0 })
  })

/** What of 60 levels refers to the level below twice. */
const levels = Array.from({ length: 60 }, (_, at) => {
  const below = { $ref: `#/$defs/${at - 1}` }
  return [at, at === 0 ? { required: ['name'] } : { allOf: [below, below] }] as const
})

const SLOW: readonly (readonly [what: string, schema: JsonSchema, value: unknown, problems?: number])[] = [
  ['a pattern repeats what repeats', { pattern: '^(a+)+$' }, 'a'.repeat(20)],
  ['a name is tried by a pattern that repeats what repeats', { patternProperties: { '^(a+)+$': {} } }, { aaaaaaaa: 1 }],
  ['many patterns together take long', { items: { pattern: 'a*a*a*b' } }, Array(40).fill('a'.repeat(30)), 40],
  ['a text is long', { type: 'string' }, 'a'.repeat(5000)],
  ['a name is long', { type: 'object' }, { ['a'.repeat(5000)]: 1 }],
  ['a list is long', { type: 'array' }, Array(5000).fill(1)],
  ['a map is large', { type: 'object' }, Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [at, 1]))],
  ['values stand deep', { type: 'object' }, JSON.parse(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`)],
  ['the schema is large', { description: 'a'.repeat(5000) }, 1],
  ['the schema has many names', { required: Array.from({ length: 3000 }, (_, at) => `n${at}`) }, {}, 3000],
  ['the schema doubles with each level', { $ref: '#/$defs/59', $defs: Object.fromEntries(levels) }, {}, 10_000],
  [
    'many choices are compared with a map',
    { enum: Array.from({ length: 600 }, (_, at) => ({ [at]: 1 })) },
    Object.fromEntries(Array.from({ length: 600 }, (_, at) => [`n${at}`, 1])),
    1,
  ],
  [
    'a long list is searched for doubles by many',
    { allOf: Array(60).fill({ uniqueItems: true }) },
    Array.from({ length: 3900 }, (_, at) => 1 / (at + 3)),
  ],
  ['a list is longer than it has items', { type: 'array' }, Object.assign([], { length: 5000 })],
  [
    'many patterns are to be made ready',
    { patternProperties: Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`\\p{L}${at}`, {}])) },
    { a: 1 },
  ],
  [
    'many names are tried by many patterns',
    { patternProperties: Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`^${at}`, {}])) },
    Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`n${at}`, 1])),
  ],
  [
    'counting the steps of a pattern takes longer than the pattern',
    {
      allOf: Array(60).fill({ $ref: '#/$defs/a' }),
      $defs: { a: { patternProperties: { [`^(?:${'(|a){16}'.repeat(100)}){0}b`]: {} } } },
    },
    Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`n${at}`, 1])),
  ],
  [
    'each of many values is asked by much of the schema',
    { items: { anyOf: Array(100).fill({ const: 'b'.repeat(20) }) } },
    Array(30).fill('a'),
    30 * 101,
  ],
]
for (const [what, schema, value, problems = 0] of SLOW)
  test(`the clock is asked where ${what}`, async () => {
    assert.deepEqual(await look(schema, value), { problems, clocks: 1 })
  })

test('the clock is asked where a long text has a format, and not for a short one', async () => {
  const by = { format: 'uri' }
  const address = (length: number) => `https://example.com/${'a'.repeat(length)}`
  assert.deepEqual(await look(by, address(100), { assertsFormats: true }), { problems: 0, clocks: 0 })
  assert.deepEqual(await look(by, address(500), { assertsFormats: true }), { problems: 0, clocks: 1 })
  const many = { items: by }
  assert.deepEqual(await look(many, Array(4).fill(address(470)), { assertsFormats: true }), { problems: 0, clocks: 1 })
  assert.deepEqual(await look(many, Array(2).fill(address(470)), { assertsFormats: true }), { problems: 0, clocks: 0 })
})
