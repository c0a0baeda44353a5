// Values of TOML documents know their line and how they were typed, however the document is written.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ScalarNode, TreeNode } from '../../../config/document/node.ts'
import { placeOf } from '../../../config/document/node.ts'
import { parseTomlTree } from '../../../config/document/toml.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { readFiles } from '../../support/machine/config-files.ts'

/** Every number is that of its line. */
const NUMBERED = `a = 1 # """
"q\\u0041" = 2
b.'c d'."e#" = 3
list = [
  5, # ]
  [6, 6],
  {x = 7, y = [7]},
  """
[evil]
x = 0 \\"""
""",
  12,
]
text = '''
[[evil]]
'''
[t]
x = 18
t.x = 19
`

const TABLES = `[[n.m]]
x = 2
[[n.m.o]]
x = 4

[[n.m]]
x = 7
  [n.m.p]
  x = 9
[[n.m.o]]
x = 11
[n]
x = 13
"" = 14`

for (const [what, text, count] of [
  ['strings, comments and lists', NUMBERED, 11],
  ['tables and arrays of tables', TABLES, 7],
] as const)
  test(`every value has its own line behind ${what}`, () => {
    const numbers = scalarsOf(parseTomlTree(text, { name: 'a.toml', remote: false })).filter(
      ({ value }) => typeof value === 'number',
    )
    assert.deepEqual(
      numbers.map((node) => placeOf(node).line),
      numbers.map(({ value }) => value),
    )
    assert.equal(numbers.length, count)
  })

const TYPED: readonly (readonly [toml: string, text: string])[] = [
  ['1.10', '1.10'],
  ['1.0', '1.0'],
  ['-0.50', '-0.50'],
  ['+1.0', '+1.0'],
  ['1_0.1_0', '10.10'],
  ['1.50e1', '15'],
  ['1e3', '1000'],
  ['0x1F', '31'],
  ['1_000', '1000'],
  ['"1.10"', '1.10'],
]
for (const [toml, text] of TYPED)
  test(`\`${toml}\` is typed \`${text}\`, as a value, in a list and in a table`, () => {
    const root = parseTomlTree(`a = ${toml}\nb = [${toml}, {c = ${toml} }, ${toml}] # 1.1`, {
      name: 'a.toml',
      remote: false,
    })
    assert.deepEqual(
      scalarsOf(root).map((node) => node.text),
      [text, text, text, text],
    )
  })

test('a pin of `1.10` is no pin of `1.1`, and an argument reaches its plugin as it was typed', async (t) => {
  const toml = '[operator.plugins]\nc = 1.10\n[[services.web.health]]\ntool = "c"\nargs = [1.10]\n'
  const { pins, services } = await readFiles(t, { 'octo.toml': toml }, { named: ['octo.toml'] })
  assert.deepEqual(
    pins.map(({ range }) => range),
    ['1.10'],
  )
  assert.deepEqual(services[0]?.checks.health[0]?.arguments.value, ['1.10'])
})

/** Each would be gone through once for each of its lines. */
test('many keys below names of many parts end in an answer', () => {
  const parts = `a${'.a'.repeat(60_000)}`
  const keys = Array.from({ length: 12_000 }, (_, index) => `k${index}=1`).join('\n')
  for (const text of [`[${parts}]\n${keys}`, `[[${parts}]]\n${keys}`, `${parts}=1\n${keys}`])
    expectCode('LIMIT_EXCEEDED', () => parseTomlTree(text, { name: 'a.toml', remote: true }))
})

function scalarsOf(node: TreeNode): readonly ScalarNode[] {
  if (node.kind === 'scalar') return [node]
  return (node.kind === 'list' ? node.items : [...node.entries.values()]).flatMap(scalarsOf)
}
