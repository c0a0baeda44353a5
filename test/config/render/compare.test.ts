// Differences between two configs: few, each where somebody would look for it, and none that is not there.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TreeNode } from '../../../config/document/node.ts'
import { dataOf, parseTree } from '../../../config/document/node.ts'
import { differencesOf } from '../../../config/render/compare.ts'

const treeOf = (text: string): TreeNode => parseTree(text, { name: 'a.yaml', remote: false })
const shown = (from: string, to: string) =>
  differencesOf(treeOf(from), treeOf(to)).flatMap((found) => [
    ...(found.from ? [`-${found.path.join('.')}=${JSON.stringify(dataOf(found.from))}`] : []),
    ...(found.to ? [`+${found.path.join('.')}=${JSON.stringify(dataOf(found.to))}`] : []),
  ])

const cases: readonly (readonly [from: string, to: string, differences: readonly string[]])[] = [
  ['{a: 1, b: {c: 2}}', '{b: {c: 2}, a: 1}', []],
  ['{a: 1}', '{a: 2}', ['-a=1', '+a=2']],
  ['{a: 1.10}', '{a: 1.1}', ['-a=1.1', '+a=1.1']],
  ['{a: 8080}', '{a: "8080"}', ['-a=8080', '+a="8080"']],
  ['{a: ~}', '{a: "null"}', ['-a=null', '+a="null"']],
  ['{a: ~}', '{}', ['-a=null']],
  ['{}', '{a: {b: 1, c: [x, {}]}}', ['+a.b=1', '+a.c.0="x"', '+a.c.1={}']],
  ['{a: {b: 1}}', '{a: {}}', ['-a.b=1', '+a={}']],
  ['{a: {b: 1}}', '{a: [1]}', ['-a.b=1', '+a.0=1']],
  ['{}', '{a: {}}', ['+a={}']],
  ['{a: {}}', '{a: []}', ['-a={}', '+a=[]']],
  ['{a: [x, y, z]}', '{a: [w, x, y, z]}', ['+a.0="w"']],
  ['{a: [x, y, z]}', '{a: [x, z]}', ['-a.1="y"']],
  ['{a: [x, y, z]}', '{a: [x, w, z]}', ['-a.1="y"', '+a.1="w"']],
  [
    '{a: [{t: p, n: 1}, {t: q, n: 1}]}',
    '{a: [{t: p, n: 1}, {t: q, n: 2}, {t: r}]}',
    ['-a.1.n=1', '+a.1.n=2', '+a.2.t="r"'],
  ],
  ['{a: [{x: 1, y: 2}]}', '{a: [{y: 2, x: 1}]}', []],
]

for (const [from, to, differences] of cases)
  test(`${from} and ${to} differ in ${differences.length === 0 ? 'nothing' : differences.join(' ')}`, () => {
    assert.deepEqual(shown(from, to), differences)
  })

test('lists of thousands of items are compared in bounded memory, by their number', () => {
  const list = (length: number, first: number) =>
    `{a: [${Array.from({ length }, (_, index) => first + index).join(', ')}]}`
  assert.equal(shown(list(3000, 0), list(3000, 1)).length, 6000)
  assert.equal(shown(list(900, 0), list(900, 1)).length, 2)
})
