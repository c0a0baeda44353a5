// Numbers in YAML are what octoctl's reader takes them for, in what octo hands on to others; where octo itself decides by one
// that has two readings, it is refused.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dataOf, parseTree } from '../../config/document/node.ts'

const ROWS: readonly (readonly [typed: string, value: unknown])[] = [
  ['0777', 511],
  ['0o777', 511],
  ['-010', -8],
  ['1_000', 1000],
  ['0b11', 3],
  ['0x1F', 31],
  ['0x1_F', 31],
  ['1_0.5', 10.5],
  ['08', 8],
  ['1e3', 1000],
  ['12:30:45', '12:30:45'],
  ['yes', 'yes'],
  ['on', 'on'],
  ['2024-01-02', '2024-01-02'],
  ['1.10', 1.1],
  ['"0777"', '0777'],
  ['!!str 0777', '0777'],
  ['!!str 1e3', '1e3'],
  ['!!int 0777', 511],
  ['9_007_199_254_740_993', '9_007_199_254_740_993'],
]
for (const [typed, value] of ROWS)
  test(`\`${typed}\` is ${JSON.stringify(value)} in a YAML config`, () => {
    const root = parseTree(`a: ${typed}\n`, { name: '/work/octo.yaml', remote: false })
    assert.deepEqual(dataOf(root), { a: value })
  })

test('merge keys are merged, with own keys first', () => {
  const text = 'base: &base {a: 1, b: 1}\nmore: {<<: *base, b: 2}\n'
  assert.deepEqual(dataOf(parseTree(text, { name: '/work/octo.yaml', remote: false })), {
    base: { a: 1, b: 1 },
    more: { a: 1, b: 2 },
  })
})
