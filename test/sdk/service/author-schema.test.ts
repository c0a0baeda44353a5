// What a plugin lets pass is what its JSON Schema allows, by all its words.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSchema } from '../../../sdk/service/author-schema.ts'
import { CallError } from '../../../sdk/service/call-error.ts'

const TEXT = { type: 'string' } as const
const object = (rest: object) => ({ type: 'object', properties: { a: TEXT }, ...rest })

/** What the shape that zod makes of them would let pass, too. */
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
  // Known to the shape alone, and to both.
  [{ ...TEXT, format: 'ipv4' }, '127.0.0.1', '127.0.0.256'],
  [object({ required: ['a'], additionalProperties: false }), { a: 'x' }, { a: 'x', c: 1 }],
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

test('a word that nobody here reads is refused where the plugin is defined, and a name like one is none', () => {
  const whole = { $dynamicAnchor: 'x', properties: { a: { $dynamicRef: '#x' } } }
  for (const schema of [whole, { items: [whole] }, { $defs: { dependencies: whole } }, { dependencies: { a: ['b'] } }])
    assert.throws(
      () => readSchema(schema, 'Level/v1'),
      /the JSON Schema of `Level\/v1` cannot be checked: .*write it as a/,
    )
  readSchema(object({ properties: { dependencies: TEXT }, const: { $dynamicRef: '#x' } }), 'Level/v1')
})
