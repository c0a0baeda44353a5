// A rendered config is the same config to everybody who reads it: octo, YAML 1.2 and YAML 1.1.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import type { TreeNode } from '../../../config/document/node.ts'
import { dataOf, parseTree } from '../../../config/document/node.ts'
import { renderYaml } from '../../../config/render/yaml.ts'
import { seededRandom } from '../../support/builders/seeded-random.ts'
import { treeFrom } from '../../support/builders/tree-from.ts'

const treeOf = (text: string): TreeNode => parseTree(text, { name: 'a.yaml', remote: false })
const texts = [
  ...[
    'yes',
    'No',
    'on',
    'y',
    'true',
    'null',
    '~',
    '',
    ' ',
    'a b',
    ' a',
    'a ',
    'a: b',
    'a:b',
    'a #b',
    '#a',
    'a#b',
    '- a',
  ],
  ...[
    '010',
    '0o10',
    '0b1',
    '1_000',
    '1e3',
    '12:30',
    '12:30:45',
    '2026-11-26',
    '.inf',
    '-.NaN',
    '.5',
    '1.10',
    '0x1F',
    '+1',
  ],
  ...[
    '10s',
    '1m30s',
    '127.0.0.1',
    '::1',
    'https://x.example/a?b=c&d=%20',
    'C:\\a',
    '{a}',
    '[a]',
    '*a',
    '&a',
    '!a',
    '|',
    '>',
  ],
  ...[
    '%a',
    '@a',
    '`a`',
    '"',
    "'",
    'a"b',
    "it's",
    '<<',
    '=',
    '?',
    ':',
    ',',
    'a,b',
    '---',
    '...',
    '--- a',
    '{{.a}}',
    'a\\nb',
  ],
  ...[
    'a\nb',
    'a\nb\n',
    'a\n\nb\n\n\n',
    '\na',
    ' a\nb',
    'a\n b\n',
    '\ta\nb',
    'a\tb',
    '\n',
    'a\r\nb',
    'a\u2028b',
    '\u0085',
    '\x7f',
  ],
  ...['# a\nb', 'a\n---\nb', 'a \n b ', 'ü', '🐙', '\ufeffa', '\x1b[31m', '__proto__', 'a'.repeat(300)],
]

test('every text is the same text to octo, to YAML 1.2 and to YAML 1.1, as a value, in a list, and as a key', () => {
  for (const text of texts) {
    const data = { 'a b': text, list: [text, [text], { x: text }], ...(text === '__proto__' ? {} : { [text]: 1 }) }
    const rendered = renderYaml(treeFrom(data))
    assert.deepEqual(dataOf(treeOf(rendered)), data, rendered)
    for (const version of ['1.1', '1.2'] as const) assert.deepEqual(parse(rendered, { version }), data, rendered)
  }
})

test('whatever is in a config, in whatever depth, is read again as the same', () => {
  const random = seededRandom()
  const scalar = () =>
    random.pick<() => unknown>([
      () => random.pick(texts),
      () => random.below(1000) - 500,
      () => random.chance(0.5),
      () => null,
      () => random.next(),
    ])()
  const value = (depth: number): unknown => {
    if (depth === 0 || random.chance(0.4)) return scalar()
    const size = random.below(4)
    if (random.chance(0.5)) return Array.from({ length: size }, () => value(depth - 1))
    const keys = Array.from({ length: size }, () => random.pick(texts)).filter((key) => key !== '__proto__')
    return Object.fromEntries(keys.map((key) => [key, value(depth - 1)]))
  }
  for (let round = 0; round < 200; round++) {
    const data = { all: value(5) }
    const tree = treeFrom(data)
    for (const remark of [undefined, () => 'octo.yaml:1 by {{ "# - x" }}']) {
      const rendered = renderYaml(tree, remark)
      assert.deepEqual(dataOf(treeOf(rendered)), dataOf(tree), rendered)
    }
  }
})

const typed: readonly (readonly [text: string, rendered: string])[] = [
  ['a: 1.10', 'a: 1.10\n'],
  ['a: 010', 'a: 010\n'],
  ['a: yes', 'a: yes\n'],
  ['a: "yes"', 'a: "yes"\n'],
  ['a: ~', 'a: null\n'],
  ['{a: [1, {b: 2, c: []}], d: {}}', 'a:\n  - 1\n  - b: 2\n    c: []\nd: {}\n'],
  ['a: [[x, y], [z]]', 'a:\n  - - x\n    - y\n  - - z\n'],
  ['a: "x\\ny\\n"', 'a: |\n  x\n  y\n'],
  ['{}', '{}\n'],
]

for (const [text, rendered] of typed) test(`renders ${text}`, () => assert.equal(renderYaml(treeOf(text)), rendered))

test('remarks stand in one column behind the values', () => {
  const lines = renderYaml(treeOf('a: 1\nlonger: {b: 2}\nc: "x\\ny"\n'), () => 'here')
  assert.equal(lines, 'a: 1    # here\nlonger:\n  b: 2  # here\nc: |-   # here\n  x\n  y\n')
})
