// What is said of arguments that do not fit: never nothing, and never more than somebody can read.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fitArguments, validateArguments } from '../../config/validate-arguments.ts'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'

type Schema = Readonly<Record<string, unknown>>

const given = (value: Schema) => ({ kind: 'map', value, texts: {} }) as const
const refusal = (value: Schema, schema: Schema) =>
  expectCodeAsync('ARGUMENTS_INVALID', () => validateArguments(given(value), { plugin: 'core/c', schema }))

const ONE_OF_TWO = [{ required: ['host'] }, { required: ['url'] }]

test('of several names of which one is needed the whole is told, and a part where the schema asks for that alone', async () => {
  const whole = await refusal({}, { anyOf: ONE_OF_TWO })
  assert.match(whole.message, /`core\/c`: one of `host`, `url` is missing$/)
  const part = await refusal({ url: 'x' }, { anyOf: ONE_OF_TWO, allOf: [{ $ref: '#/anyOf/0' }] })
  assert.match(part.message, /`core\/c`: `host` is missing$/)
  const inside = { anyOf: ONE_OF_TWO, properties: { next: { $ref: '#/anyOf/1' }, more: { $ref: '#' } } }
  assert.match((await refusal({ url: 'x', next: {} }, inside)).message, /`core\/c`: `next` `url` is missing$/)
  const other = { anyOf: [{ required: ['port'] }, { allOf: [{ $ref: '#/$defs/any' }], required: ['path'] }] }
  const deep = { anyOf: ONE_OF_TWO, properties: { next: { $ref: '#/$defs/other' } }, $defs: { other, any: {} } }
  assert.match(
    (await refusal({ url: 'x', next: {} }, deep)).message,
    /`next` `port` is missing; `next` `path` is missing/,
  )
  const more = await refusal({ url: 'x', more: {} }, inside)
  assert.match(more.message, /`core\/c`: one of `host`, `url` is missing$/)
})

test('a schema that finds the same again and again is told a bounded number of times', async () => {
  const $defs: Record<string, Schema> = { '0': { required: ['name'] } }
  for (let at = 1; at <= 10; at += 1) {
    const half = { $ref: `#/$defs/${at - 1}` }
    $defs[at] = { allOf: [half, half] }
  }
  const { problems } = await fitArguments(given({}), { plugin: 'core/c', schema: { $ref: '#/$defs/10', $defs } })
  assert.equal(problems.length, 100)
})

test('a name that is none is held to those that are known in its place', async () => {
  const tls = {
    type: 'object',
    properties: { verify: {}, 'ca/file': { type: 'integer' } },
    additionalProperties: false,
  }
  const nowhere = { $id: 'https://example.com/tls', ...tls }
  const rows: readonly (readonly [Schema, Schema, RegExp])[] = [
    [{ tls: { verfy: 1 } }, tls, /: `tls` `verfy` is no argument, did you mean `verify`\?$/],
    // Reached by a reference that the validator does not write out.
    [{ tls: { verfy: 1 } }, { $ref: '#/$defs/a~1b%20c' }, /: `tls` `verfy` is no argument, did you mean `verify`\?$/],
    [{ tls: { verbose: 1 } }, tls, /: `tls` `verbose` is no argument, it has `verify`, `ca\/file`$/],
    [{ tls: { verbose: 1 } }, { $ref: '#/$defs/a~1b%20c' }, /: `tls` `verbose` is no argument, it has `verify`/],
    [{ tls: { verfy: 1 } }, { $ref: nowhere.$id }, /: `tls` `verfy` is no argument, did you mean `verify`\?$/],
    [{ tls: { 'ca/file': '7' } }, tls, /: `tls.ca\/file` must be integer \(write it without quotes\)$/],
    [{ tls: {}, verbos: 1 }, tls, /: `verbos` is no argument, did you mean `verbose`\?$/],
  ]
  for (const [value, inner, told] of rows) {
    const whole = {
      properties: { tls: inner, verbose: {} },
      $defs: { 'a/b c': tls, nowhere },
      additionalProperties: false,
    }
    assert.match((await refusal(value, whole)).message, told)
  }
})
