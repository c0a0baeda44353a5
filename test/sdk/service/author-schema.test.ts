// What a plugin lets pass is what its JSON Schema allows, by all its words.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSchema } from '../../../sdk/service/author-schema.ts'
import { CallError } from '../../../sdk/service/call-error.ts'
import { within } from '../../../system/async/in-time.ts'

const DRAFT_07 = 'http://json-schema.org/draft-07/schema#'
const TEXT = { type: 'string' } as const
const object = (rest: object) => ({ type: 'object', properties: { a: TEXT }, ...rest })

const ROWS: readonly (readonly [schema: Readonly<Record<string, unknown>>, fitting: unknown, other: unknown])[] = [
  [{ required: ['a'] }, { a: 1 }, {}],
  [{ minimum: 5 }, 5, 1],
  [{ properties: { a: TEXT } }, { a: 'x' }, { a: 1 }],
  [object({ required: ['b'] }), { b: 1 }, { a: 'x' }],
  [object({ allOf: [{ required: ['a'] }, { required: ['b'] }] }), { a: 'x', b: 1 }, { a: 'x' }],
  [object({ anyOf: [{ required: ['a'] }, { required: ['b'] }] }), { b: 1 }, {}],
  [{ $defs: { text: TEXT }, $ref: '#/$defs/text', minLength: 3 }, 'abc', 'x'],
  [{ enum: ['a', 'abc'], minLength: 3 }, 'abc', 'a'],
  [{ ...TEXT, enum: ['a', 1] }, 'a', 1],
  [{ type: 'array', contains: { const: 1 } }, [1], [2]],
  [{ ...TEXT, format: 'ipv4' }, '127.0.0.1', '127.0.0.256'],
  [{ format: 'uri-reference' }, '/a/b', 'a b'],
  [{ ...TEXT, pattern: '^\\p{L}+$' }, 'Hello', 'a1'],
  [{ pattern: '^[a-z]+(-[a-z]+)*$' }, 'a-b', 'NOT OK!'],
  [{ pattern: '^[a-z]+$' }, 'a'.repeat(400), 'A'.repeat(400)],
  // What a config would fill in is a plain text here.
  [{ minLength: 3 }, 'abc', 'ab'],
  [{ maxLength: 3 }, 'abc', '{{.env.A}}'],
  [{ oneOf: [{ required: ['a'] }, { required: ['b'] }] }, { a: 1 }, { a: 1, b: 1 }],
  [{ $defs: { t: { properties: { q: TEXT } } }, $ref: '#/$defs/t/properties/q' }, 'x', 1],
  [{ $ref: '#text', $defs: { text: { $anchor: 'text', ...TEXT } } }, 'x', 1],
  [{ definitions: { 'a b': TEXT }, $ref: '#/definitions/a%20b' }, 'x', 1],
  [{ $schema: DRAFT_07, items: [TEXT], additionalItems: false }, ['a'], ['a', 'b']],
  [{ dependencies: { a: ['b'] } }, { b: 1 }, { a: 1 }],
  [{ properties: { toString: TEXT, constructor: TEXT } }, {}, { toString: 1 }],
  [{ type: 'integer', minimum: 0 }, 1e16, -1],
  [{ const: { a: [1] } }, { a: [1] }, { a: [2] }],
  [object({ required: ['a'], additionalProperties: false }), { a: 'x' }, { a: 'x', c: 1 }],
  // A pointer that ends at the map of definitions means no definition.
  [{ $defs: { '': TEXT }, $ref: '#/$defs', minimum: 5 }, 5, 1],
  // Draft-07 has no `$anchor`.
  [{ $schema: DRAFT_07, definitions: { a: { $anchor: 'x' }, b: { $anchor: 'x', ...TEXT } }, minimum: 5 }, 5, 1],
  // As JSON.parse reads `1e400`.
  [{ multipleOf: 0.5 }, 1.5, Number.POSITIVE_INFINITY],
]

for (const [schema, fitting, other] of ROWS)
  test(`every word of a JSON Schema counts: ${JSON.stringify(schema)}`, async () => {
    const { check } = readSchema(schema, 'Level/v1')
    assert.deepEqual(await check(fitting, 'the `specification`'), fitting)
    await assert.rejects(check(other, 'the `specification`'), (error) => {
      assert.ok(error instanceof CallError)
      assert.equal(error.status, 400)
      assert.match(error.message, /^the `specification` is wrong: /)
      return true
    })
  })

test('what the plugin could not check is refused where it is defined', () => {
  const useless = [
    { $ref: 'https://example.com/elsewhere' },
    { properties: { a: { $ref: '#/$defs/constructor' } }, $defs: {} },
    { properties: { a: { $ref: '#/properties/a' } } },
    { properties: { a: { pattern: '^[\\w-.]+$' } } },
    { required: 'host' },
    { items: [TEXT] },
    { $schema: 'https://json-schema.org/draft/2019-09/schema' },
  ]
  for (const schema of useless)
    assert.throws(
      () => readSchema(schema, 'Level/v1'),
      /the JSON Schema of `Level\/v1` cannot be checked: .*write it as a/,
      JSON.stringify(schema),
    )
  const annotated = { 'x-docs': { dependencies: ['a'] }, const: { $dynamicRef: '#x' }, $comment: 'as it is' }
  readSchema(object({ properties: { dependencies: TEXT }, ...annotated }), 'Level/v1')
})

test('a value stays as it is: what a schema says of its absence fills in nothing', async () => {
  const { check } = readSchema(object({ properties: { a: { ...TEXT, default: 5 } } }), 'Level/v1')
  assert.deepEqual(await check({}, 'it'), {})
  await assert.rejects(check({ a: 5 }, 'it'), { status: 400 })
})

test('a caller is told of each problem where it is, and of no value', async () => {
  const { check } = readSchema(object({ required: ['b'], additionalProperties: false }), 'Level/v1')
  await assert.rejects(check({ a: 7 }, 'it'), { message: 'it is wrong: `b` is missing; `a` must be string' })
})

test('what takes too long or is too deep to be checked is the caller’s fault, and the plugin goes on', async () => {
  const slow = readSchema({ pattern: '^(\\w+\\s?)*$' }, 'Level/v1', within(50))
  const late = { status: 400, message: /^it cannot be checked: it took longer than 50 ms$/ }
  await assert.rejects(slow.check(`${'a'.repeat(60)}!`, 'it'), late)
  let deep: unknown = {}
  for (let at = 0; at < 100_000; at += 1) deep = { next: deep }
  const tree = readSchema({ properties: { next: { $ref: '#' } } }, 'Level/v1')
  await assert.rejects(tree.check(deep, 'it'), { status: 400, message: /it is too deep/ })
})

test('what stands far inside is checked as what stands outside', async () => {
  const { check } = readSchema({ properties: { next: { $ref: '#' } }, required: ['v'] }, 'Level/v1')
  const chain = (length: number, last: object): object =>
    length === 0 ? last : { v: 1, next: chain(length - 1, last) }
  await check(chain(100, { v: 1 }), 'it')
  await assert.rejects(check(chain(100, {}), 'it'), { status: 400 })
})

test('a call whose long key leads to thousands of problems costs what is told of them', async () => {
  const { check } = readSchema({ additionalProperties: { items: TEXT } }, 'calls')
  const before = process.memoryUsage().heapUsed
  await assert.rejects(check({ ['k'.repeat(100_000)]: Array(9000).fill(1) }, 'it'), CallError)
  assert.ok(process.memoryUsage().heapUsed - before < 300 * 1024 * 1024)
})
