// The words of JSON Schema on which validators differ, as both drafts have them; the operator and the sdk judge alike.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonSchema } from '../../../schemas/compile-json-schema.ts'
import { loadSchemaCompiler } from '../../../schemas/compile-json-schema.ts'
import type { JsonSchemaDraft } from '../../../schemas/json-schema/words.ts'
import { readSchema } from '../../../sdk/service/author-schema.ts'
import { PATIENT } from '../../support/machine/patient.ts'

type Row = readonly [schema: Readonly<Record<string, unknown>>, fitting: readonly unknown[], other: readonly unknown[]]

const TEXT = { type: 'string' } as const
const OLD = 'http://json-schema.org/draft-07/schema#'
/** What has a `then` would be taken for a promise, and `__proto__` for what it is in a program. */
const written = (text: string) => JSON.parse(text)
const NAMES = ['toString', 'valueOf', 'constructor', 'hasOwnProperty', '__proto__']
const named = (name: string) => written(`{${JSON.stringify(name)}: 1}`)
const EITHER = { anyOf: [{ properties: { a: true } }, { properties: { b: true } }], unevaluatedProperties: false }
const LOOSE_LIST = { anyOf: [{ prefixItems: [TEXT], minItems: 9 }, true] }
const IF_A = '"if": {"properties": {"mode": {"const": "a"}}, "required": ["mode"]}'
const TREE = {
  $id: 'https://example.com/strict',
  $dynamicAnchor: 'node',
  $ref: 'tree',
  unevaluatedProperties: false,
  $defs: {
    tree: {
      $id: 'tree',
      $dynamicAnchor: 'node',
      properties: { data: true, children: { items: { $dynamicRef: '#node' } } },
    },
  },
}

const ROWS: Readonly<Record<string, readonly Row[]>> = {
  unevaluatedProperties: [
    [EITHER, [{}, { a: 1, b: 1 }], [{ c: 1 }, ...NAMES.map(named)]],
    [
      { allOf: [{ properties: { toString: true } }], unevaluatedProperties: false },
      [{ toString: 1 }],
      [{ valueOf: 1 }],
    ],
    [
      written(`{${IF_A}, "else": {"required": ["mode"]}, "unevaluatedProperties": false}`),
      [{ mode: 'a' }],
      [{ mode: 'b' }],
    ],
    [
      written('{"if": {"properties": {"a": {"const": 1}}}, "then": true, "unevaluatedProperties": false}'),
      [{ a: 1 }],
      [{ a: 2 }, { b: 1 }],
    ],
    [{ not: { not: { properties: { a: true } } }, unevaluatedProperties: false }, [{}], [{ a: 1 }]],
    [
      { $ref: '#/$defs/a', $defs: { a: { properties: { a: true } } }, unevaluatedProperties: TEXT },
      [{ a: 1, b: 'x' }],
      [{ b: 1 }],
    ],
    [
      { dependentSchemas: { a: { properties: { b: true } } }, properties: { a: true }, unevaluatedProperties: false },
      [{ a: 1, b: 1 }],
      [{ b: 1 }],
    ],
    [
      {
        oneOf: [{ patternProperties: { '^a': true }, required: ['ax'] }, { required: ['b'] }],
        unevaluatedProperties: false,
      },
      [{ ax: 1, ay: 1 }],
      [{ b: 1 }],
    ],
    [{ allOf: [{ unevaluatedProperties: true }], unevaluatedProperties: false }, [{ a: 1 }], []],
    [
      { properties: { a: { properties: { b: true } } }, unevaluatedProperties: false },
      [{ a: { b: 1, c: 1 } }],
      [{ b: 1 }],
    ],
  ],
  unevaluatedItems: [
    [{ ...LOOSE_LIST, unevaluatedItems: false }, [[], 'a'], [['a', 'b', true], ['a']]],
    [
      { anyOf: [{ items: TEXT }, true], unevaluatedItems: { type: 'boolean' } },
      [['yes', 'no'], [true]],
      [['yes', false]],
    ],
    [{ prefixItems: [true], contains: TEXT, unevaluatedItems: false }, [[1, 'foo'], ['foo']], [[1, 2, 'foo']]],
    [{ contains: TEXT, minContains: 0, unevaluatedItems: false }, [['foo', 'bar'], []], [['foo', 1]]],
    [{ allOf: [{ prefixItems: [true, true] }], unevaluatedItems: false }, [[1], [1, 2]], [[1, 2, 3]]],
    [{ allOf: [{ items: TEXT }], unevaluatedItems: false }, [['a', 'b']], [[1]]],
  ],
  $ref: [
    [{ $defs: { 'a%b': TEXT }, $ref: '#/$defs/a%25b' }, ['x'], [1]],
    [{ $defs: { 'a/b~': TEXT }, $ref: '#/$defs/a~1b~0' }, ['x'], [1]],
    [{ $defs: { toString: TEXT }, $ref: '#/$defs/toString' }, ['x'], [1]],
    [{ 'x-own': { a: [TEXT] }, $ref: '#/x-own/a/0' }, ['x'], [1]],
    [{ 'x-own': { $anchor: 'own', ...TEXT }, $ref: '#own' }, ['x'], [1]],
    [{ $id: 'toString', $ref: 'toString#toString', $defs: { a: { $anchor: 'toString', ...TEXT } } }, ['x'], [1]],
    [
      {
        $defs: { i: { type: 'integer' }, b: { $id: 'https://example.com/b', $defs: { i: TEXT }, $ref: '#/$defs/i' } },
        $ref: '#/$defs/b',
      },
      ['x'],
      [1],
    ],
    [{ properties: { $ref: TEXT, $id: TEXT, $anchor: TEXT } }, [{ $ref: 'a', $id: 'b' }], [{ $ref: 1 }, { $id: 1 }]],
    [{ $defs: { $id: TEXT, $ref: TEXT, t: TEXT }, $ref: '#/$defs/t' }, ['x'], [1]],
    [{ example: { $id: 'not one %%', $anchor: 'a b' }, enum: [{ $ref: '#/none' }, 1] }, [{ $ref: '#/none' }, 1], ['x']],
    [{ $ref: 'https://json-schema.org/draft/2020-12/schema' }, [{ minLength: 1 }], [{ minLength: -1 }]],
    [{ $schema: OLD, $ref: '#/definitions/a', type: 'integer', definitions: { a: TEXT } }, ['x'], [1]],
    [
      { $schema: 'https://json-schema.org/draft-07/schema#', definitions: { a: { $id: '#a', ...TEXT } }, $ref: '#a' },
      ['x'],
      [1],
    ],
  ],
  $dynamicRef: [
    [TREE, [{ children: [{ data: 1 }] }], [{ children: [{ daat: 1 }] }, { data: 1, more: 1 }]],
    [{ items: { $dynamicRef: '#a' }, $defs: { a: { $dynamicAnchor: 'a', ...TEXT } } }, [['x']], [[1]]],
    [{ items: { $dynamicRef: '#a' }, $defs: { a: { $anchor: 'a', ...TEXT } } }, [['x']], [[1]]],
    [{ items: { $dynamicRef: '#/$defs/a' }, $defs: { a: TEXT } }, [['x']], [[1]]],
    [
      { $dynamicAnchor: 'constructor', properties: { a: { $dynamicRef: '#constructor' } }, required: ['b'] },
      [{ b: 1, a: { b: 1 } }],
      [{ b: 1, a: {} }],
    ],
  ],
  contains: [
    [{ contains: TEXT, minContains: 2, maxContains: 2 }, [['a', 'b', 1]], [['a'], ['a', 'b', 'c']]],
    [{ contains: TEXT, minContains: 0, maxContains: 1 }, [[], ['a', 1]], [['a', 'b']]],
    [{ $schema: OLD, contains: TEXT, minContains: 0 }, [['a']], [[1]]],
  ],
  if: [
    [
      written(`{${IF_A}, "then": {"required": ["a"]}, "else": {"required": ["b"]}}`),
      [{ mode: 'a', a: 1 }, { b: 1 }],
      [{ mode: 'a', b: 1 }, { a: 1 }],
    ],
    [written('{"then": false, "else": false}'), [1, {}], []],
  ],
  uniqueItems: [
    [
      { items: TEXT, uniqueItems: true },
      [NAMES],
      [
        ['__proto__', '__proto__'],
        ['a', 'b', 'a'],
      ],
    ],
    [
      { uniqueItems: true },
      [
        ['1', 1, true, null, 'null'],
        [{ toString: 1 }, { a: 1 }],
        [[1], [[1]]],
      ],
      [
        [
          { a: 1, b: 2 },
          { b: 2, a: 1 },
        ],
        [0, -0],
        [named('__proto__'), named('__proto__')],
      ],
    ],
    [{ uniqueItems: true }, [[named('__proto__'), {}]], [[{ a: { toString: 1 } }, { a: { toString: 1 } }]]],
  ],
  enum: [
    [{ enum: [] }, [], [1, null, {}]],
    [
      { enum: [{ toString: 1 }, [1, { valueOf: 2 }]] },
      [{ toString: 1 }, [1, { valueOf: 2 }]],
      [{ toString: 2 }, [1], 'x'],
    ],
    [{ properties: { a: { enum: [{ a: 1 }] } } }, [{ a: { a: 1 } }], [{ a: { valueOf: 1 } }]],
  ],
  const: [
    [{ const: { toString: 1 } }, [{ toString: 1 }], [{}, 2, { toString: 2 }]],
    [
      { const: { source: 'a', flags: 'b', constructor: 1 } },
      [{ flags: 'b', source: 'a', constructor: 1 }],
      [{ source: 'a', flags: 'b', constructor: 1, more: 2 }],
    ],
    [{ const: { a: 1 } }, [{ a: 1 }], [written('{"a": 1, "__proto__": 1}')]],
    [{ const: false }, [false], [0, null, '']],
  ],
  properties: [
    [
      written('{"properties": {"__proto__": {"type": "string"}}}'),
      [{}, written('{"__proto__": "a"}')],
      [named('__proto__')],
    ],
    [
      written('{"additionalProperties": false, "patternProperties": {"^_": {}}}'),
      [named('__proto__')],
      [{ toString: 1 }],
    ],
    [{ required: ['toString', '__proto__'] }, [written('{"toString": 1, "__proto__": 1}')], [{}, { toString: 1 }]],
    [
      { dependentRequired: { toString: ['b'] }, dependentSchemas: { constructor: false } },
      [{}],
      [{ toString: 1 }, { constructor: 1 }],
    ],
    [{ $schema: OLD, dependentRequired: { a: ['b'] }, unevaluatedProperties: false }, [{ a: 1 }], []],
  ],
  items: [
    [{ $schema: OLD, items: [TEXT], additionalItems: { type: 'integer' } }, [['a', 1], []], [[1], ['a', 'b']]],
    [{ $schema: OLD, items: TEXT, additionalItems: false }, [['a', 'b']], [[1]]],
    [{ prefixItems: [TEXT], items: false }, [['a'], []], [['a', 'b'], [1]]],
    [{ additionalItems: false }, [[1]], []],
  ],
  numbers: [
    [{ multipleOf: 0.1 }, [0.3, 4.2, 1, 1e300], [0.35]],
    [{ multipleOf: 0.01 }, [19.99, 4.35], [4.355]],
    [{ multipleOf: 1e-10 }, [1e300, 3e-10], [3.5e-10]],
    [{ type: 'integer' }, [1e300, 2], [1.5]],
    [{ type: 'string', nullable: true }, ['x'], [null]],
  ],
}

const compilers = new Map<JsonSchemaDraft, ReturnType<typeof loadSchemaCompiler>>()
async function compiledBy(draft: JsonSchemaDraft, schema: JsonSchema) {
  const loading = compilers.get(draft) ?? loadSchemaCompiler({ draft, assertsFormats: false, inTime: PATIENT })
  compilers.set(draft, loading)
  return (await loading)(schema)
}

for (const [word, rows] of Object.entries(ROWS))
  test(`values fit as the draft has it: ${word}`, async () => {
    for (const [schema, fitting, other] of rows) {
      const text = JSON.stringify(schema)
      const check = await compiledBy(String(schema.$schema).includes('draft-07') ? '07' : '2020', schema)
      const { check: ofSdk } = readSchema(schema, 'T/v1')
      for (const value of fitting) {
        assert.deepEqual(check(value), [], `${text} ${JSON.stringify(value)}`)
        assert.equal(await ofSdk(value, 'it'), value)
      }
      for (const value of other) {
        assert.notEqual(check(value).length, 0, `${text} ${JSON.stringify(value)}`)
        await assert.rejects(ofSdk(value, 'it'), { status: 400 }, `${text} ${JSON.stringify(value)}`)
      }
    }
  })

const NOWHERE = [
  '#/$defs/__proto__',
  '#/$defs/constructor',
  '#/constructor/prototype',
  '#toString',
  'toString',
  '#/x-list/length',
]

test('a reference that leads nowhere is refused, whatever every object of JavaScript has', async () => {
  for (const $ref of NOWHERE)
    for (const draft of ['2020', '07'] as const)
      await assert.rejects(
        compiledBy(draft, { properties: { a: { $ref } }, $defs: {}, 'x-list': [] }),
        /leads nowhere/,
        $ref,
      )
})

test('one name for two schemas is refused, as nobody could say which is meant', async () => {
  for (const word of ['$id', '$anchor', '$dynamicAnchor'])
    await assert.rejects(
      compiledBy('2020', { $defs: { a: { [word]: 'n' }, b: { [word]: 'n', type: 'null' } } }),
      /given twice/,
    )
})
