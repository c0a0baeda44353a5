// Configs that octoctl and octo are both given. Where octo merges otherwise, the case says what it gives instead, and why.

export type MatrixCase = {
  readonly what: string
  /** By name; those below `web/` are served, at `BASE/`. */
  readonly files: Readonly<Record<string, string>>
  /** As `-c` names them, strongest first; `a.yaml` alone where nothing is said. */
  readonly named?: readonly string[]
  /** What octo gives instead of what octoctl gives: data, or a part of its error. */
  readonly otherwise?:
    | { readonly gives: unknown; readonly because: string }
    | { readonly refuses: RegExp; readonly because: string }
}

const NAME = 'name: t\noctoctl: {operator: docker}\n'
const twice = (low: string, high: string): Readonly<Record<string, string>> => ({
  'a.yaml': `${NAME}include: [{url: ./b.yaml}]\nconfigs: {web: {v: ${high}}}\n`,
  'b.yaml': `configs: {web: {v: ${low}}}\n`,
})

/** Low, high, and what octo gives where that is something else. */
const PAIRS: readonly (readonly [low: string, high: string, ours?: unknown, because?: string])[] = [
  ['1', '0'],
  ['x', "''"],
  ['true', 'false'],
  ['1', '2.5'],
  ['1', 'x'],
  ['1', '~', 1, 'null says nothing: an empty key would take away what another document says'],
  ['{b: 1}', '~', { b: 1 }, 'null says nothing'],
  ['[1]', '~', [1], 'null says nothing'],
  ['~', '1'],
  ['~', '{b: 1}'],
  ['~', '[1]'],
  ['{}', '{a: []}'],
  ['[1]', '[]'],
  ['[]', '[1]'],
  ['[1]', '[2]'],
  ['[1]', '[1, 2]'],
  ['[{name: a, x: 1}]', '[{name: a, y: 2}]'],
  ['{b: 1}', '{}'],
  ['{b: 1, c: {d: 1}}', '{c: {e: 2}}'],
  ['{l: [1]}', '{l: [1, 2]}'],
  ['[1]', 'x'],
  ['x', '[1]', [1], 'the higher document counts, whatever the lower one has there'],
  ['{b: 1}', '[1]', [1], 'the higher document counts, whatever the lower one has there'],
  ['x', '{b: 1}'],
  ['[1]', '{b: 1}'],
  ['{b: 1}', 'x'],
]

const service = (text: string) =>
  `${NAME}configs: {web: {port: 80, f: 1.5, s: 'it''s', on: true, l: [a, b], big: 1000000}}\nservices: {web: {image: x, v: ${text}}}\n`
const web = (v: unknown) => ({
  configs: { web: { port: 80, f: 1.5, s: "it's", on: true, l: ['a', 'b'], big: 1_000_000 } },
  services: { web: { image: 'x', v } },
})

export const CASES: readonly MatrixCase[] = [
  ...PAIRS.map(
    ([low, high, ours, because]): MatrixCase => ({
      what: `${low} below ${high}`,
      files: twice(low, high),
      ...(because === undefined ? {} : { otherwise: { gives: { configs: { web: { v: ours } } }, because } }),
    }),
  ),
  {
    what: 'the first file before the second',
    named: ['a.yaml', 'b.yaml'],
    files: { 'a.yaml': `${NAME}v: {a: 1, b: 1}\nl: [a]\n`, 'b.yaml': 'name: other\nv: {b: 2, c: 2}\nl: [b]\n' },
  },
  {
    what: 'a file, its first include with the includes of that, its second include, the second file',
    named: ['a.yaml', 'e.yaml'],
    files: {
      'a.yaml': `${NAME}include: [{url: ./b.yaml}, {url: ./d.yaml}]\nv: {a: a}\nl: [a]\n`,
      'b.yaml': 'include: [{url: ./c.yaml}]\nv: {a: b, b: b}\nl: [b]\n',
      'c.yaml': 'v: {a: c, b: c, c: c}\nl: [c]\n',
      'd.yaml': 'v: {a: d, b: d, c: d, d: d}\nl: [d]\n',
      'e.yaml': 'include: [{url: ./f.yaml}]\nv: {a: e, b: e, c: e, d: e, e: e}\nl: [e]\n',
      'f.yaml': 'v: {e: f, f: f}\nl: [f]\n',
    },
  },
  {
    what: 'unknown keys of the top, and those of other generations',
    files: {
      'a.yaml': `${NAME}x-mine: {a: 1}\noperator: {services: {web: {health: []}}}\nvolumes: {v: {}}\nversion: "3"\n`,
    },
  },
  {
    what: 'JSON',
    files: { 'a.json': '{"name":"t","octoctl":{"operator":"docker"},"configs":{"w":{"a":[1,2.5,"x",true]}}}' },
    named: ['a.json'],
  },
  {
    what: 'TOML',
    files: {
      'a.toml':
        'name = "t"\n[octoctl]\noperator = "docker"\n[configs.w]\na = [1, 2]\nb = "x"\nc = 2.5\n[[configs.w.d]]\ne = true\n',
    },
    named: ['a.toml'],
  },
  {
    what: 'JSON and TOML below YAML',
    files: {
      'a.yaml': `${NAME}include: [{url: ./b.json}, {url: ./c.toml}]\nv: {a: 1, l: [1]}\n`,
      'b.json': '{"v": {"a": 2, "b": 2, "l": [2]}}',
      'c.toml': '[v]\nb = 3\nc = 3\nl = [3]\n',
    },
  },
  {
    what: 'octal and grouped numbers',
    files: { 'a.yaml': `${NAME}v: [0777, 0o777, 1_000, 0b11, 0x1F, -010, 1e3, 1_0.5, 08]\n` },
  },
  { what: 'words and times', files: { 'a.yaml': `${NAME}v: [yes, no, on, off, y, 12:30:45, "0777", ~x, true, .5]\n` } },
  {
    what: 'a date',
    files: { 'a.yaml': `${NAME}v: 2024-01-02\n` },
    otherwise: { gives: { v: '2024-01-02' }, because: 'a date stays the text that was typed' },
  },
  { what: 'merge keys and aliases', files: { 'a.yaml': `${NAME}x-b: &b {a: 1, b: 1}\nv: {<<: *b, b: 2}\nw: *b\n` } },
  {
    what: 'a repeated key',
    files: { 'a.yaml': `${NAME}v: {a: 1, a: 2}\n` },
    otherwise: { refuses: /repeats the key `a`/, because: 'both refuse it' },
  },

  {
    what: 'a set of globals below the values of a service',
    files: {
      'a.yaml': `${NAME}globals: {g: {a: 1, deep: {x: 1, y: 1}, l: [1]}}\nconfigs: {web: {a: 2, deep: {y: 2}, l: [2]}, db: {a: 1}}\nservices: {web: {octocompose: {config: {globals: g}}}, db: {image: x}}\n`,
    },
  },
  {
    what: 'a set of globals alone',
    files: { 'a.yaml': `${NAME}globals: {g: {a: 1}}\nservices: {web: {octocompose: {config: {globals: g}}}}\n` },
  },
  {
    what: 'a set of globals of several documents',
    files: {
      'a.yaml': `${NAME}include: [{url: ./b.yaml}]\nglobals: {g: {a: 1, l: [1]}}\nservices: {web: {octocompose: {config: {globals: g}}}}\n`,
      'b.yaml': 'globals: {g: {a: 2, b: 2, l: [2]}}\nconfigs: {web: {b: 3, l: [3]}}\n',
    },
  },
  {
    what: 'a set that no config has',
    files: { 'a.yaml': `${NAME}services: {web: {octocompose: {config: {globals: g}}}}\n` },
  },
  {
    what: 'a set that is not among the others',
    files: { 'a.yaml': `${NAME}globals: {h: {a: 1}}\nservices: {web: {octocompose: {config: {globals: g}}}}\n` },
    otherwise: { refuses: /names `g` of `globals`/, because: 'both refuse it' },
  },
  {
    what: 'noGlobals',
    files: {
      'a.yaml': `${NAME}globals: {g: {a: 1}}\nconfigs: {web: {b: 1}}\nservices: {web: {octocompose: {config: {globals: g, noGlobals: true}}}}\n`,
    },
    otherwise: {
      gives: {
        configs: { web: { b: 1 } },
        services: { web: { octocompose: { config: { globals: 'g', noGlobals: true } } } },
      },
      because: 'the documents promise it, octoctl does not read it',
    },
  },
  {
    what: 'globals of the operator',
    files: { 'a.yaml': `${NAME}operator: {globals: {a: 1}}\nservices: {web: {image: x}}\n` },
    otherwise: {
      gives: { operator: { globals: { a: 1 } }, services: { web: { image: 'x' } }, configs: { web: { a: 1 } } },
      because: 'the documents of format v1 apply them to all services, octoctl does not read them',
    },
  },

  ...[
    ["'a{{.configs.web.port}}b'"],
    ["'{{.configs.web.f}}|{{.configs.web.on}}'"],
    ['\'{{printf "%05d|%q" .configs.web.port .name}}\''],
    ["'{{range $i, $v := .configs.web.l}}{{if $i}},{{end}}{{$v}}{{end}}'"],
    ['\'{{with .configs.web}}{{.port}}{{end}}{{if eq .name "t"}}!{{else}}?{{end}}\''],
    ["'{{.OS}}/{{.ARCH}} {{.projectID}} {{.octoctl.operator}}'"],
    ['\'{{index .configs "web" "l" 1}}{{len .configs.web.l}}\''],
    ["'{{`{{.Names}}`}}'"],
    ["'x {{- .name -}} y'"],
    ['\'{{html "<"}}{{js .name}}{{urlquery "a b"}}\''],
    ["[{a: '{{.name}}'}, '{{.name}}!']"],
  ].map(([text = '']): MatrixCase => ({ what: `the template ${text}`, files: { 'a.yaml': service(text) } })),
  {
    what: 'a template that is the whole text',
    files: { 'a.yaml': service("'{{.configs.web.port}}'") },
    otherwise: { gives: web(80), because: 'with the type of what it names; octoctl can make no number' },
  },
  {
    what: 'a template of a value that is not there',
    files: { 'a.yaml': service("'{{.configs.web.prt}}'") },
    otherwise: { refuses: /names `configs\.web\.prt`/, because: 'octoctl writes `<no value>` into the service' },
  },
  {
    what: 'a value with a quote, which ends the document of octoctl',
    files: { 'a.yaml': service("'{{.configs.web.s}}'") },
    otherwise: { gives: web("it's"), because: 'a value never becomes structure' },
  },
  {
    what: 'a value with a line, which adds a key in octoctl',
    files: {
      'a.yaml': `${NAME}configs: {web: {h: "1\\nevil: true"}}\nservices:\n  web:\n    v: http://{{.configs.web.h}}/\n`,
    },
    otherwise: {
      gives: { configs: { web: { h: '1\nevil: true' } }, services: { web: { v: 'http://1\nevil: true/' } } },
      because: 'a value never becomes structure',
    },
  },
  {
    what: 'a value that is a template itself',
    files: { 'a.yaml': `${NAME}configs: {web: {t: "<{{.name}}>"}}\nservices: {web: {v: "{{.configs.web.t}}"}}\n` },
    otherwise: {
      gives: { configs: { web: { t: '<{{.name}}>' } }, services: { web: { v: '<t>' } } },
      because: 'octoctl leaves the braces of the value in the service',
    },
  },
  {
    what: 'noTemplate',
    files: { 'a.yaml': `${NAME}services: {web: {v: "{{.name}}", octocompose: {config: {noTemplate: true}}}}\n` },
    otherwise: {
      gives: { services: { web: { v: '{{.name}}', octocompose: { config: { noTemplate: true } } } } },
      because: 'the documents promise it, octoctl does not read it',
    },
  },
  {
    what: 'a large number where there are globals',
    files: {
      'a.yaml': `${NAME}globals: {g: {}}\nconfigs: {web: {n: 1000000}}\nservices: {web: {v: "n{{.configs.web.n}}"}}\n`,
    },
    otherwise: {
      gives: { configs: { web: { n: 1_000_000 } }, services: { web: { v: 'n1000000' } } },
      because: 'octoctl writes 1e+06, as its globals pass through JSON',
    },
  },
  {
    what: 'a template in the values of a service',
    files: { 'a.yaml': `${NAME}configs: {web: {v: "{{.name}}"}}\nservices: {web: {image: x}}\n` },
  },

  {
    what: 'an include from elsewhere before a local one',
    files: {
      'a.yaml': `${NAME}include: [{url: "BASE/c.yaml"}, {url: ./b.yaml}]\nv: {a: 1}\nl: [a]\n`,
      'b.yaml': 'v: {a: 2, b: 2}\nl: [b]\n',
      'web/c.yaml': 'v: {a: 3, b: 3, c: 3}\nl: [c]\n',
    },
    otherwise: {
      gives: { v: { a: 1, b: 2, c: 3 }, l: ['c', 'b', 'a'] },
      because: 'local documents count before fetched ones, whatever their order',
    },
  },
  {
    what: 'a local include before one from elsewhere, which has a relative include',
    files: {
      'a.yaml': `${NAME}include: [{url: ./b.yaml}, {url: "BASE/x/c.yaml"}]\nv: {a: 1}\nl: [a]\n`,
      'b.yaml': 'v: {a: 2, b: 2}\nl: [b]\n',
      'web/x/c.yaml': 'include: [{url: ../d.yaml}]\nv: {b: 3, c: 3}\nl: [c]\n',
      'web/d.yaml': 'v: {c: 4, d: 4}\nl: [d]\n',
    },
  },
]
