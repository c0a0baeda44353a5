// Changing one entry of a YAML document that a person wrote.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { removeFromYaml, setInYaml } from '../../../schemas/yaml/edit.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { seededRandom } from '../../support/builders/seeded-random.ts'

type Path = readonly [string, ...string[]]
const PIN: Path = ['operator', 'plugins', 'hello']

const SET: readonly (readonly [before: string, after: string])[] = [
  ['', 'operator:\n  plugins:\n    hello: ^1.0.0\n'],
  ['# mine\n', '# mine\noperator:\n  plugins:\n    hello: ^1.0.0\n'],
  ['name: x', 'name: x\noperator:\n  plugins:\n    hello: ^1.0.0\n'],
  [
    'operator:\n  repos: {} # none\n\n# end\n',
    'operator:\n  repos: {} # none\n  plugins:\n    hello: ^1.0.0\n\n# end\n',
  ],
  [
    'operator:\n    plugins:\n        a: 1.x # a\n\nservices: {}\n',
    'operator:\n    plugins:\n        a: 1.x # a\n        hello: ^1.0.0\n\nservices: {}\n',
  ],
  ['operator:\n  plugins:\n', 'operator:\n  plugins:\n    hello: ^1.0.0\n'],
  ['operator:\n  plugins: # pins\nname: x\n', 'operator:\n  plugins: # pins\n    hello: ^1.0.0\nname: x\n'],
  ['operator:\n  plugins: ~\nname: x\n', 'operator:\n  plugins:\n    hello: ^1.0.0\nname: x\n'],
  ['operator: {plugins: {}}\n', 'operator: {plugins: {hello: ^1.0.0}}\n'],
  ['operator: {plugins: {a: 1.x, }} # x\n', 'operator: {plugins: {a: 1.x, hello: ^1.0.0, }} # x\n'],
  ['operator: {repos: {}}\n', 'operator: {repos: {}, plugins: {hello: ^1.0.0}}\n'],
  ['operator:\n  plugins: {\n    a: 1.x\n  }\n', 'operator:\n  plugins: {\n    a: 1.x, hello: ^1.0.0\n  }\n'],
  [
    'operator:\n  plugins:\n    hello: 1.x # old\n    b: 2.x\n',
    'operator:\n  plugins:\n    hello: ^1.0.0 # old\n    b: 2.x\n',
  ],
  ['operator:\n  plugins:\n    hello:\n    b: 2.x\n', 'operator:\n  plugins:\n    hello: ^1.0.0\n    b: 2.x\n'],
  ['operator: {plugins: {hello: "1.x"}}\n', 'operator: {plugins: {hello: ^1.0.0}}\n'],
  [
    'operator:\n  plugins:\n    a: |\n      text\n\nname: x\n',
    'operator:\n  plugins:\n    a: |\n      text\n    hello: ^1.0.0\n\nname: x\n',
  ],
]

test(`an entry is put where its map is, and nothing else changes (${SET.length})`, () => {
  for (const [before, after] of SET) assert.equal(setInYaml(before, PIN, '^1.0.0', 'octo.yaml'), after, before)
  assert.equal(
    setInYaml('a: 1\r\noperator:\r\n  plugins:\r\n', PIN, '1.x', 'octo.yaml'),
    'a: 1\r\noperator:\r\n  plugins:\r\n    hello: 1.x\r\n',
  )
  const json = '{"operator": {"plugins": {"a": "1.x"}}}'
  const changed = setInYaml(json, PIN, '^1.0.0', 'octo.json')
  assert.equal(changed, '{"operator": {"plugins": {"a": "1.x", "hello": "^1.0.0"}}}')
})

const REMOVED: readonly (readonly [before: string, after: string])[] = [
  ['name: x\n', 'name: x\n'],
  ['operator:\n  plugins:\n    hello: 1.x # gone\n    b: 2.x # stays\n', 'operator:\n  plugins:\n    b: 2.x # stays\n'],
  ['name: x\noperator:\n  plugins:\n    hello: 1.x\n', 'name: x\n'],
  ['operator:\n  repos: {}\n  plugins:\n    hello: {version: 1.x}\nname: x\n', 'operator:\n  repos: {}\nname: x\n'],
  ['operator: {plugins: {a: 1.x, hello: 1.x, b: 2.x}}\n', 'operator: {plugins: {a: 1.x, b: 2.x}}\n'],
  ['operator: {plugins: {a: 1.x, hello: 1.x}}\n', 'operator: {plugins: {a: 1.x}}\n'],
  ['name: x\noperator: {plugins: {hello: 1.x}}\n', 'name: x\n'],
]

test(`an entry is taken away with the maps that held nothing else (${REMOVED.length})`, () => {
  for (const [before, after] of REMOVED) assert.equal(removeFromYaml(before, PIN, 'octo.yaml'), after, before)
})

test('what cannot be changed as text is left as it is, with the words to write', () => {
  const shared = 'a: &a\n  b: 1\noperator:\n  plugins: *a\n'
  for (const text of [
    shared,
    'operator: [1]\n',
    'operator:\n  plugins: 7\n',
    '? operator\n: plugins\n',
    'a: &x {plugins: {}}\noperator: *x\n',
  ])
    expectCode('CONFIG_INVALID', () => setInYaml(text, PIN, '^1.0.0', 'octo.yaml'))
  for (const text of ['operator: {', 'a: 1\n---\nb: 2\n', 'a: 1\na: 2\n'])
    expectCode('YAML_INVALID', () => setInYaml(text, PIN, '^1.0.0', 'octo.yaml'))
})

test('what was put in and taken away again leaves the text as it was, or is refused', () => {
  const { pick, seed } = seededRandom()
  const parts = [
    'a: 1\n',
    'b: {c: 2}\n',
    '# remark\n',
    '\n',
    'd:\n  - e\n',
    'f: |\n  text\n',
    'g:\n  h: "i" # j\n',
    "'k k': ~\n",
  ]
  for (let round = 0; round < 200; round++) {
    const chosen = [...new Set(Array.from({ length: 5 }, () => pick(parts)))]
    const operator = pick([
      '',
      'operator:\n  repos: {x: 1}\n',
      'operator: {repos: {x: 1}}\n',
      'operator:\n  plugins:\n    z: 1.x\n',
    ])
    const text = [...chosen, operator].join('')
    const changed = setInYaml(text, PIN, '^1.0.0', 'octo.yaml')
    assert.equal(removeFromYaml(changed, PIN, 'octo.yaml'), text, `seed ${seed} ${text}`)
  }
})
