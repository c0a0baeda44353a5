// Documents whose text is a template: their author alone writes the structure, whatever the values hold; what went in decides who
// may use what comes out; problems are told where they stand in the template.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TreeNode } from '../../../config/document/node.ts'
import { dataOf, exactPlaceOf } from '../../../config/document/node.ts'
import { isCoded } from '../../../schemas/errors.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { made } from '../../support/builders/made-document.ts'

const VALUES = `name: shop
configs:
  web: {port: 8080, mode: "0755", env: {A: "1", "b: c": "# x"}, list: [a, "- b", {c: 1}], text: "one\\ntwo: 2\\n- three"}
  empty: {map: {}, list: []}
`

const ROWS: readonly (readonly [what: string, template: string, expected: unknown])[] = [
  ['a value keeps its type', 'a: {{.configs.web.port}}\nb: {{.configs.web.mode}}\n', { a: 8080, b: '0755' }],
  [
    'quotes make a text of it',
    'a: "{{.configs.web.port}}"\nb: {{quote .configs.web.port}}\n',
    { a: '8080', b: '8080' },
  ],
  ['quote in a longer text is a part of it', 'a: --x={{quote .name}}\n', { a: '--x="shop"' }],
  ['a value of several lines is one text', 'a: {{.configs.web.text}}\n', { a: 'one\ntwo: 2\n- three' }],
  [
    'indented lines stay together in a block',
    'a: |\n  head\n    {{.configs.web.text | indent 0}}\n{{.configs.web.text | indent 2}}\n',
    { a: 'head\n  one\n  two: 2\n  - three\none\ntwo: 2\n- three\n' },
  ],
  [
    'toYaml makes structure of values',
    'env: {{toYaml .configs.web.env | nindent 2}}\nlist:\n{{toYaml .configs.web.list | indent 2}}\n',
    { env: { A: '1', 'b: c': '# x' }, list: ['a', '- b', { c: 1 }] },
  ],
  [
    'toYaml of what is empty',
    'a: {{toYaml .configs.empty.map}}\nb: {{toYaml .configs.empty.list}}\n',
    { a: {}, b: [] },
  ],
  ['toYaml of a plain value', 'a: {{toYaml .configs.web.text}}\n', { a: 'one\ntwo: 2\n- three' }],
  [
    'toYaml in a block is text',
    'a: |\n  {{toYaml .configs.web.env | indent 2 | trim}}\n',
    { a: 'A: "1"\n"b: c": "# x"\n' },
  ],
  ['toYaml in quotes is text', `a: '{{toYaml .configs.web.mode}}'\n`, { a: '"0755"' }],
  ['toJson is a text', 'a: {{toJson .configs.web.env}}\n', { a: '{"A":"1","b: c":"# x"}' }],
  [
    'toYaml that other functions work on is a text',
    'a: {{toYaml .configs.web.env | upper}}\n',
    { a: 'A: "1"\n"B: C": "# X"' },
  ],
  [
    'include, with its lines moved',
    '{{define "e"}}x: {{.port}}\ny: {{.text}}{{end}}a: {{include "e" .configs.web | nindent 2}}\n',
    { a: { x: 8080, y: 'one\ntwo: 2\n- three' } },
  ],
  [
    'include that other functions work on is a text',
    '{{define "e"}}x: {{.}}{{end}}a: {{include "e" .name | upper}}\n',
    { a: 'X: SHOP' },
  ],
  [
    'a variable that holds structure',
    '{{$e := toYaml .configs.web.env}}a: {{$e | nindent 2}}\nb: {{$e | nindent 2}}\n',
    { a: { A: '1', 'b: c': '# x' }, b: { A: '1', 'b: c': '# x' } },
  ],
  ['keys that values make', '{{range $k, $v := .configs.web.env}}{{$k}}: {{$v}}\n{{end}}', { A: '1', 'b: c': '# x' }],
  ['a value in a comment', 'a: 1 # {{.configs.web.text}}\n# {{.configs.web.text}}\nb: 2\n', { a: 1, b: 2 }],
  [
    'braces that the author passes on',
    'a: "{{"{{.Names}}"}}"\nb: \'{{`{{.x}}`}}y\'\n',
    { a: '{{.Names}}', b: '{{.x}}y' },
  ],
  [
    'texts in actions are the author’s',
    '{{$s := "a: [1"}}{{$s}}{{range split "" "23"}}{{", "}}{{.}}{{end}}{{"]"}}\n',
    { a: [1, '2', '3'] },
  ],
  ['a value that is empty', 'a: {{index (split "," ",x") 0}}\nb: [{{index (split "," ",x") 0}}]\n', { a: '', b: [''] }],
  ['JSON', '{"a": {{.configs.web.port}}, "b": "{{.name}}", "c": [{{.name}}]}\n', { a: 8080, b: 'shop', c: ['shop'] }],
  [
    'a merge key is none where a value makes it',
    '{{range split "|" "<<|x"}}{{.}}: {a: 1}\n{{end}}',
    { '<<': { a: 1 }, x: { a: 1 } },
  ],
]
for (const [what, template, expected] of ROWS)
  test(`a template makes a document: ${what}`, () => {
    assert.deepEqual(dataOf(made(template, { values: VALUES })), expected)
  })

const PROBLEMS: readonly (readonly [template: string, place: string, problem: RegExp])[] = [
  ['a: 1\nb: {{.configs.none}}\n', '2:6', /names `configs\.none`, which is no plain value/],
  ['a: 1\n  {{nope 1}}\n', '2:5', /the function `nope` is not known/],
  ['a:\n{{range .configs.web.list}}\n', '2:3', /`range` has no `\{\{end\}\}`/],
  ['a: 1\nb: {{.configs.web}}\n', '2:6', /which is no plain value/],
  ['a: 1\n{{range 3}}\n{{end}}a: {{.name}}\n', '3:8', /what the template makes is no YAML: .*`a`.*/],
  ['a: 1\n\n{{range 3}}\n\n{{end}}b: [{{.name}}\n', '5:8', /what the template makes is no YAML/],
  ['a: 1\nb: {{.name}}: x: {{.name}}\n', '2:1', /what the template makes is no YAML/],
  ['a: 1\nb: *{{.name}}\n', '2:1', /has the anchor `\{\{\.name\}\}`/],
  ['a: {{.configs.web.list}}\n', '1:6', /no plain value/],
  ['{{range 300000}}{{end}}\n', '1:', /more steps than a template may/],
  [`{{define "r"}}{{template "r" .}}{{end}}{{template "r" .}}\n`, '1:', /more than 16 levels deep/],
  [`a: |\n{{range 5000}}  ${'x'.repeat(100)}\n{{end}}`, '2:', /one document make more than 262144 characters/],
  ['{{range 60}}{{range 60}}{{range 60}}{{end}}{{end}}{{end}}\n', '1:', /takes? more (?:steps )?than/],
  ['a: 1\nb: {{.env.NONE}}\n', '2:6', /environment variable `NONE` is not set/],
]
for (const [template, place, problem] of PROBLEMS)
  test(`a problem of a template is told at ${place}: ${JSON.stringify(template.slice(0, 50))}`, () => {
    try {
      made(template, { values: VALUES })
      assert.fail('nothing is wrong')
    } catch (error) {
      if (!isCoded(error)) throw error
      const { line, column } = error.details as { line?: number; column?: number }
      assert.match(error.message, problem)
      assert.ok(`${line}:${column}`.startsWith(place), `${line}:${column} ${error.message}`)
    }
  })

test('a name without its point is an error also where no other document says anything', () => {
  for (const values of ['~', '1', '[1]'])
    assert.match(expectCode('CONFIG_INVALID', () => made('a: {{nope}}\n', { values })).message, /`nope` is not known/)
})

test('a template that makes deep or many values is refused as any document is', () => {
  expectCode('LIMIT_EXCEEDED', () => made(`a: ${'{{"["}}'.repeat(40)}${']'.repeat(40)}\n`))
  expectCode('LIMIT_EXCEEDED', () => made('a: [{{range 21000}}1,{{end}}]\n'))
})

test('every value knows where its template stands, in a range and in what is included too', () => {
  const template = `{{define "d"}}x: {{.}}{{end -}}
a: 1
{{- range $k, $v := .configs.web.env}}
e{{$v | len}}{{$k}}:
  - {{$v}}
{{- end}}
b: {{.name}}
c: {{include "d" .name | nindent 2}}
`
  const places: string[] = []
  const walk = (node: TreeNode, path: string): void => {
    const { line, column } = exactPlaceOf(node)
    if (node.kind === 'scalar') places.push(`${path} ${line}:${column}`)
    else if (node.kind === 'list') for (const [index, item] of node.items.entries()) walk(item, `${path}.${index}`)
    else for (const [key, inner] of node.entries) walk(inner, path === '' ? key : `${path}.${key}`)
  }
  walk(made(template, { values: VALUES }), '')
  assert.deepEqual(places, ['a 2:1', 'e1A.0 5:7', 'e3b: c.0 5:7', 'b 7:1', 'c.x 8:6'])
})
