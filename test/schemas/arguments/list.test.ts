import assert from 'node:assert/strict'
import { test } from 'node:test'
import { atLeastOneOf, listArguments, takesMore } from '../../../schemas/arguments/list.ts'

const rows: readonly {
  readonly says: string
  readonly property: unknown
  readonly type: string
  readonly default?: string
  readonly choices?: readonly unknown[]
  readonly examples?: readonly string[]
}[] = [
  { says: 'a type', property: { type: 'string' }, type: 'string' },
  { says: 'several types', property: { type: ['string', 'null'] }, type: 'string or null' },
  { says: 'bounds', property: { type: 'integer', minimum: 1, maximum: 65535 }, type: 'integer 1–65535' },
  { says: 'a lower bound', property: { type: 'number', minimum: 0.5 }, type: 'number from 0.5' },
  { says: 'an upper bound', property: { type: 'number', maximum: 0 }, type: 'number to 0' },
  { says: 'a format', property: { type: 'string', format: 'uri' }, type: 'string uri' },
  { says: 'a pattern', property: { type: 'string', pattern: '^[0-9]+$' }, type: 'string like ^[0-9]+$' },
  { says: 'examples of odd shape', property: { examples: 'a', pattern: 1 }, type: 'any' },
  {
    says: 'choices',
    property: { enum: ['tcp', 'udp', 1, null] },
    type: '"tcp" | "udp" | 1 | null',
    choices: ['tcp', 'udp', 1, null],
  },
  { says: 'one value', property: { const: true }, type: 'true', choices: [true] },
  { says: 'no choice at all', property: { enum: [] }, type: '' },
  { says: 'examples', property: { examples: ['a', 1, {}, 'more'] }, type: 'any', examples: ['"a"', '1', '{}'] },
  { says: 'no examples', property: { examples: [] }, type: 'any' },
  { says: 'a list', property: { type: 'array', items: { type: 'string' } }, type: 'list of string' },
  { says: 'a list of anything', property: { type: 'array' }, type: 'list of any' },
  { says: 'nothing', property: {}, type: 'any' },
  { says: 'true, which allows all', property: true, type: 'any' },
  { says: 'no schema at all', property: null, type: 'any' },
  { says: 'a text as default', property: { type: 'string', default: '' }, type: 'string', default: '""' },
  { says: 'false as default', property: { type: 'boolean', default: false }, type: 'boolean', default: 'false' },
  { says: 'null as default', property: { default: null }, type: 'any', default: 'null' },
  { says: 'types that are no texts', property: { type: [1, {}] }, type: 'any' },
  { says: 'bounds that are no numbers', property: { type: 'string', minimum: {} }, type: 'string' },
]
for (const { says, property, type, ...more } of rows)
  test(`an argument whose schema has ${says} is shown as \`${type}\``, () => {
    const [found] = listArguments({ properties: { name: property }, required: ['name'] })
    assert.deepEqual(found, { name: 'name', type, isRequired: true, isSecret: false, description: '', ...more })
  })

test('a secret is called one, in its type too', () => {
  const [found] = listArguments({ properties: { name: { type: 'string', writeOnly: true } } })
  assert.deepEqual([found?.type, found?.isSecret], ['string, secret', true])
})

test('many choices are cut, and schemas of odd shape have no arguments', () => {
  const [found] = listArguments({ properties: { a: { enum: Array.from({ length: 50 }, (_, index) => index) } } })
  assert.match(found?.type ?? '', /\| 11 \| …$/)
  assert.equal(found?.isRequired, false)
  for (const schema of [undefined, {}, { properties: [] }, { properties: 'x' }, { properties: null }])
    assert.deepEqual(listArguments(schema), [])
})

test('a schema takes more arguments unless it says that it does not', () => {
  assert.deepEqual([undefined, {}, { additionalProperties: true }, { additionalProperties: false }].map(takesMore), [
    true,
    true,
    true,
    false,
  ])
})

const CHOICES: readonly (readonly [string, unknown, readonly string[]])[] = [
  ['names of which one is needed', [{ required: ['port'] }, { required: ['address'] }], ['port', 'address']],
  ['no choice', undefined, []],
  ['an empty choice', [], []],
  ['two that belong together', [{ required: ['host', 'port'] }, { required: ['address'] }], []],
  ['a choice that says more', [{ required: ['port'], properties: {} }, { required: ['address'] }], []],
  ['what is no choice', { required: ['port'] }, []],
  ['names that are no texts', [{ required: [1] }], []],
]

for (const [says, anyOf, names] of CHOICES)
  test(`at least one: ${says}`, () => {
    assert.deepEqual(atLeastOneOf({ type: 'object', ...(anyOf === undefined ? {} : { anyOf }) }), names)
  })
