// Schemas of a few lines that would look at a value for ever, and values that are deeper than a machine can look.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadSchemaCompiler, SCHEMA_LOOK_MS } from '../../../schemas/compile-json-schema.ts'
import { EndlessSchema, TooDeep } from '../../../schemas/json-schema/endings.ts'
import { within } from '../../../system/async/in-time.ts'

const reading = { draft: '2020', assertsFormats: false, inTime: within(SCHEMA_LOOK_MS) } as const
const compile = await loadSchemaCompiler(reading)

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
