// Templates that Go's text/template and ours must take alike: rows that people chose, and some hundreds made from a seed.
// allow(long-file): one table

/** Whole numbers are Go's `int`, the others `float64`. */
export const DATA = {
  a: {
    b: 'x',
    n: 1n,
    f: 1.5,
    g: 1.0,
    big: 1e21,
    z: 0n,
    e: '',
    t: true,
    l: ['p', 'q'],
    m: { k2: 2n, k1: 1n },
    nil: null,
  },
  name: 'shop',
  text: 'Hé <b>"it\'s"</b> & {x}\n',
  list: [3n, 1n, 2n],
  mixed: [1n, 'a', 2.5, null, true, ['x'], { y: 1n }],
  empty: { list: [], map: {} },
  ports: { web: 8080n, db: 5432n, 'a-b': 1n },
  on: true,
  off: false,
}

export const ROWS: readonly string[] = [
  ...['{{.nope}}', '{{.nope.x}}', '{{.a.nil}}', '{{index .a.m "zz"}}', '{{.a.b.c}}', '{{.a.nil.x}}', '{{(.a.nil).x}}'],
  ...[
    '{{.a.m}}',
    '{{.a.l}}',
    '{{.a.f}}',
    '{{.a.g}}',
    '{{.a.big}}',
    '{{.mixed}}',
    '{{.}}',
    '{{.empty}}',
    '{{1e6}}',
    '{{1e5}}',
  ],
  ...[
    'x {{- .a.n -}} y',
    '{{-.a.n}}',
    '{{- 3}}',
    'x  {{- 3 -}}  y',
    '{{3 -}}\n\n y',
    'x {{- /* c */ -}} y',
    'a{{/* c */}}b',
    '{{ /* c */ }}',
  ],
  ...[
    '0',
    '""',
    '.nope',
    '.empty.map',
    '.empty.list',
    '.a.nil',
    'nil',
    '.a.n',
    '"a"',
    '.a.m',
    '.a.l',
    '0.0',
    '1.5',
    'true',
    'false',
  ].map((of) => `{{if ${of}}}T{{else}}F{{end}}`),
  ...['.a.m', '.a.l', '3', '"x"', '.nope', '.empty.list', '1.5', 'true', '.a.nil', '-1', '0'].map(
    (of) => `{{range ${of}}}<{{.}}>{{else}}none{{end}}`,
  ),
  ...[
    '{{range $k, $v := .a.m}}{{$k}}={{$v}};{{end}}',
    '{{range $v := .a.m}}{{$v}}{{end}}',
    '{{range $i, $v := .a.l}}{{$i}}{{$v}}{{end}}',
  ],
  ...[
    '{{range $i, $v := 3}}{{$i}}{{end}}',
    '{{range $i := 3}}{{$i}}{{end}}',
    '{{$x := 0}}{{range $x = .list}}{{$x}}{{end}}{{$x}}',
  ],
  ...[
    '{{$k := 0}}{{$v := 0}}{{range $k, $v = .a.l}}{{end}}{{$k}}{{$v}}',
    '{{range .list}}{{if eq . 1}}{{continue}}{{end}}{{.}}{{end}}',
  ],
  ...[
    '{{range .list}}{{if eq . 1}}{{break}}{{end}}{{.}}{{else}}no{{end}}',
    '{{break}}',
    '{{if true}}{{continue}}{{end}}',
  ],
  ...[
    '{{$x:=1}}{{if true}}{{$x=2}}{{end}}{{$x}}',
    '{{$x:=1}}{{if true}}{{$x:=2}}{{end}}{{$x}}',
    '{{$x}}',
    '{{$x = 1}}',
    '{{$.name}}',
    '{{$}}{{$.a.n}}',
  ],
  ...[
    '{{with .a}}{{.n}}{{$.name}}{{end}}',
    '{{with .nope}}{{.}}{{else}}none{{end}}',
    '{{with .nope}}1{{else with .a.b}}{{.}}{{else}}3{{end}}',
  ],
  ...[
    '{{with $x := .a.n}}{{$x}}{{end}}',
    '{{if .nope}}1{{else if .a.n}}2{{else}}3{{end}}',
    '{{if .nope}}1{{else if .a.z}}2{{else if .on}}4{{end}}',
  ],
  ...[
    '{{with .a}}{{else if .b}}{{end}}',
    '{{if .a}}{{else}}{{else}}{{end}}',
    '{{else}}',
    '{{end}}',
    '{{if .a}}',
    '{{range .list}}{{else if .a}}{{end}}',
  ],
  ...[
    'eq .a.n 1 2',
    'eq 2 1 2',
    'eq .a.n 1.0',
    'eq .a.f 1',
    'eq .a.b .nope',
    'eq .nope nil',
    'eq .a.nil nil',
    'eq .a.m nil',
    'eq .a.m .a.m',
    'eq .a.l nil',
  ].map((of) => `{{${of}}}`),
  ...[
    'eq 1',
    'eq .a.t true',
    'eq "a" "a"',
    'eq "a" 1',
    'ne 1 2',
    'ne 1 2 3',
    'ne .nope nil',
    'lt 1 2',
    'lt "a" "b"',
    'lt 1 1.5',
    'lt true false',
  ].map((of) => `{{${of}}}`),
  ...[
    'le 1 1',
    'gt 2 1',
    'ge 1 2',
    'lt .nope 1',
    'gt "é" "z"',
    'le 1.5 1.5',
    'eq (index "a" 0) 97',
    'lt (index "a" 0) 98',
  ].map((of) => `{{${of}}}`),
  ...[
    'and .a.z .nope',
    'or .a.z "d"',
    'not .a.e',
    'and 1 2',
    'or 0 ""',
    'and',
    'not 1 2',
    'and .nope .a.b.c',
    'or .a.n .a.b.c',
    '1 | and 2',
    '0 | or ""',
    'nil',
  ].map((of) => `{{${of}}}`),
  ...[
    'printf "%05d|%q|%v|%s" 1 "x" .a.l 1',
    'print 1 2 "x" 3',
    'print "a" 1 2',
    'println 1 "a" 2',
    'print',
    'print nil',
    'print .nope',
    'html "<"',
    'html .text',
  ].map((of) => `{{${of}}}`),
  ...[
    'html 1 2',
    'html .nope',
    'js "\'"',
    'js .text',
    'js "é\\u200b\\x01="',
    'urlquery "a b"',
    'urlquery .text',
    'urlquery "!\'()*~-_."',
    'urlquery 1 "a"',
  ].map((of) => `{{${of}}}`),
  ...[
    'index .a.l 5',
    'index .a.l 1',
    'index .a.l -1',
    'index .a.l 2',
    'index .a.l "1"',
    'index .a "m" "k1"',
    'index .a.m 1',
    'index .mixed 6 "y"',
    'index "abc" 1',
  ].map((of) => `{{${of}}}`),
  ...[
    'index .nope 1',
    'index .a',
    'index 1 1',
    'index .a.l 1.0',
    'index .mixed 3',
    'index .ports "a-b"',
    'index . "a" "nope" "x"',
    'len 3',
    'len .a.m',
    'len .a.l',
  ].map((of) => `{{${of}}}`),
  ...[
    'len "é"',
    'len .nope',
    'call .a.b',
    'slice .a.b 0 1',
    'slice "abcd" 1 3',
    'slice "abcd" 2',
    'slice "abcd" 3 2',
    'slice "abcd" 0 5',
    'slice .list 1',
    'slice .list 0 1 2',
  ].map((of) => `{{${of}}}`),
  ...[
    'slice "abc" 0 1 2',
    'slice .list',
    'slice .a.m 0',
    'slice .nope 0',
    '.a.b | printf "%s-%s" "z"',
    '.a.n 1',
    '.a.n | .a.b',
    '"x" | printf',
    '"x" | print 1',
    '1 | 2',
  ].map((of) => `{{${of}}}`),
  ...[
    '(1)',
    '((.a)).n',
    '(printf "%d" 3)',
    '(.a).m.k1',
    'print (print 1) (print 2)',
    '(',
    ')',
    '()',
    '.a.(n)',
    'print(1)',
    '(.a.n) 1',
    'printf 1 2',
    'printf .nope',
  ].map((of) => `{{${of}}}`),
  ...[
    '.a-b',
    '0x10',
    '1_000',
    '1e3',
    '010',
    "'a'",
    '0b11',
    '0o17',
    '1__0',
    '_1',
    '0x1p4',
    '1.',
    '.5',
    '+5',
    '-5',
    '- 5',
    '09',
    '1e',
    '0x',
    '9223372036854775807',
  ].map((of) => `{{${of}}}`),
  ...[
    '9223372036854775808',
    '-9223372036854775808',
    "'\\n'",
    "'\\u00e9'",
    "'ab'",
    "''",
    "'\\''",
    '"\\x41\\u00e9\\U0001F600\\n\\t\\101"',
    '"\\q"',
    '"a',
    '`raw\n"x"`',
    '`a',
  ].map((of) => `{{${of}}}`),
  ...[
    '{{"a"}}{{`b`}}',
    '{{\n.a.n\n}}',
    '{{.a.n\n| printf "%d"\n}}',
    '}} lone',
    'a { b } c',
    '{{{1}}}',
    '{{"}}"}}',
    '{{`{{.Names}}`}}',
    '{{"{{"}}',
    '{{.a.n}}{{',
    '{{}}',
    '{{ }}',
  ],
  ...[
    '{{define "x"}}[{{.}}]{{end}}{{template "x" .a.n}}{{template "x"}}',
    '{{template "x" 1}}{{define "x"}}{{$}}{{end}}',
    '{{template "nope"}}',
  ],
  ...[
    '{{block "b" .a.m}}{{.k1}}{{end}}',
    '{{define "x"}}1{{end}}{{define "x"}}2{{end}}',
    '{{if true}}{{define "x"}}{{end}}{{end}}',
    '{{define "x"}}{{break}}{{end}}',
  ],
  ...[
    '{{$x := 1}}{{define "y"}}{{$x}}{{end}}',
    '{{define "r"}}{{template "r"}}{{end}}{{template "nope"}}',
    '{{define x}}{{end}}',
    '{{template .a}}',
    '{{define "x"}}',
  ],
  ...[
    '{{unknown}}',
    '{{default 1 2}}',
    '{{.a | unknown}}',
    '{{true}}',
    '{{true.x}}',
    '{{"x".y}}',
    '{{1.x}}',
    '{{nil.x}}',
    '{{..a}}',
    '{{.a..b}}',
    '{{.a"b"}}',
    '{{.a{{}}',
  ],
  ...[
    '{{if}}1{{end}}',
    '{{range}}1{{end}}',
    '{{with}}1{{end}}',
    '{{if 1 2}}x{{end}}',
    '{{$x, $y := 1}}',
    '{{range $x, $y, $z := .list}}{{end}}',
    '{{range $x, 1 := .list}}{{end}}',
  ],
  ...[
    '{{a = 1}}',
    '{{$x := 1 | print}}{{$x}}',
    '{{$x := .nope}}{{$x}}{{$x.y}}',
    '{{$x := .a.nil}}{{$x.y}}',
    '{{print ($y := 2) $y}}',
    '{{/* a',
    '{{/* a */ 1}}',
    '{{1 |}}',
  ],
  ...[
    '%v',
    '%d',
    '%s',
    '%q',
    '%x',
    '%X',
    '%t',
    '%c',
    '%U',
    '%e',
    '%f',
    '%g',
    '%G',
    '%o',
    '%O',
    '%b',
    '%5v|',
    '%-5v|',
    '%05v',
    '%+v',
    '%.2f',
    '%8.3f',
    '% d',
    '%#x',
    '%T',
    '%%',
    '%z',
    '%',
  ].flatMap((verb) =>
    ['1', '-7', '2.5', '"hé"', 'true', '.a.l', '.a.m', '.nope'].map((of) => `{{printf "${verb}" ${of}}}`),
  ),
  ...[
    '{{printf "%.0f %.0f %.1f %.2f %6.1f" 2.5 3.5 0.25 0.125 -0.25}}',
    '{{printf "%.0e %.2e %.1g %.3g %.25g %.20e" 2.5 1.125e5 2.5 1.125 0.1 1e23}}',
    '{{printf "%.3f %.1f %.0f" 1e21 1.5e22 0.5}}',
    '{{printf "%d %d" 1}}',
    '{{printf "%d" 1 2}}',
    '{{printf "x" 1}}',
    '{{printf "%s" "a" "b"}}',
    '{{printf "%v" nil}}',
    '{{printf "%d" nil}}',
    '{{printf "%.3s|" "héllo"}}',
  ],
  ...[
    'not .a.nil',
    'index .nope',
    'index .a "nil" "x"',
    'index . "nope" "x"',
    'gt 1 1',
    'gt "a" "a"',
    'eq .a.l .a.l',
    'lt .a.l .a.l',
    'slice .list 0 3 2',
    'slice .list 1 2 3',
    '0x.p1',
    '0x1.8p1',
    'printf "%*d" 3 4',
    'printf "%#v" "a"',
    'printf "%#q" "a"',
    'printf "%#U" 65',
    'printf "%.101f" 1.5',
  ].map((of) => `{{${of}}}`),
  ...[
    '{{define "x"}}{{1}}{{end}}{{define "x"}} {{end}}{{template "x"}}',
    '{{define "x"}} {{end}}{{define "x"}}2{{end}}{{template "x"}}',
    '{{define "x"}}{{else}}{{end}}',
    '{{range $x, $y .list}}{{end}}',
    '{{$x := "out"}}{{range $x, $y := .list}}{{$x}}{{end}}{{$x}}',
    '{{$x := "out"}}{{range $x := .list}}{{$x}}{{end}}{{$x}}',
    '{{range $x, $x := .list}}{{$x}}{{end}}',
    '{{$y := .a.nil}}{{range $y}}1{{else}}0{{end}}',
    '{{end 1}}',
    '{{print | | 1}}',
    '{{print end}}',
    '{{print := 1}}',
  ],
]

/** Taken otherwise on purpose: refused here, or known here only. */
export const OTHERWISE_HERE: ReadonlySet<string> = new Set([
  // A verb that is no verb is a slip.
  ...['1', '-7', '2.5', '"hé"', 'true', '.a.l', '.a.m', '.nope'].map((of) => `{{printf "%z" ${of}}}`),
  // What is behind the last `|` is missing.
  '{{1 |}}',
  // Numbers in forms that no config needs.
  ...['%x', '%X', '%#x', '%b'].map((verb) => `{{printf "${verb}" 2.5}}`),
  // Widths that are arguments, forms of Go's source, and hundreds of places.
  ...['"%*d" 3 4', '"%#v" "a"', '"%#q" "a"', '"%#U" 65', '"%.101f" 1.5'].map((of) => `{{printf ${of}}}`),
  // A function that Go does not have.
  '{{default 1 2}}',
])

const COUNT = 400
const SEED = 20_261_126

/** The same templates on every machine. */
export function seededTemplates(): readonly string[] {
  const random = randomFrom(SEED)
  return Array.from({ length: COUNT }, () =>
    Array.from({ length: 1 + pick(random, 3) }, () => node(random, 2)).join(''),
  )
}

type Random = () => number

/** mulberry32 */
function randomFrom(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function pick(random: Random, count: number): number {
  return Math.floor(random() * count)
}

function oneOf(random: Random, options: readonly string[]): string {
  return options[pick(random, options.length)] ?? ''
}

const PATHS = [
  '.',
  '$',
  '.a',
  '.a.b',
  '.a.n',
  '.a.f',
  '.a.z',
  '.a.m',
  '.a.l',
  '.a.nil',
  '.nope',
  '.list',
  '.name',
  '.text',
  '.on',
  '.ports.web',
  '$.a.n',
  '$.nope.x',
]
const LITERALS = ['1', '0', '2.5', '"a"', '""', 'true', 'nil', "'x'", '`b`', '-3', '0x1F']
const FUNCTIONS = [
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'and',
  'or',
  'not',
  'index',
  'slice',
  'len',
  'print',
  'println',
  'html',
  'js',
  'urlquery',
]

function node(random: Random, depth: number): string {
  const kind = depth <= 0 ? pick(random, 3) : pick(random, 9)
  const inside = () => Array.from({ length: 1 + pick(random, 2) }, () => node(random, depth - 1)).join('')
  const open = oneOf(random, ['{{', '{{', '{{- '])
  const close = oneOf(random, ['}}', '}}', ' -}}'])
  if (kind === 0) return oneOf(random, [' text ', '\n', 'a', ' } ', '  '])
  if (kind <= 3) return `${open}${pipeline(random, depth)}${close}`
  const otherwise = oneOf(random, ['', `{{else}}${inside()}`])
  if (kind === 4) return `${open}if ${pipeline(random, 1)}${close}${inside()}${otherwise}{{end}}`
  if (kind === 5) return `${open}with ${pipeline(random, 1)}${close}${inside()}${otherwise}{{end}}`
  if (kind === 6)
    return `${open}range ${oneOf(random, PATHS)}${close}${inside()}${oneOf(random, ['', '{{break}}', '{{continue}}'])}${otherwise}{{end}}`
  if (kind === 7) return `{{$v := ${pipeline(random, 1)}}}${inside()}{{$v}}`
  return `{{range $k, $v := ${oneOf(random, PATHS)}}}{{$k}}{{$v}}{{end}}`
}

function pipeline(random: Random, depth: number): string {
  const first = command(random, depth)
  return pick(random, 4) === 0
    ? `${first} | ${oneOf(random, ['print', 'html', 'len', 'not', 'printf "%v"', 'eq 1'])}`
    : first
}

function command(random: Random, depth: number): string {
  if (pick(random, 2) === 0) return operand(random, depth)
  const words = Array.from({ length: 1 + pick(random, 3) }, () => operand(random, depth - 1))
  return `${oneOf(random, FUNCTIONS)} ${words.join(' ')}`
}

function operand(random: Random, depth: number): string {
  if (depth > 0 && pick(random, 4) === 0) return `(${command(random, depth - 1)})`
  return pick(random, 2) === 0 ? oneOf(random, PATHS) : oneOf(random, LITERALS)
}

/** JSON in which `1` is a whole number and `1.0` is not. */
export function dataAsJson(value: unknown): string {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return /[.e]/.test(String(value)) ? String(value) : `${value}.0`
  if (Array.isArray(value)) return `[${value.map(dataAsJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([key, inner]) => `${JSON.stringify(key)}:${dataAsJson(inner)}`)
    .join(',')}}`
}
