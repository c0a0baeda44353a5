// What is wrong with the syntax of a YAML text is said with line and column, in words of whoever wrote it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseYaml } from '../../../schemas/yaml/parse.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'

const ROWS: readonly (readonly [text: string, place: string, problem: RegExp, hint?: RegExp])[] = [
  ['a:\n\tb: 1\n', '2:1', /indented by a tab/],
  ['a: {b: 1\nc: 2\n', '1:4', /`\{` is not closed/, /close it/],
  ['a: [1, 2\nb: 3\n', '1:4', /`\[` is not closed/, /close it/],
  ['a: [1]\nb:\n  c: {d: [1, 2\n\n# e\nf: [3]\n', '3:10', /`\[` is not closed/, /close it/],
  ['a: "["\nb: [1, "]"\nc: 3\n', '2:4', /`\[` is not closed/, /close it/],
  ['a: {{.env.X}\nb: 1\n', '1:4', /`\{` is not closed/, /a template needs quotes/],
  ['services\n  web: 1\n', '1:1', /a key is not followed by `: `/, /`key: value`/],
  ['a:1\nb: 2\n', '1:1', /a key is not followed by `: `/, /`key: value`/],
  ['a: 1\nb c\n', '2:1', /a key is not followed by `: `/, /`key: value`/],
  ['a: b: c\n', '1:4', /a value is followed by one more key/, /in quotes/],
  ['a: 1\n b: 2\n', '1:4', /a value is followed by one more key/, /begin in one column/],
  ["a: 'it's'\n", '1:8', /something follows where a value has ended/, /a quote is written twice/],
  ['a: "x\nb: 2\n', '1:4', /a text in quotes is not closed/, /end it with the quote/],
  ['a: "\'"\nb: \'x\n  y\nc: 2\n', '2:4', /a text in quotes is not closed/, /end it with the quote/],
  ['\ufeffa:\n  - [b, "x]\n  - c\n', '2:9', /a text in quotes is not closed/, /end it with the quote/],
  ['a: @x\n', '1:4', /begins with a sign that YAML keeps for itself/, /in quotes/],
  ['a:\n  - b\n c\n', '3:1', /does not begin where those beside it do/],
  ['a: "\\d"\n', '1:5', /holds an escape that there is not/, /single quotes/],
  ['a: [x, y]]\n', '1:10', /`\}` or `\]` closes nothing/],
  ['a: - b\n', '1:4', /a list begins on the line of its key/, /next line/],
  ['a: |x\n  b\n', '1:5', /stands on the line of its/, /next line/],
  ['{', '1:1', /`\{` is not closed/, /close it/],
  ['[', '1:1', /`\[` is not closed/, /close it/],
  ['{\n  "a": {"b": 1},\n  "c": 2\n', '1:1', /`\{` is not closed/, /close it/],
  ['a: [1,,2]\n', '1:7', /a comma follows no item/],
  ['- a: b\n c: d\n', '2:1', /begins neither an item nor/, /`- `/],
  ['"a" b: c\n', '1:5', /something follows where a value has ended/, /keys of one map/],
  ['a: {{.env.X}}\n', '1', /./, /a template needs quotes/],
]

test(`mistakes of syntax are named, with what helps (${ROWS.length})`, () => {
  for (const [text, place, problem, hint] of ROWS) {
    const error = expectCode('YAML_INVALID', () => parseYaml(text, 'octo.yaml'))
    const { line, column } = error.details as { readonly line: number; readonly column?: number }
    assert.equal(`${line}${column === undefined ? '' : `:${column}`}`, place, text)
    assert.match(error.message, problem, text)
    assert.doesNotMatch(error.message, /implicit|compact|scalar|flow|sequence/i)
    if (hint) assert.match(error.hint ?? '', hint, text)
  }
})
