// No value changes the structure of a document whose text is a template, whatever it holds and wherever it stands.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TreeNode } from '../../../config/document/node.ts'
import { dataOf, parseTree } from '../../../config/document/node.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { LOCAL, made } from '../../support/builders/made-document.ts'

const HOSTILE = [
  '\n',
  '\nevil: true',
  '\n  evil: true\n',
  '\r\nevil: true',
  ': ',
  'a: b',
  'a:',
  '- ',
  '- x',
  '#',
  ' # x',
  '&a',
  '*a',
  '!!map {}',
  '|',
  '>-',
  '%YAML 1.1',
  '---',
  '\n---\nevil: 1\n',
  '\n...\n',
  '{',
  '}',
  '{a: 1}',
  '[',
  ']',
  ', b: c',
  '], evil: [',
  '"',
  "'",
  '", evil: "',
  "', evil: '",
  '"\nevil: "',
  '\\',
  '\\"',
  '`',
  '@x',
  '?',
  '? a',
  '<<',
  '<<: *x',
  '~',
  'null',
  'true',
  '0755',
  '1e3',
  '\t',
  '\tx: 1',
  '\u0085evil: 1',
  '\u2028evil: 1',
  '\u2029evil: 1',
  '\u0000',
  '\ufeff',
  '{{.env.SECRET}}',
  '{{',
  '}}',
  '{{end}}',
  '\ue0000\ue001',
  '\ue0001\ue001',
  '',
  ' ',
  '  leading',
  'trailing  ',
  '__proto__',
  `${'x'.repeat(3000)}\nevil: 1`,
]

/** Where a value may stand, and what is there once it does. */
const PLACES: readonly (readonly [template: string, holds: (value: string) => unknown])[] = [
  ['a: {{.v}}\nb: 1\n', (v) => ({ a: v, b: 1 })],
  ['a: "{{.v}}"\nb: 1\n', (v) => ({ a: v, b: 1 })],
  ["a: '{{.v}}'\nb: 1\n", (v) => ({ a: v, b: 1 })],
  ['a: x{{.v}}y\nb: 1\n', (v) => ({ a: `x${v}y`, b: 1 })],
  ['a: {{.v}}{{.v}}\nb: 1\n', (v) => ({ a: v + v, b: 1 })],
  ['a: {x: {{.v}}, y: [{{.v}}, {{.v}}]}\nb: 1\n', (v) => ({ a: { x: v, y: [v, v] }, b: 1 })],
  ['a: {"x": "{{.v}}"}\nb: 1\n', (v) => ({ a: { x: v }, b: 1 })],
  ['- {{.v}}\n- 1\n', (v) => [v, 1]],
  ['a: |\n  {{.v}}|\nb: 1\n', (v) => ({ a: `${v}|\n`, b: 1 })],
  ['a: |\n{{.v | indent 2}}\nb: 1\n', (v) => ({ a: `${v}\n`, b: 1 })],
  ['a: >-\n  {{.v}}|\nb: 1\n', (v) => ({ a: `${v}|`, b: 1 })],
  ['a: 1 # {{.v}}\n# {{.v}}\nb: 1\n', () => ({ a: 1, b: 1 })],
  ['{{.v}}\n', (v) => v],
  ['a: {{quote .v}}\nb: 1\n', (v) => ({ a: v, b: 1 })],
  ['a: {{printf "%s" .v}}\nb: 1\n', (v) => ({ a: v, b: 1 })],
  ['a: {{toYaml .v}}\nb: 1\n', (v) => ({ a: v, b: 1 })],
  ['a: {{toYaml .m | nindent 2}}\nb: 1\n', (v) => ({ a: { k: v, l: [v] }, b: 1 })],
  ['a: [{{range .m.l}}{{.}}, {{end}}z]\nb: 1\n', (v) => ({ a: [v, 'z'], b: 1 })],
  ['{{define "d"}}x: {{.}}{{end}}a: {{include "d" .v | nindent 2}}\nb: 1\n', (v) => ({ a: { x: v }, b: 1 })],
  ['{{if .v}}a: {{.v}}{{else}}a: ""{{end}}\nb: 1\n', (v) => ({ a: v, b: 1 })],
  ['{{$x := .v}}a: {{$x}}\nb: 1\n', (v) => ({ a: v, b: 1 })],
  ['a: {{default "x" .v}}\nb: 1\n', (v) => ({ a: v === '' ? 'x' : v, b: 1 })],
]

/** The values as other documents hold them: a value is no template of its own here. */
function holding(value: string): TreeNode {
  const scalar = (text: string) => ({
    ...parseTree('x', LOCAL),
    ...({ kind: 'scalar', value: text, text, plain: false, made: {} } as const),
  })
  const { origin } = parseTree('{}', LOCAL)
  const list = { kind: 'list' as const, origin, items: [scalar(value)] }
  const m = {
    kind: 'map' as const,
    origin,
    entries: new Map<string, TreeNode>([
      ['k', scalar(value)],
      ['l', list],
    ]),
  }
  return {
    kind: 'map',
    origin,
    entries: new Map<string, TreeNode>([
      ['v', scalar(value)],
      ['m', m],
    ]),
  }
}

test(`${HOSTILE.length} hostile values at ${PLACES.length} places change no structure`, () => {
  const wrong: unknown[] = []
  for (const value of HOSTILE)
    for (const [template, holds] of PLACES) {
      const found = dataOf(made(template, { values: holding(value), env: { SECRET: 'hunter2' } }))
      if (JSON.stringify(found) !== JSON.stringify(holds(value))) wrong.push({ template, value, found })
    }
  assert.deepEqual(wrong, [])
})

test('hostile values as keys make one key each, and never one that is there', () => {
  for (const value of HOSTILE) {
    const read = () => made('a: 1\n{{.v}}: 2\n"{{.v}}!": 3\n', { values: holding(value) })
    if (value === '__proto__') expectCode('CONFIG_INVALID', read)
    else assert.deepEqual(dataOf(read()), { a: 1, [value]: 2, [`${value}!`]: 3 }, JSON.stringify(value))
  }
  const error = expectCode('CONFIG_INVALID', () => made('a: 1\n\n{{.v}}: 2\n', { values: holding('a') }))
  assert.match(error.message, /octo\.yaml` line 3: the template writes the key `a` twice/)
})

test('signs cannot be forged: a template holds none of their characters, also not put together of parts', () => {
  for (const text of ['a: \ue0000\ue001\n', 'a: \ue000{{/* */}}0\n', '# \ue001\n', 'a: {{"\\ue0000\\ue001"}}\n'])
    expectCode('CONFIG_INVALID', () => made(text, { values: holding('x') }))
  // An escape is no sign of a value that was not printed.
  assert.deepEqual(dataOf(made('a: "\\ue0007\\ue001"\n', { values: holding('x') })), { a: '\ue0007\ue001' })
})
