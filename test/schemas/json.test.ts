// The one strict JSON reader: what two readers could take differently is refused, and the error says where.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCheckResult } from '../../schemas/check-result.ts'
import { parseDiscovery } from '../../schemas/discovery.ts'
import { parseJson, parseJsonBytes, stableJson } from '../../schemas/json.ts'
import { parseLockfile } from '../../schemas/lockfile.ts'
import { parsePluginDocument } from '../../schemas/plugin-document.ts'
import { parseReleaseStatement } from '../../schemas/release-statement.ts'
import { parseRepoDocument } from '../../schemas/repo-document.ts'
import { expectCode } from '../support/assertions/expect-code.ts'
import { stepsOf } from '../support/machine/steps.ts'

const read = (text: string) => parseJson(text, 'x.json', 1_000_000)
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`

const GOOD: readonly string[] = [
  ...['null', 'true', 'false', '0', '-1', '1.5', '1e5', '1E+5', '1e-5', '0.0', '0e5', '0E-9', '-0', '-0.0'],
  ...['9007199254740991', '-9007199254740991', '9007199254740992', '18446744073709551616', '1.7976931348623157e308'],
  ...['5e-324', '0.1000000000000000055511151231257827', '12345678901234567890.5'],
  ...['""', '"\\u00e9"', '"\\ud83d\\ude00"', '"😀"', '"\\/"', '"\\b\\f\\n\\r\\t\\\\\\""', '"\u2028"', '"\u007f"'],
  ...['[]', '{}', ' [ 1 , 2 ] ', '\t\r\n{ "a" : [ ] }\n', '{"a":{"a":{"a":1}}}', '[{"a":1},{"a":1}]'],
  ...[
    '{"":1}',
    '{"A":1,"a":2}',
    '{"é":1,"e\u0301":2}',
    '{"proto":1,"__proto":2,"Constructor":3}',
    '{"a":1,"b":{"a":1}}',
  ],
  nested(64),
]

const REPEATED: readonly string[] = [
  ...['{"a":1,"a":2}', '{"a":1,"b":2,"a":1}', '[[{"a":1,"a":1}]]', '{"x":{"a":1,"a":2}}', '{"":1,"":2}'],
  ...['{"a":1,"\\u0061":2}', '{"\\u0061":1,"a":2}', '{"\\u00e9":1,"é":2}', '{"\\u00E9":1,"\\u00e9":2}'],
  ...['{"\\/":1,"/":2}', '{"\\n":1,"\\u000a":2}', '{"😀":1,"\\ud83d\\ude00":2}', '{"a":{"b":1},"a":{"c":1}}'],
  ...['{"a":1,"c":{"a":1},"a":2}', '{"10":1,"10":2}'],
]

const PROTOTYPE: readonly string[] = [
  ...['{"__proto__":1}', '{"\\u005f_proto__":1}', '{"\\u005F\\u005fproto\\u005f_":1}', '{"a":{"__proto__":{}}}'],
  ...[
    '{"constructor":1}',
    '{"\\u0063onstructor":1}',
    '{"prototype":{}}',
    '{"\\u0070rototype":{}}',
    '[{"constructor":[]}]',
  ],
]

const NUMBERS: readonly string[] = [
  ...['1e999', '-1e999', '1e309', '[1e400]', '1e-999', '-1e-400', '4e-325', '9007199254740993', '-9007199254740993'],
  ...[
    '18446744073709551615',
    '100000000000000000000001',
    '01',
    '-01',
    '00',
    '+1',
    '.5',
    '1.',
    '-',
    '1e',
    '1e+',
    '0x10',
  ],
  ...['1_000', 'NaN', 'Infinity', '-Infinity', '1,5', '--1', '1.2.3'],
]

const TEXTS: readonly string[] = [
  ...['"\\ud800"', '"\\udc00"', '"\\ud800\\ud800"', '"\\udc00\\ud800"', '"a\\ud83dx"', '{"\\ud800":1}', '["\\uD83D"]'],
  ...[
    '"\\u0000"',
    '{"\\u0000":1}',
    '"a\u0000b"',
    '"a\nb"',
    '"a\tb"',
    '"\\x41"',
    '"\\u12"',
    '"\\u{41}"',
    '"\\a"',
    "'a'",
  ],
  ...['"open', '"open\\"', '"\\', '{"a', '"\u001f"'],
]

const FORMS: readonly string[] = [
  ...['', ' ', '[1,]', '{"a":1,}', '[,1]', '[1 2]', '{"a" 1}', '{a:1}', "{'a':1}", '{1:1}', '[1', '{"a":1', '{"a"'],
  ...[
    '1 2',
    '{} x',
    '{}{}',
    'null,',
    '[] // c',
    '/* c */ 1',
    '\ufeff{}',
    '\u00a0{}',
    '\u000b1',
    'TRUE',
    'nul',
    'undefined',
  ],
  ...['{"a":}', '[}', '{]', ']', '}', nested(65), '['.repeat(200_000), '{"a":'.repeat(100_000)],
]

test('reads what every reader takes alike, as JSON.parse does', () => {
  for (const text of GOOD) assert.deepEqual(read(text), JSON.parse(text), text)
})

for (const [what, texts] of Object.entries({
  'repeats a key, in any spelling': REPEATED,
  'has a key that means something to JavaScript': PROTOTYPE,
  'has a number that does not survive': NUMBERS,
  'has a text that is not well-formed': TEXTS,
  'is not exactly one JSON value': FORMS,
}))
  test(`refuses each of ${texts.length} texts that ${what}, and names line and column`, () => {
    for (const text of texts) {
      const error = expectCode('JSON_INVALID', () => assert.fail(`took ${JSON.stringify(read(text))} from ${text}`))
      assert.match(error.message, /^`x\.json` is not JSON as octo reads it: line \d+, column \d+: [^\n]+$/)
    }
  })

test('points at the second of two equal keys', () => {
  const error = expectCode('JSON_INVALID', () => read('{\r\n  "a": 1,\n  "b": {"c": 1},\r  "\\u0061": 2\n}'))
  assert.equal(error.message, '`x.json` is not JSON as octo reads it: line 4, column 3: it repeats the key `a`')
  assert.deepEqual(error.details, { source: 'x.json', line: 4, column: 3 })
})

test('bounds bytes and not characters, before anything is looked at', () => {
  assert.equal(parseJson('"ää"', 'x', 6), 'ää')
  expectCode('LIMIT_EXCEEDED', () => parseJson('"ää"', 'x', 5))
  expectCode('LIMIT_EXCEEDED', () => parseJsonBytes(Buffer.from('"ää"'), 'x', 5))
})

test('refuses text that no UTF-8 can hold, and bytes that are none', () => {
  expectCode('TEXT_INVALID', () => read('"a\ud800"'))
  for (const bytes of [
    [0x22, 0xff, 0x22],
    [0x22, 0xc0, 0x80, 0x22],
    [0x22, 0xed, 0xa0, 0x80, 0x22],
    [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22],
  ]) {
    const error = expectCode('TEXT_INVALID', () => parseJsonBytes(Buffer.from(bytes), 'x', 100))
    assert.equal(error.details.offset, 1)
  }
})

test('calls a web page a web page', () => {
  for (const page of [
    '<!DOCTYPE html><html></html>',
    '\n <html lang="en">',
    '<HTML>',
    '\ufeff<!doctype html>',
    '<?xml version="1.0"?>',
  ]) {
    const error = expectCode('JSON_INVALID', () => read(page))
    assert.equal(error.message, '`x.json` is a web page, expected JSON')
    assert.match(error.hint ?? '', /login/)
  }
})

test('every document kind is read by it', () => {
  const parsers = {
    parseLockfile,
    parsePluginDocument,
    parseRepoDocument,
    parseDiscovery,
    parseReleaseStatement,
    parseCheckResult,
  }
  for (const [name, parse] of Object.entries(parsers))
    for (const text of [
      '{"v":1,"v":1}',
      '{"__proto__":1}',
      '{"a":"\\ud800"}',
      '\ufeff{}',
      '{} x',
      `{"a":${nested(64)}}`,
    ])
      expectCode('JSON_INVALID', () => assert.fail(`${name} took ${JSON.stringify(parse(text, name))}`))
})

test('reads a key that is written with escapes as what it is, after any other document, or refuses it', () => {
  for (const first of ['{"p":true,"\\\\":[0]}', '{"p":true,"a\\\\":[0]}'])
    for (let times = 0; times < 3; times++) JSON.parse(first)
  for (const [key, read] of [
    ['\\u003e', '>'],
    ['a\\u003e', 'a>'],
    ['\\u0061b', 'ab'],
    ['\\ud83d\\ude00', '\u{1f600}'],
    ['\\/', '/'],
  ])
    assert.deepEqual(parseJson(`{"p":true,"${key}":[0]}`, 'x', 1000), { p: true, [read ?? '']: [0] })
  for (const key of ['\\n', 'a\\n', '\\"', '\\\\', 'a\\\\b', '\\u0001'])
    expectCode('JSON_INVALID', () => parseJson(`{"p":true,"${key}":[0]}`, 'x', 1000))
})

test('rounds the measurements of a check, and refuses only those that no number holds', () => {
  const line = (value: string) => `{"v":1,"status":"ok","summary":"s","metrics":[{"name":"m","value":${value}}]}`
  assert.equal(parseCheckResult(line('18446744073709551615'), 'x').metrics?.[0]?.value, 2 ** 64)
  assert.equal(parseCheckResult(line('1e-999'), 'x').metrics?.[0]?.value, 0)
  expectCode('JSON_INVALID', () => parseCheckResult(line('1e999'), 'x'))
})

test('reads megabytes, whatever they are made of', () => {
  const texts = {
    'one string': `"${'x'.repeat(8_000_000)}"`,
    escapes: `"${'\\u00e9'.repeat(300_000)}"`,
    keys: `{${Array.from({ length: 30_000 }, (_, index) => `"k${index}":1`).join(',')}}`,
    'small maps': `[${'{"a":1,"b":"x"},'.repeat(100_000)}0]`,
    blanks: `${' '.repeat(8_000_000)}1`,
  }
  for (const [what, text] of Object.entries(texts))
    assert.equal(
      JSON.stringify(parseJson(text, what, 16_000_000)).length,
      JSON.stringify(JSON.parse(text)).length,
      what,
    )
})

const COUNTED_STEPS = `
import { parseJson } from '${new URL('../../schemas/json.ts', import.meta.url).href}'
const texts = (many) => ({
  'one string': '"' + 'x'.repeat(many) + '"',
  'text with escapes': '"' + '\\\\u00e9x'.repeat(many) + '"',
  keys: '{' + Array.from({ length: many }, (_, index) => '"k' + index + '":1').join(',') + '}',
  'small maps': '[' + '{"a":1,"b":"x"},'.repeat(many) + '0]',
  blanks: ' '.repeat(many) + '1',
})
for (const many of [500, 2000])
  for (const [what, text] of Object.entries(texts(many))) count(what + ' ' + many, () => parseJson(text, what, text.length))
`

test('four times as long a text is four times the work, whatever it is made of', () => {
  const steps = stepsOf(COUNTED_STEPS)
  for (const what of ['one string', 'text with escapes', 'keys', 'small maps', 'blanks']) {
    const [few = 0, more = 0] = [steps[`${what} 500`], steps[`${what} 2000`]]
    assert.ok(few > 0 && more < 5 * few + 1000, `${what}: ${few} steps, ${more} for four times as much`)
  }
})

test('writes one JSON text for one value', () => {
  assert.equal(stableJson({ b: 1, a: { d: 1, c: [{ f: 1, e: 2 }] } }), '{"a":{"c":[{"e":2,"f":1}],"d":1},"b":1}')
})
