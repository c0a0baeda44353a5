// Schemas of plugins are checked by one function for all of them, and are otherwise strangers to each other.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fitArguments } from '../../config/validate-arguments.ts'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'

const DRAFT = 'https://json-schema.org/draft/2020-12/schema'
const wantsPort = (rest: object) => ({ type: 'object', properties: { port: { type: 'integer' } }, ...rest })
const problemsOf = async (schema: Record<string, unknown>, value: object) =>
  (await fitArguments({ kind: 'named', value } as never, { plugin: 'c', schema })).problems.length

test('a schema without a draft, or of the one that octo reads, is used', async () => {
  for (const rest of [{}, { $schema: DRAFT }, { $schema: `${DRAFT}#` }, { $schema: '' }])
    assert.deepEqual(
      [await problemsOf(wantsPort(rest), { port: 1 }), await problemsOf(wantsPort(rest), { port: 'x' })],
      [0, 1],
      JSON.stringify(rest),
    )
})

test('a schema that is none is refused each time, whatever was read before it', async () => {
  const useless = [
    { type: 'nothing' },
    // What only the draft says is wrong.
    { type: 'object', required: [7] },
    { $schema: DRAFT, type: 'object', required: [7] },
    { properties: { port: { maxLength: -1 } } },
    { $schema: DRAFT, type: 'nothing' },
    { $schema: DRAFT, properties: { port: { minimum: 'one' } } },
    { properties: { port: { $ref: 'https://example.com/not-there' } } },
    { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' },
    { $schema: 'https://example.com/unknown', type: 'object' },
    { $schema: 7, type: 'object' },
    { $id: DRAFT, type: 'object' },
  ]
  for (const schema of [...useless, ...useless.map((each) => structuredClone(each))])
    await expectCodeAsync('ARGUMENTS_INVALID', () => problemsOf(schema, {}))
})

test('schemas of one name are each their own, and none refers to another', async () => {
  const named = (type: string) => ({ $id: 'https://example.com/same', type: 'object', properties: { port: { type } } })
  assert.equal(await problemsOf(named('integer'), { port: 1 }), 0)
  assert.equal(await problemsOf(named('boolean'), { port: 1 }), 1)
  await expectCodeAsync('ARGUMENTS_INVALID', () =>
    problemsOf({ properties: { port: { $ref: 'https://example.com/same' } } }, {}),
  )
})

test('a schema that is its own draft is what it says it is', async () => {
  const own = {
    $id: 'https://example.com/own',
    $schema: 'https://example.com/own',
    type: 'object',
    properties: { port: { type: 'integer' } },
  }
  assert.deepEqual([await problemsOf(own, { port: 1 }), await problemsOf({ ...own }, { port: 'x' })], [0, 1])
})
