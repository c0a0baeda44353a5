// Every way in which a JSON Schema can say that an argument is secret, and schemas that do not say so.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listArguments } from '../../../schemas/arguments/list.ts'
import { secretArguments } from '../../../schemas/arguments/secret.ts'

const SECRET = { type: 'string', writeOnly: true }
const OPEN = { type: 'string' }

/** Each makes `password` secret, and leaves `user` open unless it says so. */
const MARKED: Readonly<Record<string, { schema: Record<string, unknown>; both?: true }>> = {
  'a property': { schema: { properties: { password: SECRET, user: OPEN } } },
  'a part of a map': { schema: { properties: { password: { properties: { value: SECRET } }, user: OPEN } } },
  'an item of a list': { schema: { properties: { password: { type: 'array', items: SECRET }, user: OPEN } } },
  'one of several': { schema: { properties: { password: { anyOf: [OPEN, SECRET] }, user: OPEN } } },
  'a reference': {
    schema: { properties: { password: { $ref: '#/$defs/a~1b' }, user: OPEN }, $defs: { 'a/b': SECRET } },
  },
  'a reference with an escape': {
    schema: { properties: { password: { $ref: '#/$defs/a%20b' }, user: OPEN }, $defs: { 'a b': SECRET } },
  },
  'a reference by reference': {
    schema: { properties: { password: { $ref: '#/$defs/a' } }, $defs: { a: { $ref: '#/$defs/b' }, b: SECRET } },
  },
  'a name that is no path': {
    schema: {
      properties: { password: { $ref: '#hidden' }, user: OPEN },
      $defs: { a: { $anchor: 'hidden', ...SECRET } },
    },
  },
  'a whole schema beside': { schema: { properties: { user: OPEN }, allOf: [{ properties: { password: SECRET } }] } },
  // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema
  'a branch': { schema: { if: {}, then: { properties: { password: SECRET } }, properties: { user: OPEN } } },
  'a schema that depends on another argument': {
    schema: { properties: { user: OPEN }, dependentSchemas: { user: { properties: { password: SECRET } } } },
  },
  'a referred schema': { schema: { $ref: '#/$defs/all', $defs: { all: { properties: { password: SECRET } } } } },
  'a pattern of names': { schema: { patternProperties: { '^pass': SECRET }, properties: { user: OPEN } } },
  'a pattern that nobody can read': { schema: { patternProperties: { '(': SECRET } }, both: true },
  'all names that are not listed': { schema: { additionalProperties: SECRET, properties: { user: OPEN } } },
  'all names that nobody asked about': { schema: { unevaluatedProperties: SECRET }, both: true },
  'the whole map': { schema: { writeOnly: true }, both: true },
  'a schema in a circle': {
    schema: {
      properties: { password: { $ref: '#/$defs/a' }, user: OPEN },
      $defs: { a: { items: { $ref: '#/$defs/a' }, not: SECRET } },
    },
  },
}

for (const [how, { schema, both = false }] of Object.entries(MARKED))
  test(`an argument is secret by ${how}`, () => {
    const secrets = secretArguments(schema)
    assert.deepEqual([secrets.any, secrets.has('password'), secrets.has('user')], [true, true, both])
  })

const UNMARKED: readonly (Record<string, unknown> | undefined)[] = [
  undefined,
  {},
  { properties: { password: OPEN } },
  { properties: { writeOnly: { type: 'boolean' }, password: OPEN } },
  { properties: { password: { writeOnly: false } } },
  {
    properties: { password: { default: { writeOnly: true }, const: { writeOnly: true }, enum: [{ writeOnly: true }] } },
  },
  { properties: { password: { writeOnly: 'true' } } },
  { additionalProperties: true, properties: { password: true } },
]

/** Each takes at least the square of the length of a name, or of itself. */
const SLOW: readonly string[] = [
  '['.repeat(200_000),
  '^(a+)+$',
  '^(a|a)*$',
  '^(?:a{1,9}){1,9}$',
  'a*a*a*a*a*a*b',
  'a?'.repeat(40),
  '(a|aa)'.repeat(40),
]

test('a pattern of names that may take longer than anybody waits makes secret what it or others beside it could', () => {
  const name = `${'a'.repeat(50_000)}!`
  for (const pattern of SLOW) {
    const marked = secretArguments({ patternProperties: { [pattern]: SECRET } })
    assert.equal(marked.has(name), true, pattern.slice(0, 40))
    const beside = secretArguments({ patternProperties: { [pattern]: OPEN }, additionalProperties: SECRET })
    assert.equal(beside.has(name), true, pattern.slice(0, 40))
  }
})

test('patterns as authors write them are matched', () => {
  const usual = [
    '^x-[a-z0-9]+$',
    '^(http|https)_(port|host)$',
    '^[A-Z][A-Z0-9_]*$',
    '\\.(crt|key)$',
    '^label_\\d{1,3}$',
  ]
  const names = ['x-a1', 'https_port', 'TLS_KEY', 'server.crt', 'label_12']
  const has = (pattern: string, name: string) => {
    const secrets = secretArguments({ patternProperties: { [pattern]: OPEN }, additionalProperties: SECRET })
    return !secrets.has(name)
  }
  for (const pattern of usual)
    assert.deepEqual(
      names.map((name) => has(pattern, name)),
      names.map((name) => new RegExp(pattern, 'u').test(name)),
    )
})

test('a schema is gone through once, however many arguments refer to it', () => {
  let looks = 0
  const large = new Proxy(
    { properties: Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`part${index}`, {}])) },
    {
      ownKeys(target) {
        looks++
        return Reflect.ownKeys(target)
      },
    },
  )
  const names = Array.from({ length: 200 }, (_, index) => `p${index}`)
  const properties = Object.fromEntries(names.map((name) => [name, { $ref: '#/$defs/large' }]))
  const secrets = secretArguments({ $defs: { secret: SECRET, large }, properties })
  assert.deepEqual(names.filter(secrets.has), [])
  assert.equal(looks, 1)
})

test('a pattern of names is made once for all arguments', (t) => {
  const Real = RegExp
  t.after(() => {
    globalThis.RegExp = Real
  })
  let made = 0
  globalThis.RegExp = class extends Real {
    constructor(...text: readonly [string, string]) {
      super(...text)
      made++
    }
  } as RegExpConstructor
  const madeFor = (properties: object) => {
    made = 0
    const rows = listArguments({ properties, patternProperties: { '^secret': SECRET } })
    assert.ok(rows.every(({ isSecret }) => !isSecret))
    return made
  }
  assert.notEqual(madeFor({ a: OPEN }), 0)
  assert.equal(madeFor({ a: OPEN, b: OPEN, c: OPEN }), madeFor({ a: OPEN }))
})

test('an argument is open where no schema says otherwise', () => {
  for (const schema of UNMARKED) {
    const secrets = secretArguments(schema)
    assert.deepEqual([secrets.any, secrets.has('password')], [false, false], JSON.stringify(schema))
  }
})

test('people are shown which arguments are secret', () => {
  const rows = listArguments({ properties: { user: OPEN, password: SECRET } })
  assert.deepEqual(
    rows.map(({ name, type }) => [name, type]),
    [
      ['user', 'string'],
      ['password', 'string, secret'],
    ],
  )
})
