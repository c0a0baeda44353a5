// What is no template, or cannot be run, is refused with the line and column where it is wrong, and with what is wrong there.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderTemplate } from '../../../config/template/evaluate.ts'
import { FUNCTION_NAMES } from '../../../config/template/functions/index.ts'
import { parseTemplate } from '../../../config/template/parse.ts'
import { coded } from '../../../schemas/errors.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { valueFrom } from '../../support/go-templates/value-from.ts'
import { DATA } from '../../support/go-templates/vectors.ts'

const deep = Array.from({ length: 40 }).reduce<unknown>((inner) => [inner], 'x')

const ROWS: readonly (readonly [template: string, problem: string])[] = [
  ['a\n {{/* b', '2:2: a comment has no end, expected `*/}}`'],
  ['{{/* a */ 1}}', '1:1: a comment stands alone in its action, expected `{{/* … */}}`'],
  ['{{(1}}', '1:5: a parenthesis is not closed'],
  ['{{1)}}', '1:4: a parenthesis is closed that was not opened'],
  ['{{12ab}}', '1:3: `12a` is no number'],
  ['{{.a"b"}}', '1:5: `"` may not follow `.a`'],
  ['{{1}}'.repeat(51), '1:251: a template has more than 150 parts'],
  ['{{"\\q"}}', '1:3: `"\\q"` has an escape that Go does not know, or makes no text'],
  ['{{"\\xff"}}', '1:3: `"\\xff"` has an escape that Go does not know, or makes no text'],
  [`{{'ab'}}`, `1:3: \`'ab'\` is no single character`],
  ['{{0x.p1}}', '1:3: `0x.p1` is no number'],
  ['{{if ,}}{{end}}', '1:6: `,` is not expected in if'],
  ['{{}}', '1:3: a value is missing in an action'],
  ['{{if}}{{end}}', '1:5: a value is missing in if'],
  ['{{range $x, 1 := .list}}{{end}}', '1:13: `1` is not expected in the variables of range'],
  ['{{range $x, $y .list}}{{end}}', '1:16: `.list` is not expected in the variables of range'],
  ['{{1 = 2}}', '1:5: `=` is not expected in an action'],
  ['{{print | | 1}}', '1:11: `|` is not expected in an action'],
  ['{{print end}}', '1:9: `end` is not expected in an action'],
  ['{{print (1)(2)}}', '1:12: `(` is not expected in the words of an action'],
  ['{{1 | 2}}', '1:7: what stands behind `|` takes no value, expected a function'],
  ['{{true.x}}', '1:3: `true` has no fields'],
  ['{{(1) .a := 2}}', '1:10: `:=` is not expected in an action'],
  ['{{print :}}', '1:9: `:` means nothing in a template'],
  ['{{print 1 :=}}', '1:11: `:=` is not expected in an action'],
  ['{{.a | if}}', '1:8: `if` is not expected in an action'],
  [`{{if 0}}${'{{else if 0}}'.repeat(9)}{{end}}`, '1:107: nested more than 8 levels deep'],
  ['{{if 1}}{{else}}{{else}}{{end}}', '1:17: a second `else` of the same action'],
  ['{{define "x"}}{{else}}{{end}}', '1:15: `else` does not belong to `define`'],
  ['{{block "x" .}}{{else}}{{end}}', '1:16: `else` does not belong to `block`'],
  ['{{end 1}}', '1:7: `1` is not expected in `end`'],
  ['{{if 1}}{{end 1}}', '1:15: `1` is not expected in `end`'],
  ['{{if 1}}{{else 1}}{{end}}', '1:16: `1` is not expected in `else`'],
  ['{{range .list}}{{break 1}}{{end}}', '1:24: `1` is not expected in `break`'],
  ['{{template "x"}}', '1:3: the template "x" is not defined'],
  ['{{include "x" .}}', '1:3: the template "x" is not defined'],
  ['{{include 1 .}}', '1:3: `include` wants the name of a template'],
  ['{{.a.nil.x}}', '1:3: `x` is asked of null: it has no fields'],
  ['{{.name.x}}', '1:3: `x` is asked of a text, which has no fields'],
  ['{{.a.nil}}', '1:3: gives nothing'],
  ['{{.nope}}', '1:3: gives nothing'],
  ['{{.list}}', '1:3: gives a list in place of a plain value'],
  ['{{range "x"}}{{end}}', '1:3: range goes through a list, a map or a count, found a text'],
  ['{{index .nope}}', '1:3: `index`: nothing has no values'],
  ['{{index .nope 1}}', '1:3: `index`: nothing has no values'],
  ['{{index . "nope" "x"}}', '1:3: `index`: nothing has no values'],
  ['{{index 1 1}}', '1:3: `index`: a whole number has no values'],
  ['{{index .list "a"}}', '1:3: `index`: expected a whole number as the index, found a text'],
  ['{{slice .a.m 0}}', '1:3: `slice`: a map cannot be cut'],
  ['{{slice .list 0 3 2}}', '1:3: `slice`: cannot cut from 0 to 3'],
  ['{{len 3}}', '1:3: `len`: a whole number has no length'],
  ['{{upper .list}}', '1:3: `upper`: expected a plain value, found a list'],
  ['{{upper .a.m}}', '1:3: `upper`: expected a plain value, found a map'],
  ['{{upper .a.nil}}', '1:3: `upper`: an argument is nothing'],
  ['{{html .nope}}', '1:3: `html`: an argument is nothing'],
  ['{{print .nope}}', '1:3: `print`: an argument is nothing'],
  ['{{eq .a.m .a.m}}', '1:3: `eq`: a map cannot be compared'],
  ['{{eq .a.l .a.l}}', '1:3: `eq`: a list cannot be compared'],
  ['{{lt .nope 1}}', '1:3: `lt`: nothing has no order'],
  ['{{lt 1 "a"}}', '1:3: `lt`: a whole number (int) cannot be compared with a text (string)'],
  ['{{lt true false}}', '1:3: `lt`: a boolean has no order'],
  ['{{lt .a.l .a.l}}', '1:3: `lt`: a list has no order'],
  ['{{toJson .nope}}', '1:3: `toJson`: an argument is nothing'],
  ['{{toJson .a.nil}}', '1:3: `toJson`: an argument is nothing'],
  ['{{indent -1 "a"}}', '1:3: `indent`: expected a number of spaces from 0 to 64'],
  ['{{indent 65 "a"}}', '1:3: `indent`: expected a number of spaces from 0 to 64'],
  ['{{nindent "2" "a"}}', '1:3: `nindent`: expected a number of spaces from 0 to 64'],
  ['{{toJson .deep}}', '1:3: `toJson`: a value is nested more than 32 levels deep'],
  ['{{toYaml .deep}}', '1:3: `toYaml`: a value is nested more than 32 levels deep'],
  ['{{join "," .nope}}', '1:3: `join`: an argument is nothing'],
  ['{{printf 1 2}}', '1:3: `printf`: expected a text as the format, found a whole number'],
  ['{{toInt .nope}}', '1:3: `toInt`: an argument is nothing'],
  ['{{toInt .a.nil}}', '1:3: `toInt`: an argument is nothing'],
  ['{{printf "%*d" 3 4}}', '1:3: `printf`: `%*d` is no verb of `printf` that is known here'],
  ['{{printf "%#v" 1}}', '1:3: `printf`: `%#v` is no verb of `printf` that is known here'],
  ['{{printf "%.101f" 1.5}}', '1:3: `printf`: `%.101f` asks for more than 100 places'],
  ['{{printf "%1001d" 1}}', '1:3: `printf`: `%1001d` is wider than 1000 characters'],
  ['{{printf "%x" 2.5}}', '1:3: `printf`: `%x` of a number with a fraction is not known here'],
]
for (const [template, problem] of ROWS)
  test(`\`${template.slice(0, 60)}\` is refused: ${problem}`, () => {
    assert.equal(expectCode('CONFIG_INVALID', () => render(template)).message, problem)
  })

const LONG = 'x'.repeat(100_000)
const LONG_ROWS: readonly string[] = [
  ...[
    `{{.${LONG}"b"}}`,
    `{{.${LONG}:b}}`,
    `{{1${LONG}}}`,
    `{{"\\q${LONG}"}}`,
    `{{'${LONG}'}}`,
    `{{0x.${'0'.repeat(100_000)}p1i}}`,
  ],
  ...[
    `{{${'9'.repeat(100_000)}}}`,
    `{{1_${'9'.repeat(100_000)}_}}`,
    `{{if ,}}{{end}}${LONG}`,
    `{{range $x, "${LONG}" := .l}}{{end}}`,
  ],
  ...[
    `{{true.${LONG}}}`,
    `{{"${LONG}".x}}`,
    `{{${LONG}}}`,
    `{{$${LONG}}}`,
    `{{define ${LONG}}}{{end}}`,
    `{{define $${LONG}}}{{end}}`,
  ],
  ...[`{{template "${LONG}"}}`, `{{include "${LONG}" .}}`, `{{define "${LONG}"}}a{{end}}{{define "${LONG}"}}b{{end}}`],
  ...[`{{.a.nil.${LONG}}}`, `{{.name.${LONG}}}`, `{{index .list "${LONG}"}}`, `{{required "${LONG}" .nope}}`],
  ...[
    `{{printf "%${'1'.repeat(100_000)}d" 1}}`,
    `{{printf "%.${'1'.repeat(100_000)}d" 1}}`,
    `{{printf "%${'#'.repeat(100_000)}v" 1}}`,
  ],
]
for (const template of LONG_ROWS)
  test(`\`${template.slice(0, 20)}…\` is refused in a few words`, () => {
    const { message } = expectCode('CONFIG_INVALID', () => render(template))
    assert.ok(message.length < 400, `${message.length}: ${message.slice(0, 100)}`)
  })

function render(template: string): string {
  const fail = (problem: string, { line, column }: { line: number; column: number }) =>
    coded('CONFIG_INVALID', { message: `${line}:${column}: ${problem}` })
  const spelling = { looseNames: true, maxTokens: 150, maxDepth: 8 }
  const parsed = parseTemplate(template, { ...spelling, fail, functions: FUNCTION_NAMES, pointless: () => false })
  const meter = { spend: () => {}, made: () => {}, printed: () => {}, left: () => 1000 }
  return renderTemplate(parsed, { root: valueFrom({ ...DATA, deep }), fail, meter, prints: 'plain values' })
}
