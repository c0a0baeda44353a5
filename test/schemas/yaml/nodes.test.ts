// Merge keys, aliases, tags, and the corners where YAML 1.1 and 1.2 differ: each is read in one way, or refused by name.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AUTHORED_YAML, parseYaml } from '../../../schemas/yaml/parse.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'

const READ: readonly (readonly [string, string, unknown])[] = [
  ['a merged map', 'a: &a {x: 1, y: 2}\nb: {<<: *a, z: 3}', { x: 1, y: 2, z: 3 }],
  ['own keys before merged ones, wherever they stand', 'a: &a {x: 1}\nb: {x: 2, <<: *a}', { x: 2 }],
  ['own keys after the merge key', 'a: &a {x: 1}\nb: {<<: *a, x: 2}', { x: 2 }],
  ['an own null', 'a: &a {x: 1}\nb: {<<: *a, x: ~}', { x: null }],
  ['the earlier map of a list', 'a: &a {x: 1}\nc: &c {x: 2, y: 2}\nb: {<<: [*a, *c]}', { x: 1, y: 2 }],
  ['the earlier map of a list, turned round', 'a: &a {x: 1}\nc: &c {x: 2, y: 2}\nb: {<<: [*c, *a]}', { x: 2, y: 2 }],
  ['a map written in place', 'b: {<<: {x: 1}, y: 2}', { x: 1, y: 2 }],
  ['a merge of a merge', 'a: &a {x: 1}\nc: &c {<<: *a, y: 2}\nb: {<<: *c, x: 3}', { x: 3, y: 2 }],
  ['a block merge', 'a: &a\n  x: 1\nb:\n  <<: *a\n  y: 2', { x: 1, y: 2 }],
  ['a merge that is not deep', 'a: &a {m: {x: 1}}\nb: {<<: *a, m: {y: 2}}', { m: { y: 2 } }],
  ['an empty list of maps', 'b: {<<: [], y: 2}', { y: 2 }],
  ['a quoted `<<` as a key of its own', 'b: {"<<": {x: 1}}', { '<<': { x: 1 } }],
  ['a `<<` that its tag calls a text', 'b: {!!str <<: {x: 1}}', { '<<': { x: 1 } }],
  ['an alias of the nearest earlier anchor', 'a: &a 1\nc: &a 2\nb: *a', 2],
  ['an alias of an anchor within an anchor', 'a: &a {x: &a 1}\nb: *a', 1],
  ['core tags', 'b: [!!str 1, !!int 2, !!float 1.5, !!bool true, !!null ~]', ['1', 2, 1.5, true, null]],
  ['words of YAML 1.1 as texts', 'b: [yes, no, on, off, y, n]', ['yes', 'no', 'on', 'off', 'y', 'n']],
  ['sexagesimal numbers as texts', 'b: [1:30, 22:22:22]', ['1:30', '22:22:22']],
  ['octal numbers of YAML 1.2', 'b: [0o17, 0x1F]', [15, 31]],
  ['numbers with underscores as texts', 'b: 1_000', '1_000'],
  ['dates as texts', 'b: 2026-01-31', '2026-01-31'],
]
for (const [what, text, expected] of READ)
  test(`reads ${what}`, () => assert.deepEqual((parseYaml(`${text}\n`, 'x').value as { b: unknown }).b, expected))

const REFUSED: readonly (readonly [string, string, number, RegExp])[] = [
  ['a merge of a text', 'a: 1\nb: {<<: text}', 2, /merges with `<<` what is neither a map nor a list of maps/],
  ['a merge of null', 'b: {<<: ~}', 1, /merges with `<<`/],
  ['a merge of a list of texts', 'b: {<<: [{x: 1}, text]}', 1, /merges with `<<`/],
  ['a merge of a list in a list', 'a: &a [{x: 1}]\nb: {<<: [*a]}', 1, /merges with `<<`/],
  ['two merge keys', 'a: &a {x: 1}\nb:\n  <<: *a\n  <<: *a', 4, /repeats the key `<<`/],
  ['a repeated key', 'b: 1\nb: 2', 2, /repeats the key `b`/],
  ['an alias of nothing', 'b: *a', 1, /the alias `a` of nothing/],
  ['an alias that comes before its anchor', 'b: *a\na: &a 1', 1, /the alias `a` of nothing/],
  ['an alias inside itself', 'b: &a [1, *a]', 1, /the alias `a` inside itself/],
  ['a merge of itself', 'b: &a {<<: *a}', 1, /the alias `a` inside itself/],
  ['an alias as a key', 'a: &a x\n*a : 1', 2, /a key that is not plain text/],
  ['a tag of its own', 'b: !vault secret', 1, /the tag `!vault`, which is not read/],
  ['a tag of a list', 'b: !!set [a]', 1, /the tag `tag:yaml.org,2002:set`/],
  ['a tag of a map', 'b: !mine {a: 1}', 1, /the tag `!mine`/],
  ['binary data', 'b: !!binary aGk=', 1, /2002:binary/],
  ['a tag on a key', '!mine b: 1', 1, /the tag `!mine`/],
  ['a tag that says only that there is one', 'b: ! 1', 1, /the tag `!`/],
  ['a carriage return alone, which ends a line for some', 'a: 1\nb: 2\rc: 3', 2, /U\+000D/],
  ['a colon that may belong to the key', 'a: 1\nb: {x:, y: 2}', 2, /`:` right before/],
  ['the same at the end of a map', 'b: {x:}', 1, /`:` right before/],
  ['the same at the end of a list', 'b: [x:]', 1, /`:` right before/],
  ['a number that is none', 'b: !!int abc', 1, /no int under the tag/],
  ['a second document', 'b: 1\n---\nc: 2', 2, /a second document after `---`/],
  ['the directive of YAML 1.1', '%YAML 1.1\n---\nb: yes', 1, /says `%YAML 1.1`/],
  ['a prototype key in a merged map', 'b: {<<: {__proto__: {x: 1}}}', 1, /__proto__/],
]
for (const [what, text, line, problem] of REFUSED)
  test(`refuses ${what}, with its line`, () => {
    const error = expectCode('YAML_INVALID', () => parseYaml(`${text}\n`, 'x'))
    assert.match(error.message, problem)
    assert.equal(error.details?.line, line)
  })

test('a merged key is where its anchor wrote it', () => {
  const { lineOf } = parseYaml('a: &a\n  x: 1\nb:\n  <<: *a\n  y: 2\n', 'x')
  assert.deepEqual([lineOf(['b', 'x']), lineOf(['b', 'y'])], [2, 5])
})

test('aliases and merges that multiply are refused by what they stand for, before anything is copied', () => {
  const chain = (first: string, next: (before: string) => string) =>
    [`a0: &a0 ${first}`, ...Array.from({ length: 28 }, (_, i) => `a${i + 1}: &a${i + 1} ${next(`*a${i}`)}`)].join('\n')
  const many = Array.from({ length: 3000 }, (_, i) => `k${i}: 1`).join(', ')
  const bombs = {
    'lists of lists': chain('[x, x]', (before) => `[${before}, ${before}]`),
    'maps of maps': chain('{x: 1}', (before) => `{l: ${before}, r: ${before}}`),
    'merges of one large map': `a: &a {${many}}\nb: [${'{<<: *a},'.repeat(2000)}]`,
    'one merge that names a map again and again': `a: &a {${many}}\nb: {<<: [${'*a,'.repeat(9000)}]}`,
    'merges of empty maps': `a: &a {}\nb: [${Array(9).fill(`{<<: [${'*a,'.repeat(2500)}]}`)}]`,
  }
  for (const [what, text] of Object.entries(bombs)) {
    assert.ok(text.length < AUTHORED_YAML.maxBytes, what)
    expectCode('LIMIT_EXCEEDED', () => parseYaml(text, what))
  }
})

test('aliases do not lead deeper than nesting may', () => {
  const text = ['a0: &a0 [x]', ...Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}]`)].join('\n')
  const error = expectCode('LIMIT_EXCEEDED', () => parseYaml(text, 'deep'))
  assert.match(error.message, /32 levels of nesting/)
})
