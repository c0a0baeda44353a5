import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { exampleArguments } from '../../../schemas/arguments/example.ts'

const rows: readonly (readonly [says: string, property: object | boolean, value: unknown])[] = [
  ['one value', { const: 'tcp' }, 'tcp'],
  ['an example', { type: 'string', examples: ['/var', '/'], default: '/tmp' }, '/var'],
  ['a default', { type: 'integer', default: 5 }, 5],
  ['a default of false', { type: 'boolean', default: false }, false],
  ['choices', { enum: ['tcp', 'udp'] }, 'tcp'],
  ['bounds', { type: 'integer', minimum: 10, maximum: 20 }, 10],
  ['a bound that is left out', { type: 'integer', exclusiveMinimum: 3 }, 4],
  ['an upper bound', { type: 'number', maximum: -2 }, -2],
  ['a number', { type: 'number' }, 1],
  ['a boolean', { type: 'boolean' }, true],
  ['a list', { type: 'array', items: { type: 'string' } }, []],
  ['a list of at least one', { type: 'array', minItems: 1, items: { type: 'integer' } }, [1]],
  [
    'an object',
    { type: 'object', properties: { host: { format: 'hostname', type: 'string' }, x: {} }, required: ['host'] },
    { host: 'host.example.org' },
  ],
  ['an address', { type: 'string', format: 'uri' }, 'https://example.org/'],
  ['a text', { type: 'string' }, 'MIN-FREE'],
  ['several types', { type: ['integer', 'string'] }, 1],
  ['null', { type: 'null' }, null],
]
for (const [says, property, value] of rows)
  test(`the example of an argument whose schema has ${says} is \`${JSON.stringify(value)}\`, and fits`, () => {
    const schema = { type: 'object', properties: { 'min-free': property }, required: ['min-free'] }
    const example = exampleArguments(schema).values
    assert.deepEqual(example, { 'min-free': value })
    const ajv = new Ajv2020({ strict: false })
    formats.default(ajv)
    assert.ok(ajv.compile(schema)(example))
  })

test('what is not required is left out, and a secret comes from the environment', () => {
  const properties = { user: { type: 'string' }, password: { type: 'string', writeOnly: true, default: 'x' } }
  assert.deepEqual(exampleArguments({ properties, required: ['password'] }).values, { password: '{{.env.PASSWORD}}' })
  for (const schema of [undefined, {}, { required: 'x' }, { properties: [] }])
    assert.deepEqual(exampleArguments(schema), { values: {}, open: [] })
})

test('no example of an author hands over a variable of whoever copies it, or fills a page', () => {
  for (const given of ['{{.env.AWS_SECRET_ACCESS_KEY}}', { deep: ['{{.env.X}}'] }, 'x'.repeat(1000)])
    for (const keyword of ['const', 'default'])
      assert.deepEqual(exampleArguments({ properties: { token: { [keyword]: given } }, required: ['token'] }).values, {
        token: 'TOKEN',
      })
})

test('no name of an author hands over a variable of whoever copies it', () => {
  const name = '{{.env.AWS_SECRET_ACCESS_KEY}}'
  const inner = { type: 'object', properties: { [name]: {} }, required: [name] }
  assert.deepEqual(exampleArguments({ properties: { [name]: {}, map: inner }, required: [name, 'map'] }).values, {
    map: {},
  })
})

test('a format that nobody knows has no example, whatever it is called', () => {
  for (const format of ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'x'])
    assert.deepEqual(
      exampleArguments({ properties: { host: { type: 'string', format } }, required: ['host'] }).values,
      {
        host: 'HOST',
      },
    )
})
