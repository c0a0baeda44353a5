// A template's value is trusted no more than the least trusted part that went into it or decided what goes into it, and a
// template from elsewhere reads nothing that is not offered to it, by whichever construct it tries.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ScalarNode } from '../../../config/document/node.ts'
import { parseTree } from '../../../config/document/node.ts'
import { expandAddress, expandOwn, templateBudget } from '../../../config/document/template.ts'
import { expectCode, expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { readFiles } from '../../support/machine/config-files.ts'

type Context = Parameters<typeof readFiles>[0]

const WEB = 'https://x.example/shared.yaml'
const ENV = { SECRET: 'hunter2', HOST: 'db' }
const THEIRS = `configs:
  theirs: {on: true, off: false, host: evil.example, name: SECRET, n: 2, list: [a, b], map: {k: v}, empty: {}, nothing: [], deep: {x: {y: 1}}}
  mixed: {theirs: t}
  list: [t]
  which: db
`
const OURS = 'configs: {mine: {v: 1, list: [m], empty: {}}, mixed: {ours: o}, list: [m], db: hunter2, on: yes-it-is}\n'

function checkWith(template: string): string {
  return `services: {web: {health: [{tool: c, args: {x: ${JSON.stringify(template)}}}]}}\n`
}

async function localValue(t: Context, template: string, theirs = THEIRS): Promise<unknown> {
  const files = { 'octo.yaml': `include: ["${WEB}"]\n${OURS}${checkWith(template)}` }
  const { services } = await readFiles(t, files, { fetchText: async () => theirs, env: ENV })
  return Object.entries(services[0]?.checks.health[0]?.arguments.value ?? {})[0]?.[1]
}

const S = '{{$.env.SECRET}}'
const TAINTED: readonly string[] = [
  `{{if .configs.theirs.on}}${S}{{end}}`,
  `{{if .configs.theirs.off}}x{{else}}${S}{{end}}`,
  `{{if .configs.theirs.off}}x{{else if .configs.on}}${S}{{end}}`,
  `{{if not .configs.theirs.on}}x{{end}}${S}`,
  `{{if .configs.theirs}}x{{end}}${S}`,
  `{{if .configs.theirs.empty}}x{{else}}${S}{{end}}`,
  `{{if .configs.theirs.nothing}}x{{else}}${S}{{end}}`,
  `{{with .configs.theirs}}${S}{{end}}`,
  `{{with .configs.theirs.deep.x}}${S}{{end}}`,
  `{{with .configs.theirs.host}}{{.}}{{end}}${S}`,
  `{{range .configs.theirs.list}}${S}{{end}}`,
  `{{range .configs.theirs.n}}${S}{{end}}`,
  `{{range $k, $v := .configs.mixed}}{{$k}}{{end}}${S}`,
  `{{range .configs.mixed}}{{break}}{{end}}${S}`,
  `{{range .configs.theirs.nothing}}x{{else}}${S}{{end}}`,
  '{{$x := .env.SECRET}}{{if .configs.theirs.on}}{{$x}}{{end}}',
  `{{$x := "a"}}{{if .configs.theirs.on}}{{$x = "b"}}{{end}}{{$x}}${S}`,
  '{{$h := .configs.theirs.host}}{{$h}}{{.env.SECRET}}',
  '{{and .configs.theirs.on .env.SECRET}}',
  '{{or .configs.theirs.off .env.SECRET}}',
  '{{or .configs.nope .env.SECRET}}{{.configs.theirs.host}}',
  '{{eq .configs.theirs.host .env.SECRET}}',
  `{{eq .configs.theirs nil}}${S}`,
  `{{index .configs.list 0}}${S}`,
  `{{index .configs.list 1}}${S}`,
  `{{len (slice .configs.list 1)}}${S}`,
  `{{len .configs.list}}${S}`,
  `{{len .configs.mixed}}${S}`,
  `{{len .configs.theirs.host}}${S}`,
  `{{toJson .configs.mixed}}${S}`,
  `{{printf "%v" .configs.mixed}}${S}`,
  `{{join "," .configs.list}}${S}`,
  '{{index .env .configs.theirs.name}}',
  '{{printf "%s/%s" .configs.theirs.host .env.SECRET}}',
  '{{.env.SECRET | printf "%s/%s" .configs.theirs.host}}',
  '{{.configs.theirs.host | default .env.SECRET}}',
  '{{required .configs.theirs.host .env.SECRET}}',
  '{{replace "a" .configs.theirs.host .env.SECRET}}',
  '{{hasPrefix .configs.theirs.host .env.SECRET}}',
  '{{define "x"}}{{.env.SECRET}}{{end}}{{if .configs.theirs.on}}{{template "x" .}}{{end}}',
  `{{block "b" .configs.theirs}}{{.host}}{{end}}${S}`,
  '{{(index .configs "theirs").host}}{{.env.SECRET}}',
  '{{with $c := .configs}}{{$c.theirs.host}}{{$.env.SECRET}}{{end}}',
  '{{if .env.SECRET}}{{.configs.theirs.host}}{{end}}',
  '{{if .env.UNSET}}x{{else}}{{.configs.theirs.host}}{{end}}',
]
for (const template of TAINTED)
  test(`\`${template}\` of a local document holds no variable where a part from elsewhere decides`, async (t) => {
    const error = await expectCodeAsync('CONFIG_INVALID', () => localValue(t, template))
    assert.match(error.message, /may not read the environment variable `\w+`, nor be part of a value that holds it/)
    assert.doesNotMatch(JSON.stringify(error), /hunter2/)
  })

const UNTOUCHED: readonly (readonly [template: string, value: unknown])[] = [
  [`{{if .configs.mine}}${S}{{end}}`, 'hunter2'],
  [`{{if .configs.mixed}}${S}{{end}}`, 'hunter2'],
  [`{{if .configs.mine.empty}}x{{else}}${S}{{end}}`, 'hunter2'],
  [`{{.configs.mixed.ours}}${S}`, 'ohunter2'],
  [`{{index .configs "mixed" "ours"}}${S}`, 'ohunter2'],
  [`{{range .configs.mine.list}}{{.}}{{end}}${S}`, 'mhunter2'],
  [`{{if .configs.nope}}x{{else}}${S}{{end}}`, 'hunter2'],
  ['{{if .configs.mine.v}}{{.env.HOST}}{{else}}{{.configs.theirs.host}}{{end}}', 'db'],
  ['{{or .configs.mine.v .configs.theirs.host}}', 1],
  ['{{.configs.theirs.host}}/{{len .configs.list}}', 'evil.example/2'],
]
for (const [template, value] of UNTOUCHED)
  test(`\`${template}\` is filled in, as no part from elsewhere decides over a variable`, async (t) => {
    assert.equal(await localValue(t, template), value)
  })

test('with a variable a value is what it is without the fetched document, or it is refused', async (t) => {
  const rows = [...TAINTED, ...UNTOUCHED.map(([template]) => template)].filter((template) => template.includes('env.'))
  for (const template of rows) {
    const outcome = (theirs: string) => localValue(t, template, theirs).catch(() => 'refused')
    const [withThem, without] = [await outcome(THEIRS), await outcome('configs: {other: 1}\n')]
    assert.ok(withThem === 'refused' || withThem === without, `${template}: ${withThem} and ${without}`)
  }
})

test('no part of an address is decided by a part from elsewhere or by a variable', async (t) => {
  const decided = (template: string) =>
    `operator: {repos: {a: {url: ${JSON.stringify(`https://a.example/${template}/a.yaml`)}, trust: unsigned}}}\n`
  const read = (template: string) =>
    readFiles(
      t,
      { 'octo.yaml': `include: ["${WEB}"]\n${OURS}${decided(template)}` },
      { fetchText: async () => THEIRS, env: ENV },
    )
  const rows = [
    '{{if .configs.theirs.on}}x{{end}}',
    '{{range .configs.list}}x{{end}}',
    '{{len .configs.mixed}}',
    '{{$x := .configs.theirs.host}}{{if eq $x "b"}}x{{end}}',
    '{{index .configs.list 1}}',
    '{{if .env.SECRET}}x{{end}}',
    '{{len .env.HOST}}',
    '{{with .env.UNSET}}x{{else}}y{{end}}',
  ]
  for (const template of rows) {
    const error = await expectCodeAsync('CONFIG_INVALID', () => read(template))
    assert.match(error.message, /may not say a part of the address|may not hold the environment variable/, template)
  }
  const { repos } = await read('{{if .configs.mine}}{{.configs.mixed.ours}}{{end}}')
  assert.equal(repos[0]?.url, 'https://a.example/o/a.yaml')
})

const READ = `configs: {db: hunter2, web: {port: 1}, web.x: hunter2, list: [hunter2]}
octoctl: {token: hunter2}
globals: {all: {password: hunter2}}
operator: {services: {web: {health: [{tool: mine, args: {x: "{{index .configs .configs.which}}"}}]}}}
`

function fetchedValue(t: Context, template: string, local = READ.replace(/operator: .*\n/, '')) {
  const files = { 'octo.yaml': `include: [{url: "${WEB}", offers: [configs.web]}]\n${local}` }
  return readFiles(t, files, { fetchText: async () => checkWith(template), env: ENV })
}

const NOT_OFFERED: readonly string[] = [
  '{{range .configs}}{{.}}{{end}}',
  '{{range $k, $v := .octoctl}}{{$k}}{{end}}',
  '{{toJson .}}',
  '{{toJson .configs}}',
  '{{printf "%v" .}}',
  '{{printf "%v" .globals}}',
  '{{index . "configs" "db"}}',
  '{{index .configs "db"}}',
  '{{index .configs "web.x"}}',
  '{{with .configs}}{{.db}}{{end}}',
  '{{with .globals.all}}{{.password}}{{end}}',
  '{{$x := .}}{{$x.configs.db}}',
  '{{$.configs.db}}',
  '{{(index . "octoctl").token}}',
  '{{len .configs}}',
  '{{len .configs.list}}',
  '{{index .configs.list 0}}',
  '{{join "," .configs.list}}',
  '{{range .configs.list}}x{{end}}',
  '{{if .octoctl}}1{{end}}',
  '{{if .configs.db}}1{{end}}',
  '{{eq .octoctl nil}}',
  '{{and .octoctl.token "set"}}',
  '{{define "x"}}{{.configs.db}}{{end}}{{template "x" .}}',
  '{{.configs.db | default "x"}}',
  '{{len .configs.db}}',
]
for (const template of NOT_OFFERED)
  test(`\`${template}\` of a fetched document does not read what is not offered`, async (t) => {
    const error = await expectCodeAsync('CONFIG_INVALID', () => fetchedValue(t, template))
    assert.match(
      error.message,
      /^`https:\/\/x\.example\/shared\.yaml` line 1: a document from elsewhere may not read `/,
    )
    assert.doesNotMatch(JSON.stringify(error), /hunter2/)
  })

const NO_VARIABLES: readonly string[] = [
  '{{.env.SECRET}}',
  '{{index .env "SECRET"}}',
  '{{with .env}}{{.SECRET}}{{end}}',
  '{{if .env.SECRET}}1{{end}}',
  '{{if .env.UNSET}}1{{end}}',
  '{{.env.UNSET | default "x"}}',
  '{{range .env}}{{.}}{{end}}',
  '{{toJson .env}}',
  '{{printf "%v" .env}}',
  '{{len .env}}',
  '{{env.SECRET}}',
  '{{$e := .env}}{{$e.SECRET}}',
]
for (const template of NO_VARIABLES)
  test(`\`${template}\` of a fetched document reads no environment variable`, async (t) => {
    const error = await expectCodeAsync('CONFIG_INVALID', () => fetchedValue(t, template))
    assert.match(error.message, /may not read the environment variable|do not list them/)
    assert.doesNotMatch(JSON.stringify(error), /hunter2/)
  })

test('what is offered is read by every construct', async (t) => {
  const rows: readonly (readonly [string, unknown])[] = [
    ['{{.configs.web.port}}', 1],
    ['{{range $k, $v := .configs.web}}{{$k}}={{$v}}{{end}}', 'port=1'],
    ['{{with .configs.web}}{{.port}}!{{end}}', '1!'],
    ['{{toJson .configs.web}}', '{"port":1}'],
    ['{{index . "configs" "web" "port"}}', 1],
    ['{{if .configs.nope}}x{{else}}{{len .configs.web}}{{end}}', '1'],
  ]
  for (const [template, value] of rows) {
    const { services } = await fetchedValue(t, template)
    assert.deepEqual(services[0]?.checks.health[0]?.arguments.value, { x: value }, template)
  }
})

test('a name from elsewhere does not choose which local value a local template reads', async (t) => {
  const files = { 'octo.yaml': `include: [{url: "${WEB}", offers: [configs.web]}]\n${READ}` }
  const read = (which: string) =>
    readFiles(t, files, { fetchText: async () => `configs: {which: ${which}, theirs: 5}\n`, env: ENV })
  const error = await expectCodeAsync('CONFIG_INVALID', () => read('db'))
  assert.match(error.message, /shared\.yaml` line 1: a document from elsewhere may not read `configs\.db`/)
  const { services } = await read('theirs')
  assert.deepEqual(services[0]?.checks.health[0]?.arguments.value, { x: 5 })
})

test('the environment is never listed, not by a local document either', async (t) => {
  for (const template of [
    '{{range .env}}{{.}}{{end}}',
    '{{toJson .env}}',
    '{{len .env}}',
    '{{if .env}}x{{end}}',
    '{{.env}}',
  ]) {
    const error = await expectCodeAsync('CONFIG_INVALID', () => localValue(t, template))
    assert.doesNotMatch(JSON.stringify(error), /hunter2/)
  }
  assert.equal(await localValue(t, '{{toJson .configs.mine}}'), '{"empty":{},"list":["m"],"v":1}')
})

test('a text from elsewhere is no address and nothing that is run, with templates or without', () => {
  const variables = { root: undefined, env: {}, os: 'linux', arch: 'amd64', budget: templateBudget() }
  for (const text of ['plain', '"{{.OS}}"']) {
    const node = parseTree(text, { name: WEB, remote: true }) as ScalarNode
    for (const fill of [expandAddress, expandOwn])
      assert.match(
        expectCode('CONFIG_INVALID', () => fill(node, variables)).message,
        /from elsewhere may not say a part of/,
      )
  }
})
