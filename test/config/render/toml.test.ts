// A config rendered as TOML is the same config to who reads it, and what TOML cannot say is refused by its path.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'smol-toml'
import type { TreeNode } from '../../../config/document/node.ts'
import { dataOf, parseTree } from '../../../config/document/node.ts'
import { parseTomlTree } from '../../../config/document/toml.ts'
import { renderToml } from '../../../config/render/toml.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { seededRandom } from '../../support/builders/seeded-random.ts'
import { treeFrom } from '../../support/builders/tree-from.ts'

const source = { name: 'a.yaml', remote: false }
const treeOf = (text: string): TreeNode => parseTree(text, source)
const readAgain = (text: string) => dataOf(parseTomlTree(text, { name: 'a.toml', remote: false }))

const rendered: readonly (readonly [text: string, toml: string])[] = [
  ['{}', '\n'],
  ['a: 1.10', 'a = 1.10\n'],
  ['{a: yes, b: true, c: 0x1F, d: 010, e: 1e3}', 'a = "yes"\nb = true\nc = 31\nd = 8\ne = 1e3\n'],
  ['{a: {b: {c: 1}}, d: 2}', 'd = 2\n\n[a.b]\nc = 1\n'],
  ['{a: {x: 1, b: {c: 1}}}', '[a]\nx = 1\n\n[a.b]\nc = 1\n'],
  ['{a: [], b: {}}', 'a = []\nb = {}\n'],
  ['a: [1, [2, x], {y: 3}, {}]', 'a = [\n  1,\n  [2, "x"],\n  { y = 3 },\n  {},\n]\n'],
  ['a: [{b: 1, c: [{d: 2}]}, {b: 3}]', '[[a]]\nb = 1\n\n[[a.c]]\nd = 2\n\n[[a]]\nb = 3\n'],
  ['{"a b": "x\\ny", "é": "\\x7f"}', '"a b" = "x\\ny"\n"é" = "\\u007f"\n'],
]

for (const [text, toml] of rendered) test(`renders ${text}`, () => assert.equal(renderToml(treeOf(text)), toml))

test('places stand behind the values, in lists behind each item', () => {
  const lines = renderToml(treeOf('a: 1\nb: [x, y]\nc: {d: {}}\n'), () => 'here')
  assert.equal(lines, 'a = 1  # here\nb = [\n  "x",  # here\n  "y",  # here\n]\n\n[c]\nd = {}  # here\n')
})

const refusals: readonly (readonly [text: string, says: RegExp])[] = [
  ['a:\n  b: ~\n', /`a\.yaml` line 2: `a\.b` is null, and TOML has none/],
  ['a: [1, {b: ~}]', /`a\.1\.b` is null/],
  ['a: [{b: 1, c: ~}]', /`c` is null|`a\.c` is null|`a\.0\.c` is null/],
  ['a: 12345678901234567890', /`a` is the number/],
  ['a: .inf', /`a` is the number|`a` is null/],
  ['[1]', /a TOML document is a table, found a list/],
  ['1', /a TOML document is a table, found one value/],
]

for (const [text, says] of refusals)
  test(`refuses ${JSON.stringify(text)} in place of leaving a part of it out`, () => {
    let root: TreeNode
    try {
      root = treeOf(text)
    } catch {
      return // The number is refused where it is read.
    }
    const error = expectCode('CONFIG_INVALID', () => renderToml(root))
    assert.match(error.message, says)
    assert.match(error.hint ?? '', /--format yaml/)
  })

test('refuses a whole number that readers of JavaScript would round', () => {
  const error = expectCode('CONFIG_INVALID', () => renderToml(treeFrom({ a: { b: 2 ** 53 } })))
  assert.match(error.message, /`a\.b` is the number `9007199254740992`, which not every reader of TOML keeps/)
  assert.equal(renderToml(treeFrom({ a: 2 ** 53 - 1 })), 'a = 9007199254740991\n')
})

const texts = [
  '',
  'a',
  'a b',
  'a.b',
  '"',
  "'",
  '\\',
  '\n',
  '\r\n',
  '\t',
  '#',
  '"""',
  '\u0085\u2028',
  '\x7f',
  '🐙',
  '=',
  '[a]',
  '-1',
]

test('whatever a config holds, but null, is read again as the same by two readers', () => {
  const random = seededRandom()
  const scalar = () =>
    random.pick<() => unknown>([
      () => random.pick(texts),
      () => random.below(1000) - 500,
      () => random.chance(0.5),
      () => random.next(),
    ])()
  const map = (depth: number) =>
    Object.fromEntries(Array.from({ length: random.below(4) }, () => [random.pick(texts), value(depth - 1)]))
  const value = (depth: number): unknown => {
    if (depth <= 0 || random.chance(0.3)) return scalar()
    return random.chance(0.4) ? Array.from({ length: random.below(4) }, () => value(depth - 1)) : map(depth)
  }
  for (let round = 0; round < 300; round++) {
    const data = map(5)
    for (const remark of [undefined, () => 'octo.yaml:1 by {{ "# = x" }}']) {
      const toml = renderToml(treeFrom(data), remark)
      assert.deepEqual(readAgain(toml), data, toml)
      assert.deepEqual(dataOf(treeFrom(parse(toml))), data, toml)
    }
  }
})
