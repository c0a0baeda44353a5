// What somebody reads of a value that does not fit: the thing that is wrong, once, and in words that say which it is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fitArguments } from '../../../config/validate-arguments.ts'
import { requireFitting } from '../../../operator/ocm/request/fits-schema.ts'

const TEXT = { type: 'string' } as const
const closed = (name: string) => ({ properties: { [name]: TEXT }, required: [name], additionalProperties: false })

const ROWS: readonly (readonly [schema: object, value: Record<string, unknown>, told: string])[] = [
  [{ properties: { a: { const: { toString: 1 } } } }, { a: 2 }, '`a` is not `{"toString":1}`'],
  [{ properties: { a: { enum: [{ x: 1 }, [1], 'x'] } } }, { a: 2 }, '`a` is none of `{"x":1}`, `[1]`, `x`'],
  [{ properties: { 'a/b': { properties: { 'c~d': TEXT } } } }, { 'a/b': { 'c~d': 1 } }, '`a/b.c~d` must be string'],
  [{ propertyNames: { pattern: '^[a-z]+$' } }, { A1: 1, b: 2 }, 'the key `A1` must match pattern "^[a-z]+$"'],
  [{ properties: { env: { propertyNames: { enum: ['A'] } } } }, { env: { C: 1 } }, '`env` the key `C` is none of `A`'],
  [{ oneOf: [closed('host'), closed('url')] }, { host: 1 }, '`host` must be string'],
  [{ anyOf: [closed('host'), { ...closed('url'), minProperties: 2 }] }, { host: 1 }, '`host` must be string'],
]

for (const [schema, value, told] of ROWS)
  test(`it is said what does not fit: ${told}`, async () => {
    const given = { kind: 'map', value, texts: {} } as const
    const { problems } = await fitArguments(given, { plugin: 'core/c', schema: schema as Record<string, unknown> })
    assert.equal(problems.map(({ text }) => text).join('; '), told)
    const declared = { type: 'T/v1', aliases: [], schema: schema as Record<string, unknown> }
    await assert.rejects(requireFitting(value, declared, 'p'), {
      details: { plugin: 'p', type: 'T/v1', problems: told.split('; ') },
    })
  })

const UNKNOWN: readonly (readonly [schema: object, ofConfig: string])[] = [
  [{ patternProperties: { '^x-': {} }, additionalProperties: false }, '`y` is no argument, it has any like `^x-`'],
  [
    { properties: { port: {} }, patternProperties: { '^x-': {} }, additionalProperties: false },
    '`y` is no argument, it has `port` and any like `^x-`',
  ],
  [{ additionalProperties: false }, '`y` is no argument, it has none'],
  [{ unevaluatedProperties: false }, '`y` is no argument'],
]

for (const [schema, told] of UNKNOWN)
  test(`a key that is not known is named: ${told}`, async () => {
    const given = { kind: 'map', value: { y: 1 }, texts: {} } as const
    const { problems } = await fitArguments(given, { plugin: 'core/c', schema: schema as Record<string, unknown> })
    assert.deepEqual(
      problems.map(({ text }) => text),
      [told],
    )
    const declared = { type: 'T/v1', aliases: [], schema: schema as Record<string, unknown> }
    await assert.rejects(requireFitting({ y: 1 }, declared, 'p'), /: has no key `y`$/)
  })
