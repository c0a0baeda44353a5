// Schemas of a few lines that would look at a value for ever, and values that are deeper than a machine can look.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonSchema } from '../../../schemas/compile-json-schema.ts'
import { loadSchemaCompiler } from '../../../schemas/compile-json-schema.ts'
import { EndlessSchema, TooDeep } from '../../../schemas/json-schema/endings.ts'
import { PATIENT } from '../../support/machine/patient.ts'

const reading = { draft: '2020', assertsFormats: false, inTime: PATIENT } as const
const compile = await loadSchemaCompiler(reading)
const compileOld = await loadSchemaCompiler({ ...reading, draft: '07' })
const compileAs = (draft: '2020' | '07') => (draft === '07' ? compileOld : compile)

/** Asks the leaf twice as often with each level. */
function doubled(levels: number, leaf: object) {
  const $defs: Record<string, object> = { '0': leaf }
  for (let at = 1; at <= levels; at += 1) {
    const half = { $ref: `#/$defs/${at - 1}` }
    $defs[at] = { allOf: [half, half] }
  }
  return { $ref: `#/$defs/${levels}`, $defs }
}

test('a schema that doubles with each line takes bounded time and room', () => {
  const check = compile(doubled(60, { required: ['name'] }))
  assert.deepEqual(check({ name: 1 }), [])
  assert.equal(check({}).length, 10_000)
  const { $ref, $defs } = doubled(60, { required: ['name'] })
  for (const schema of [
    { anyOf: [{ $ref }, { required: ['a'] }], $defs },
    { not: { not: { $ref } }, $defs },
  ]) {
    assert.notEqual(compile(schema)({}).length, 0)
    assert.deepEqual(compile(schema)({ name: 1 }), [])
  }
})

test('a value that passed by one way is looked at again where the words about the rest ask for it', () => {
  const $defs = { a: { properties: { a: true } } }
  const check = compile({ allOf: [{ $ref: '#/$defs/a' }, { $ref: '#/$defs/a', unevaluatedProperties: false }], $defs })
  assert.deepEqual([check({ a: 1 }).length, check({ b: 1 }).length], [0, 1])
})

test('a schema that leads back to itself is told from a value that is too deep', () => {
  let deep: unknown = {}
  for (let at = 0; at < 100_000; at += 1) deep = { next: deep }
  const tree = { properties: { next: { $ref: '#' } } }
  assert.throws(() => compile(tree)(deep), TooDeep)
  const back = { $defs: { a: { anyOf: [{ type: 'string' }, { $ref: '#/$defs/a' }] } }, $ref: '#/$defs/a' }
  assert.deepEqual(compile(back)('a text'), [])
  assert.throws(() => compile(back)(7), EndlessSchema)
})

test('what leads back whatever the value is can be refused before there is one', async () => {
  const strict = await loadSchemaCompiler({ ...reading, refusesEndless: true })
  const never = [
    { $ref: '#' },
    { $dynamicRef: '#' },
    { not: { $ref: '#' } },
    { oneOf: [{ $ref: '#' }] },
    { properties: { a: { $ref: '#/$defs/a' } }, $defs: { a: { $ref: '#/$defs/b' }, b: { if: { $ref: '#/$defs/a' } } } },
  ]
  for (const schema of never) {
    assert.throws(() => strict(schema), EndlessSchema, JSON.stringify(schema))
    compile(schema)
  }
  for (const schema of [
    { anyOf: [true, { $ref: '#' }] },
    { items: { $ref: '#' } },
    { $defs: { a: { $ref: '#/$defs/a' } } },
  ])
    strict(schema)
})

test('a schema below a word that nobody knows is one part, however often and by whom it is meant', () => {
  const node = { properties: { next: { $ref: '#/components/schemas/node' } }, required: ['v'] }
  const schema = { properties: { a: { $ref: '#/components/schemas/node' } }, components: { schemas: { node } } }
  for (const draft of [reading.draft, '07'] as const) {
    const check = compileAs(draft)(schema)
    assert.deepEqual(check({ a: { v: 1, next: { v: 2 } } }), [])
    assert.deepEqual(
      check({ a: { v: 1, next: {} } }).map(({ instancePath }) => instancePath),
      ['/a/next'],
    )
  }
})

test('what only the way to a reference gives a meaning is looked at before any value is', () => {
  const inner = { $id: 'b', properties: { x: { $dynamicRef: '#n' } }, $defs: { n: { $dynamicAnchor: 'n' } } }
  for (const own of [{ pattern: '(' }, { $ref: '#/nope' }])
    assert.throws(() =>
      compile({ $id: 'https://e.x/a', $ref: 'b', $defs: { own: { $dynamicAnchor: 'n', ...own }, b: inner } }),
    )
})

test('more references than the machine can go are too deep, also where nothing leads back', () => {
  const $defs: Record<string, object> = { '0': { type: 'string' } }
  for (let at = 1; at <= 6_000; at += 1) $defs[at] = { $ref: `#/$defs/${at - 1}` }
  assert.throws(() => compile({ $ref: '#/$defs/6000', $defs })(1), TooDeep)
})

/** Each is told to a person as a line; none of them may hold what makes all of them large. */
const heavy: readonly (readonly [string, JsonSchema, () => unknown])[] = [
  [
    'many names that one key calls for',
    {
      allOf: Array(10).fill({ $ref: '#/$defs/d' }),
      $defs: { d: { dependentRequired: { a: Array.from({ length: 1000 }, (_, at) => `${at}`.padEnd(240, '-')) } } },
    },
    () => ({ a: 1 }),
  ],
  [
    'many ways to fit, each with many problems',
    {
      anyOf: Array(400).fill({ $ref: '#/$defs/d' }),
      $defs: { d: { required: Array.from({ length: 9999 }, (_, at) => `n${at}`) } },
    },
    () => ({}),
  ],
  [
    'a long key around many items',
    { additionalProperties: { items: { $ref: '#/$defs/n' } }, $defs: { n: { type: 'number' } } },
    () => ({ ['k'.repeat(16_000)]: Array(30_000).fill(1) }),
  ],
]
for (const [what, schema, value] of heavy)
  test(`room and time are bounded: ${what}`, () => {
    const before = process.memoryUsage().heapUsed
    assert.ok(compile(schema)(value()).length <= 10_001)
    assert.ok(process.memoryUsage().heapUsed - before < 300 * 1024 * 1024)
  })
