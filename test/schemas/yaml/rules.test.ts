// Each rule of YAML by a table: characters, keys, scalars that others read differently, numbers, tags, anchors, documents and
// merge keys. A row says what is read where everything is ours (manifests), and where parts are of other programs (configs).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AUTHORED_YAML, MANIFEST_YAML, parseYaml } from '../../../schemas/yaml/parse.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'

const manifestOf = (text: string) => parseYaml(text, 'plugin.yaml', MANIFEST_YAML).value
const configOf = (text: string) => parseYaml(text, 'octo.yaml', AUTHORED_YAML).value
const refusedBy = (read: (text: string) => unknown, text: string) =>
  expectCode('YAML_INVALID', () => assert.fail(`${JSON.stringify(text)} is read as ${JSON.stringify(read(text))}`))
    .message

const UNREADABLE = [
  ...[0, 1, 7, 8, 11, 12, 13, 14, 27, 31, 127, 128, 132, 133, 134, 159, 0x2028, 0x2029, 0xfeff, 0xfffe, 0xffff],
].map((code) => String.fromCharCode(code))

test(`${UNREADABLE.length} characters are refused as they are, wherever they stand, and read when escaped`, () => {
  for (const character of UNREADABLE) {
    const name = `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
    for (const text of [
      `a: x${character}y`,
      `a${character}b: 1`,
      `a: "x${character}y"`,
      `# x${character}y`,
      `a: |\n  x${character}y`,
    ])
      for (const read of [manifestOf, configOf]) assert.ok(refusedBy(read, `z: 1\n${text}\n`).includes(name), name)
    if (character === '\0') continue
    const escaped = `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
    assert.deepEqual(manifestOf(`a: "x${escaped}y"\n`), { a: `x${character}y` })
  }
})

test('all other characters are read as they are', () => {
  for (const character of ['\t', '\u00a0', 'ä', '\u200b', '\ud7ff', '\ue000', '\ufffd', '😀', '\u{10ffff}'])
    assert.deepEqual(manifestOf(`a: "x${character}y"\n`), { a: `x${character}y` })
  assert.deepEqual(manifestOf('\ufeffa: 1\r\nb: 2\r\n'), { a: 1, b: 2 })
})

const KEYS: readonly (readonly [string, string | RegExp])[] = [
  ['a', 'a'],
  ['1', '1'],
  ['-7', '-7'],
  ['1.5', '1.5'],
  ['true', 'true'],
  ['"0x10"', '0x10'],
  ["'~'", '~'],
  ['""', ''],
  ['!!str 1', '1'],
  ['constructor', 'constructor'],
  ['a b', 'a b'],
  ['0x10', /key `0x10`, which is not text/],
  ['1.0', /key `1\.0`, which is not text/],
  ['0.10', /key `0\.10`, which is not text/],
  ['+1', /key `\+1`, which is not text/],
  ['5.', /key `5\.`, which is not text/],
  ['True', /key `True`, which is not text/],
  ['FALSE', /key `FALSE`, which is not text/],
  ['~', /key `~`, which is not text/],
  ['null', /key `null`, which is not text/],
  ['? ', /a map as a key/],
  ...['1__', '1_000', '0b1', '0o17', '010', '1:30', '2026-01-01', '0x1_', '+.5', '1e3'].map(
    (key) => [key, /which is not text|read as another value/] as const,
  ),
  ['.inf', /the number `\.inf`/],
  ['9007199254740993', /the number `9007199254740993`/],
  ['__proto__', /`__proto__`, which is not allowed/],
  ['"__proto__"', /`__proto__`, which is not allowed/],
  ['"\\x5f_proto__"', /`__proto__`, which is not allowed/],
  ['? [a]\n', /a key that is not plain text/],
  ['? {a: 1}\n', /a map as a key/],
  ['{{.env.A}}', /a map as a key/],
  ['!x a', /the tag `!x`/],
  ['!!int a', /no int under the tag/],
]

/** Not text without quotes, but the same text to most readers: manifests refuse them. */
const PLAIN_OTHER = /^(?:-?[0-9.]+|true|false)$/

for (const [key, expected] of KEYS)
  test(`the key ${JSON.stringify(key)} is ${typeof expected === 'string' ? 'read' : 'refused'}`, () => {
    for (const read of [manifestOf, configOf]) {
      const text = `${key}: v\n`
      if (typeof expected === 'string' && read === manifestOf && PLAIN_OTHER.test(key))
        assert.match(refusedBy(read, text), /which is not text/)
      else if (typeof expected === 'string') assert.deepEqual(read(text), { [expected]: 'v' })
      else assert.match(refusedBy(read, text), expected)
    }
  })

/** With what configs read, where manifests refuse. */
const AMBIGUOUS: readonly (readonly [string, unknown])[] = [
  ...[
    'y',
    'N',
    'yes',
    'Yes',
    'NO',
    'on',
    'Off',
    'oFF',
    '=',
    '0b11',
    '0B1',
    '-0x10',
    '+0x1f',
    '0X1F',
    '1_000',
    '+_1',
    '-_1',
    '._1',
    '-_.5',
    '0_x1',
    '1e_5',
    '0x1_f',
    '0xbEa_',
    '0o+01',
    '-0b-1',
    '-0x_1',
    '-1_0.5',
  ]
    .concat([
      '1:30',
      '-12:30:45',
      '1:30.5',
      '2026-01-01',
      '2026-1-1',
      '2026-01-01T00:00:00Z',
      '2026-01-01 10:00:00',
      '0o9',
      '+0o7',
    ])
    .map((text) => [text, text] as const),
  ...([
    ['010', 10],
    ['-010', -10],
    ['00', 0],
    ['08', 8],
    ['0o17', 15],
    ['1e3', 1000],
    ['1E+3', 1000],
    ['1.5e3', 1500],
  ] as const),
  ...([
    ['.5e1', 5],
    ['+.5', 0.5],
    ['-.5', -0.5],
    ['5.e1', 50],
  ] as const),
]

for (const [text, inConfigs] of AMBIGUOUS)
  test(`\`${text}\` without quotes is refused in manifests, and ${JSON.stringify(inConfigs)} in configs`, () => {
    for (const place of [`a: ${text}\n`, `a: [${text}]\n`, `- ${text}\n`, `a: &x ${text}\n`])
      assert.match(refusedBy(manifestOf, place), /which others read as another value: write it in quotes/)
    assert.deepEqual(configOf(`a: ${text}\n`), { a: inConfigs })
    for (const quoted of [`"${text}"`, `'${text}'`, `|-\n  ${text}`, `>-\n  ${text}`])
      assert.deepEqual(manifestOf(`a: ${quoted}\n`), { a: text })
  })

const PLAIN: readonly (readonly [string, unknown])[] = [
  ...([
    ['0', 0],
    ['-0', -0],
    ['7', 7],
    ['+7', 7],
    ['1.10', 1.1],
    ['.5', 0.5],
    ['5.', 5],
    ['0x1F', 31],
    ['1.5e+3', 1500],
  ] as const),
  ...([
    ['9007199254740992', 2 ** 53],
    ['-9007199254740992', -(2 ** 53)],
    ['true', true],
    ['False', false],
    ['~', null],
  ] as const),
  ...([
    ['NULL', null],
    ['', null],
    ['yesterday', 'yesterday'],
    ['1.2.3', '1.2.3'],
    ['^1.2', '^1.2'],
  ] as const),
]
for (const [text, value] of PLAIN)
  test(`\`${text}\` is ${JSON.stringify(value)} to all`, () => {
    for (const read of [manifestOf, configOf]) assert.deepEqual(read(`a: ${text}\n`), { a: value })
  })

const NUMBERS = [
  ...['.inf', '-.inf', '+.INF', '.nan', '.NaN', '9007199254740993', '-9007199254740993', '+9007199254740993'],
  ...[
    '123456789012345678901234567890',
    '0x20000000000001',
    '0x20000000000000',
    '1.5e+400',
    '-1.0e+999',
    '18446744073709551615',
  ],
]
for (const text of NUMBERS)
  test(`the number ${text} is refused, as it cannot be kept`, () => {
    for (const read of [manifestOf, configOf]) {
      assert.match(refusedBy(read, `a: ${text}\n`), /cannot be kept as it is: write it in quotes/)
      assert.deepEqual(read(`a: "${text}"\n`), { a: text })
    }
  })

for (const key of ['1', '-7', '1.5', 'true', 'False', 'null', '0.0'])
  test(`the plain key ${key} of a manifest is refused, as it is text to some readers and one with others to Python`, () => {
    assert.match(refusedBy(manifestOf, `${key}: x\n`), /which is not text: write it in quotes/)
    assert.deepEqual(manifestOf(`"${key}": x\n`), { [key]: 'x' })
  })

for (const text of ['a: |\n  text', 'a: >\n  text', 'a: |+\n  text', 'a: |2\n  text ', 'a:\n  - |\n    two\n    lines'])
  test(`${JSON.stringify(text)} is refused, as the last line has an end for some readers only`, () => {
    for (const read of [manifestOf, configOf])
      assert.match(refusedBy(read, text), /ends in a block text whose last line has no end/)
  })

test('a text that begins with `?` is one outside of brackets, and in quotes', () => {
  for (const read of [manifestOf, configOf])
    assert.deepEqual(read('a: ?b\n?c: 1\nd: ["?e"]\nf: [g?h]\n'), { a: '?b', '?c': 1, d: ['?e'], f: ['g?h'] })
})

for (const text of ['a: |-\n  text', 'a: >-\n  text', 'a: text', 'a: |\n  text\n'])
  test(`${JSON.stringify(text)} is read, as its end is one to all readers`, () => {
    for (const read of [manifestOf, configOf]) assert.equal(String((read(text) as { a: string }).a).trim(), 'text')
  })

const REFUSED: readonly (readonly [string, RegExp])[] = [
  ['a: |2\n   \n', /a block text of blanks only/],
  ['- |+\n  \n\n', /a block text of blanks only/],
  ['a: {?b: 1}', /begins with `\?`: write it in quotes/],
  ['a: [?b]', /begins with `\?`: write it in quotes/],
  ['a: [{c: [1, ?b]}]', /begins with `\?`: write it in quotes/],
  ['a: {b: ?c}', /begins with `\?`: write it in quotes/],
  ['a: ! 1', /the tag `!`/],
  ['a: !<x> 1', /the tag `x`/],
  ['a: !!timestamp 2026-01-01', /2002:timestamp/],
  ['a: !!omap [x: 1]', /2002:omap/],
  ['a: !!python/object:x 1', /2002:python/],
  ['%TAG ! tag:x,2000:\n---\na: !y 1', /the tag `tag:x,2000:y`/],
  ['a: !!bool yes', /no bool under the tag/],
  ['a: !!null x', /no null under the tag/],
  ['a: !!float x', /no float under the tag/],
  ['a: !!map [x]', /no map under the tag/],
  ['a: !!seq {x: 1}', /no seq under the tag/],
  ['a: !!str [x]', /no str under the tag/],
  ['a: !!int {x: 1}', /no int under the tag/],
  ['a: !!map x', /no map under the tag/],
  ['a: !!seq', /no seq under the tag/],
  ['- &a:b', /the anchor `a:b`/],
  ['- &a.b 1', /the anchor `a\.b`/],
  ['- &ä 1', /the anchor `ä`/],
  ['&a:b k: 1', /the anchor `a:b`/],
  ['- &a 1\n- *a:b', /the anchor `a:b`/],
  ['a: *b\nb: &b 1', /alias `b` of nothing/],
  ['a: &a [*a]', /alias `a` inside itself/],
  ['a: &x &y 1', /line 1/],
  ['&x *y : 1', /line 1/],
  ['a: 1\n---\nb: 2', /a second document/],
  ['a: 1\n...\n---\nb: 2', /a second document/],
  ['---\na: 1\n---\n', /a second document/],
  ['%YAML 1.1\n---\na: 1', /%YAML 1\.1/],
  ['%YAML 1.3\n---\na: 1', /unsupported YAML version 1\.3/],
  ['%FOO\n---\na: 1', /unknown directive %FOO/],
  ['a: {x:}', /`:` right before/],
  ['a: {x:, y: 1}', /`:` right before/],
  ['a: {? x:, y: 1}', /`:` right before/],
  ['a: [x:]', /`:` right before/],
  ['a: [x:, y]', /`:` right before/],
  ['a: "\\ud800"', /half of a surrogate pair/],
  ['a: "\\0"', /U\+0000/],
  ['a: 1\na: 2', /repeats the key `a`/],
  ['a: 1\n"a": 2', /repeats the key `a`/],
  ['{a: 1, "\\x61": 2}', /repeats the key `a`/],
  ['1: a\n"1": b', /repeats the key `1`|key `1`, which is not text/],
]
for (const [text, problem] of REFUSED)
  test(`${JSON.stringify(text)} is refused in manifests and in configs`, () => {
    for (const read of [manifestOf, configOf]) assert.match(refusedBy(read, `${text}\n`), problem)
  })

test('a merge key is one for some readers only: manifests refuse it, configs read it', () => {
  const text = 'a: &a {x: 1}\nb: {<<: *a, y: 2}\n'
  assert.match(refusedBy(manifestOf, text), /`<<`, which others read as another value/)
  assert.deepEqual(configOf(text), { a: { x: 1 }, b: { x: 1, y: 2 } })
  assert.deepEqual(manifestOf('a: {"<<": 1}\n'), { a: { '<<': 1 } })
})

test('one document may have its beginning and its end written', () => {
  for (const text of ['---\na: 1\n', 'a: 1\n...\n', '%YAML 1.2\n---\na: 1\n', '# c\n---\na: 1 # d\n...\n# e\n'])
    for (const read of [manifestOf, configOf]) assert.deepEqual(read(text), { a: 1 })
})
