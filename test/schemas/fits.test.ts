// Each word of a JSON Schema decides alone, as the validator has it that runs before a plugin; what is not understood is never a fit.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadSchemaCompiler } from '../../schemas/compile-json-schema.ts'
import { judgeOf } from '../../schemas/example/fits.ts'
import { fitsFormat } from '../../schemas/example/format.ts'
import { PATIENT } from '../support/machine/patient.ts'

type Row = readonly [schema: Readonly<Record<string, unknown>>, fitting: readonly unknown[], other: readonly unknown[]]

/** What has a `then` would be taken for a promise. */
const written = (text: string): Row[0] => JSON.parse(text)
const NUMBERS = { type: 'number' } as const
const ROWS: readonly Row[] = [
  [{ type: 'integer' }, [1, 2], [1.5, '1', null]],
  [{ type: ['null', 'array'] }, [null, []], [{}, 0]],
  [{ const: { a: [1] } }, [{ a: [1] }], [{ a: [2] }, {}]],
  [{ enum: [1, 'a', { b: null }] }, ['a', { b: null }], ['b', 2]],
  [{ ...NUMBERS, minimum: 2 }, [2, 3], [1.9]],
  [{ ...NUMBERS, maximum: 2 }, [2, 1], [2.1]],
  [{ ...NUMBERS, exclusiveMinimum: 2 }, [2.1], [2, 1]],
  [{ ...NUMBERS, exclusiveMaximum: 2 }, [1.9], [2, 3]],
  [{ ...NUMBERS, multipleOf: 0.5 }, [1.5, 0], [1.25]],
  [{ minLength: 2 }, ['ab', '𝒶𝒷'], ['a', '𝒶']],
  [{ maxLength: 1 }, ['a', '𝒶'], ['ab']],
  [{ pattern: '^a' }, ['ab'], ['ba']],
  [{ format: 'ipv4' }, ['127.0.0.1'], ['127.0.0.256']],
  [{ format: 'colour' }, ['what nobody knows'], []],
  [{ minItems: 1 }, [[1]], [[]]],
  [{ maxItems: 1 }, [[1]], [[1, 2]]],
  [{ uniqueItems: true }, [[1, 2]], [[{ a: 1 }, { a: 1 }]]],
  [{ items: NUMBERS }, [[1, 2]], [[1, 'a']]],
  [
    { prefixItems: [NUMBERS], items: { type: 'string' } },
    [[1, 'a']],
    [
      ['a', 'a'],
      [1, 1],
    ],
  ],
  [{ contains: NUMBERS }, [['a', 1]], [['a'], []]],
  [{ contains: NUMBERS, minContains: 2 }, [[1, 2]], [[1, 'a']]],
  [{ contains: NUMBERS, maxContains: 1 }, [[1, 'a']], [[1, 2]]],
  [{ minProperties: 1 }, [{ a: 1 }], [{}]],
  [{ maxProperties: 1 }, [{ a: 1 }], [{ a: 1, b: 1 }]],
  [{ required: ['a'] }, [{ a: 1 }], [{ b: 1 }]],
  [{ dependentRequired: { a: ['b'] } }, [{ a: 1, b: 1 }, { c: 1 }], [{ a: 1 }]],
  [{ dependentSchemas: { a: { required: ['b'] } } }, [{ a: 1, b: 1 }, {}], [{ a: 1 }]],
  [{ properties: { a: NUMBERS } }, [{ a: 1, b: 'x' }], [{ a: 'x' }]],
  [{ patternProperties: { '^a': NUMBERS } }, [{ ab: 1, b: 'x' }], [{ ab: 'x' }]],
  [
    { properties: { a: true }, patternProperties: { '^b': true }, additionalProperties: false },
    [{ a: 1, bb: 2 }],
    [{ c: 1 }],
  ],
  [{ additionalProperties: NUMBERS }, [{ a: 1 }], [{ a: 'x' }]],
  [{ propertyNames: { maxLength: 1 } }, [{ a: 1 }], [{ ab: 1 }]],
  [{ allOf: [{ minimum: 1 }, { maximum: 2 }] }, [1, 2], [0, 3]],
  [{ anyOf: [{ maximum: 1 }, { minimum: 3 }] }, [1, 3], [2]],
  [{ oneOf: [{ maximum: 2 }, { minimum: 2 }] }, [1, 3], [2]],
  [{ oneOf: [{ const: 1 }, { const: 2 }] }, [1, 2], [3]],
  [{ not: { const: 1 } }, [2], [1]],
  [written('{"if": {"minimum": 5}, "then": {"multipleOf": 2}, "else": {"multipleOf": 3}}'), [6, 3], [7, 2]],
  [written('{"if": {"minimum": 5}, "then": false}'), [1], [5]],
  [{ $defs: { a: NUMBERS }, $ref: '#/$defs/a' }, [1], ['a']],
  [{ $defs: { a: NUMBERS }, $ref: '#/$defs/a', maximum: 1 }, [1], [2]],
]

for (const [schema, fitting, other] of ROWS)
  test(`what fits is what the validator lets pass: ${JSON.stringify(schema)}`, async () => {
    const check = (await loadSchemaCompiler({ draft: '2020', assertsFormats: true, inTime: PATIENT }))(schema)
    const judge = judgeOf(schema, { left: 1000 }, fitsFormat)
    for (const value of fitting)
      assert.deepEqual([judge(value, schema), check(value).length], ['yes', 0], JSON.stringify(value))
    for (const value of other) {
      assert.equal(judge(value, schema), 'no', JSON.stringify(value))
      assert.notEqual(check(value).length, 0, JSON.stringify(value))
    }
  })

const UNKNOWN: readonly (readonly [what: string, schema: Readonly<Record<string, unknown>>, left?: number])[] = [
  ['a word that is not read', { unevaluatedProperties: false }],
  ['a reference to elsewhere', { $ref: 'https://example.com/a' }],
  ['a pattern that may take long', { pattern: '^(\\w+\\s?)*$' }],
  ['a reference without end', { $ref: '#' }],
  ['a choice of which one is unknown', { oneOf: [{ const: 'b' }, { $ref: 'https://example.com/a' }] }],
  ['one of several that is unknown', { anyOf: [{ const: 'b' }, { $ref: 'https://example.com/a' }] }],
  ['the contrary of what is unknown', { not: { $ref: 'https://example.com/a' } }],
  ['a condition that is unknown', written('{"if": {"$ref": "https://example.com/a"}, "then": true}')],
  ['what is asked when the budget is spent', {}, 0],
  ['more choices than the budget has steps', { enum: Array.from({ length: 20 }, () => 'a') }, 10],
]

for (const [what, schema, left = 1000] of UNKNOWN)
  test(`${what} is no fit, and no contradiction either`, () => {
    assert.equal(judgeOf(schema, { left }, fitsFormat)('a', schema), 'unknown')
  })
