// What templates of configs have beyond Go's: functions, typed values, names with `-`; and what every refusal says: where.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatted } from '../../../config/template/printf.ts'
import { isCoded } from '../../../schemas/errors.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { readFiles } from '../../support/machine/config-files.ts'

type Context = Parameters<typeof readFiles>[0]

const CONFIG = `name: shop
configs: {port: 8080, version: 1.10, hex: 0x1F, word: Hello, empty: "", nothing: ~, off: no-it-is-not, my-service: {port: 1},
  list: [b, a], map: {z: 1, a: "no", list: [1, {k: v}]}, quotes: 'a"b', lines: "a\\nb", big: 9007199254740991, flag: true}
`

async function value(t: Context, template: string, style: 'quoted' | 'block' = 'quoted'): Promise<unknown> {
  const written = style === 'quoted' ? JSON.stringify(template) : `|-\n${template.replace(/^/gm, '          ')}`
  const check = `services:\n  web:\n    health:\n      - tool: c\n        args:\n         x: ${written}\n`
  const { services } = await readFiles(t, { 'octo.yaml': `${CONFIG}${check}` }, { env: { PORT: '9090', HOST: 'db' } })
  return Object.entries(services[0]?.checks.health[0]?.arguments.value ?? {})[0]?.[1]
}

const VALUES: readonly (readonly [template: string, value: unknown])[] = [
  ['{{.configs.port}}', 8080],
  ['{{ .configs.port }} ', 8080],
  ['p{{.configs.port}}', 'p8080'],
  ['{{.configs.version}}', 1.1],
  ['v{{.configs.version}}', 'v1.10'],
  ['{{print .configs.version "" .configs.hex}}', '1.100x1F'],
  ['{{printf "%d %x" .configs.hex .configs.port}}', '31 1f90'],
  ['{{.configs.flag}}', true],
  ['{{.configs.my-service.port}}', 1],
  ['{{configs.port}} {{name}} {{env.HOST}} {{projectID}}', '8080 shop db shop'],
  ['{{.env.PORT}}', '9090'],
  ['{{toInt .env.PORT}}', 9090],
  ['{{.env.PORT | toInt | eq 9090}}', true],
  ['{{.env.NOPE | default 80}}', 80],
  ['{{.configs.empty | default .configs.word}}', 'Hello'],
  ['{{.configs.nothing | default "x"}}', 'x'],
  ['{{default "x" .configs.nope.deep}}', 'x'],
  ['{{quote .configs.quotes}}{{squote "a"}}', '"a\\"b"\'a\''],
  ['{{upper .configs.word}}{{lower "ÄB"}}{{trim "  a "}}', 'HELLOäba'],
  ['{{replace "l" "L" .configs.word}} {{"aa" | replace "" "-"}} {{replace "a" "$&" "a"}}', 'HeLLo -a-a- $&'],
  [
    '{{contains "ell" .configs.word}} {{hasPrefix "H" .configs.word}} {{.configs.word | hasSuffix "x"}}',
    'true true false',
  ],
  ['{{join "," .configs.list}} {{index (split "." "a.b.c") 1}} {{split "," "a,b" | join "+"}}', 'b,a b a+b'],
  ['{{required "say the port" .configs.port}}', 8080],
  ['{{toJson .configs.map}}', '{"a":"no","list":[1,{"k":"v"}],"z":1}'],
  ['{{toJson .configs.quotes}}', '"a\\"b"'],
  ['{{.configs.big}}', 9007199254740991],
  ['{{range $i, $v := .configs.list}}{{if $i}},{{end}}{{$v}}{{end}}', 'b,a'],
  ['{{with .configs.map}}{{.z}}{{end}}{{with .configs.nope}}x{{else}}y{{end}}', '1y'],
  ['{{"{{.Names}}"}}', '{{.Names}}'],
  ['{{/* a word */}}{{.configs.word}}', 'Hello'],
  ['{{$x := 1}}', ''],
]
for (const [template, expected] of VALUES)
  test(`\`${template}\` is ${JSON.stringify(expected)}`, async (t) => {
    assert.deepEqual(await value(t, template), expected)
  })

test('`toYaml`, `indent` and `nindent` make lines in a block, and are refused elsewhere', async (t) => {
  assert.equal(
    await value(t, 'map:{{toYaml .configs.map | nindent 2}}\nlist:\n{{toYaml .configs.list | indent 2}}', 'block'),
    'map:\n  a: "no"\n  list:\n  - 1\n  - k: v\n  z: 1\nlist:\n  - b\n  - a',
  )
  assert.equal(await value(t, '{{toYaml .configs.lines}} {{toYaml .configs.quotes}}', 'block'), '"a\\nb" "a\\"b"')
  for (const name of ['toYaml', 'indent 2', 'nindent 2']) {
    const error = await expectCodeAsync('CONFIG_INVALID', () => value(t, `{{${name} .configs.word}}`))
    assert.match(
      error.message,
      /line 9: template column 3: `\w+` makes lines, which only a block holds: write the value below `key: \|`/,
    )
  }
})

const REFUSED: readonly (readonly [template: string, problem: RegExp])[] = [
  ['{{.configs.prt}}', /line 9: template column 3: names `configs\.prt`, which is no plain value of this config/],
  ['ab {{.configs.map}}', /column 6: names `configs\.map`/],
  ['{{.configs.nope | upper}}', /column 19: `upper`: names `configs\.nope`/],
  ['{{print .env.NOPE}}', /`print`: environment variable `NOPE` is not set/],
  ['{{.env.NOPE}}', /column 3: environment variable `NOPE` is not set/],
  ['{{uper .configs.word}}', /column 3: the function `uper` is not known, did you mean `upper`\?/],
  ['{{ toJSON .configs.word}}', /column 4: the function `toJSON` is not known, did you mean `toJson`\?/],
  ['{{call .configs.word}}', /column 3: the function `call` is not known/],
  ['{{lookup "a"}}', /the function `lookup` is not known/],
  ['{{.configs.port | unknown}}', /column 19: the function `unknown` is not known/],
  ['{{$prt := 1}}{{$port}}', /column 16: the variable `\$port` is not defined, did you mean `\$prt`\?/],
  ['{{if .configs.port}}', /column 3: `if` has no `\{\{end\}\}`/],
  ['{{end}}', /`end` ends nothing/],
  ['{{.configs.port', /column 1: an action is not closed, expected `\}\}`/],
  ['{{-3}}x{{-.a}}', /column 10: `-\.` is no number; a trim marker is/],
  ['{{eq .configs.port "8080"}}', /`eq`: a whole number \(int\) cannot be compared with a text \(string\)/],
  ['{{eq .env.PORT 9090}}', /a text \(string\) cannot be compared with a whole number/],
  ['{{index .configs.list 7}}', /`index`: the index 7 is out of range/],
  ['{{toInt .configs.word}}', /`toInt`: expected a whole number, found a text/],
  ['{{required "say the port" .configs.nope}}', /`required`: say the port/],
  ['{{join "," .configs.word}}', /`join`: expected a list, found a text/],
  ['{{upper .configs.map}}', /`upper`: expected a plain value, found a map/],
  ['{{upper}}', /`upper` takes 1 argument, found 0/],
  ['{{default 1 2 3}}', /`default` takes 2 arguments, found 3/],
  ['{{printf "%y" 1}}', /`printf`: `%y` is no verb/],
  ['{{printf "%9999d" 1}}', /wider than 1000 characters/],
  ['{{range 1000000000}}x{{end}}', /range over 1000000000 takes more steps than a template may/],
  ['{{range 15000}}{{len "a"}}{{end}}', /templates of one value take more than 20000 steps/],
  ['{{range 2000}}0123456789{{end}}', /templates of one value make more than 16384 characters/],
  ['{{$x := "0123456789"}}{{range 30}}{{$x = print $x $x}}{{end}}', /make more than 262144 characters on the way/],
  ['{{replace "" (printf "%1000d" 1) (printf "%1000d" 1)}}', /make more than 262144 characters on the way/],
  ['{{define "x"}}{{template "x"}}{{end}}{{template "x"}}', /templates call each other more than 16 levels deep/],
  [`${'{{if 1}}'.repeat(40)}${'{{end}}'.repeat(40)}`, /nested more than 32 levels deep/],
  [`{{${'('.repeat(40)}1${')'.repeat(40)}}}`, /nested more than 32 levels deep/],
  ['{{1i}}', /`1i` is a complex number/],
  ['{{slice "é" 0 1}}', /this would cut a character in two/],
]
for (const [template, problem] of REFUSED)
  test(`\`${template.slice(0, 60)}\` is refused at its line and column`, async (t) => {
    const error = await expectCodeAsync('CONFIG_INVALID', () => value(t, template))
    assert.match(error.message, problem)
    assert.match(error.message, /octo\.yaml` line 9: /)
  })

test('in a block an error says the line of the block too', async (t) => {
  const error = await expectCodeAsync('CONFIG_INVALID', () =>
    value(t, 'one\ntwo {{.configs.port}}\n {{uper "a"}}', 'block'),
  )
  assert.match(error.message, /octo\.yaml` line 9: template line 3 column 4: the function `uper` is not known/)
})

test('no error of a template shows the value of an environment variable', async (t) => {
  const rows = [
    '{{toInt .env.HOST}}',
    '{{index .env.HOST 9}}',
    '{{.env.HOST.x}}',
    '{{join "," .env.HOST}}',
    '{{eq .env.HOST 1}}',
    '{{range .env.HOST}}{{end}}',
  ]
  for (const template of rows) {
    const error = await expectCodeAsync('CONFIG_INVALID', () => value(t, template))
    assert.doesNotMatch(JSON.stringify(error), /\bdb\b/, template)
  }
})

const LONG = '{{$a := replace "0" "a" (printf "%01000d" 0)}}{{$b := print $a $a $a $a $a}}{{$c := print $b $b $b $b}}'
const ITEMS = '{{$l := split "" (printf "%1000d" 1)}}'

/** Few actions that would take minutes, or gigabytes. */
const COSTLY: readonly (readonly [what: string, template: string])[] = [
  ['prints a long text often', `${LONG}{{print${' $c'.repeat(4000)}}}`],
  ['quotes a long text often', `${LONG}{{quote${' $c'.repeat(4000)}}}`],
  ['escapes a long text often', `${LONG}{{html${' $c'.repeat(4000)}}}`],
  ['prints a list often', `${ITEMS}{{print${' $l'.repeat(4000)}}}`],
  ['prints wide items', `${ITEMS}{{printf "${'%1000v'.repeat(300)}"${' $l'.repeat(300)}}}`],
  ['has a list left over often', `${ITEMS}{{printf "x"${' $l'.repeat(4000)}}}`],
  ['compares long texts', `${LONG}{{$d := print $c "b"}}{{range 1000}}{{if eq $c${' $d'.repeat(2000)}}}{{end}}{{end}}`],
  ['gives many arguments', `{{range 1000}}{{if and${' 1'.repeat(4000)}}}{{end}}{{end}}`],
  [
    'searches a text of one letter',
    `${LONG}{{$p := print $b "b" $b}}{{range 2000}}{{if contains $p $c}}{{end}}{{end}}`,
  ],
  ['splits a text of one letter', `${LONG}{{$p := print $b "b" $b}}{{range 2000}}{{if split $p $c}}{{end}}{{end}}`],
  [
    'replaces in a text of one letter',
    `${LONG}{{$p := print $b "b" $b}}{{range 9}}{{if replace $p "" $c}}{{end}}{{end}}`,
  ],
  ['cuts a long list often', `${ITEMS}{{range 2000}}{{if slice $l 0}}{{end}}{{end}}`],
  [
    'joins a long list often',
    `{{$l := split "a" (replace "0" "a" (printf "%01000d" 0))}}{{range 2000}}{{if join "" $l}}{{end}}{{end}}`,
  ],
  ['begins long ranges', '{{range 3000}}{{range 10000}}{{break}}{{end}}{{end}}'],
]
for (const [what, template] of COSTLY)
  test(`a template that ${what} is refused before it has done so`, async (t) => {
    const error = await expectCodeAsync('CONFIG_INVALID', () => value(t, template))
    assert.match(
      error.message,
      /templates of one value take more than 20000 steps|takes more steps than a template may/,
    )
  })

const LARGE: readonly (readonly [what: string, template: string])[] = [
  ['strings', `{{print${' "a"'.repeat(9000)}}}`],
  ['actions', '{{1}}'.repeat(6000)],
  ['spaces', `{{${' '.repeat(200_000)}1}}`],
  ['texts with spaces', `{{1}}${' x'.repeat(90_000)} {{- 1}}`],
  ['comments', '{{/* a */}}'.repeat(20_000)],
  ['brackets', '{{'.repeat(100_000)],
  ['quotes', `{{${'"\\'.repeat(60_000)}}}`],
  ['digits', `{{${'1'.repeat(200_000)}}}`],
  ['digits that end in no number', `{{${'1'.repeat(500_000)}e}}`],
  ['underscores', `{{1${'_1'.repeat(90_000)}}}`],
  ['pipes', `{{1${' | print'.repeat(9000)}}}`],
  ['unknown words', '{{aaaaaaa}}'.repeat(9000)],
]
for (const [what, template] of LARGE)
  test(`a template of ${Math.round(template.length / 1024)} KiB of ${what} ends in an answer`, async (t) => {
    const outcome = await value(t, template).catch((error: unknown) => error)
    assert.ok(!(outcome instanceof Error) || isCoded(outcome), String(outcome))
  })

test('what is no finite number is printed as Go prints it, without zeros before it', () => {
  const refuse = (problem: string) => new Error(problem)
  const show = (format: string, value: number) =>
    formatted(format, [{ kind: 'float', value }], { maxWidth: 100, refuse, meter: { spend: () => {} } })
  assert.deepEqual(
    [show('%f', Infinity), show('%06.1e', -Infinity), show('%g', Number.NaN), show('%v', Infinity)],
    ['+Inf', '  -Inf', 'NaN', '+Inf'],
  )
})
