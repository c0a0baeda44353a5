// Values of configs in every spelling that people bring from YAML 1.1, Compose, shells and Go: read in one way, or refused
// with what to write instead.
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'
import { readFiles } from '../support/machine/config-files.ts'

type Context = Parameters<typeof readFiles>[0]
const env = { PORT: '8080', HOST: 'db' }
const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const aPublicKey = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')

async function checkWith(t: Context, row: string, more = '') {
  const text = `${more}operator: {services: {web: {health: [{tool: c, ${row}}]}}}\n`
  const config = await readFiles(t, { 'octo.yaml': text }, { env })
  return { item: config.services[0]?.checks.health[0], warnings: config.warnings.map(({ message }) => message) }
}

const SWITCHES: readonly (readonly [string, boolean])[] = [
  ...['true', 'True', 'TRUE', 'yes', 'Yes', 'YES', 'on', 'On', 'ON'].map((word) => [`enabled: ${word}`, true] as const),
  ...['false', 'False', 'no', 'No', 'NO', 'off', 'Off', 'OFF'].map((word) => [`enabled: ${word}`, false] as const),
  ['disabled: yes', false],
  ['disabled: off', true],
  ['enabled: ~', true],
]
for (const [row, enabled] of SWITCHES)
  test(`\`${row}\` leaves a check ${enabled ? 'on' : 'off'}`, async (t) => {
    assert.equal((await checkWith(t, row)).item?.enabled, enabled)
  })

const REFUSED: readonly (readonly [string, RegExp])[] = [
  ['enabled: "no"', /neither `true` nor `false`/],
  ['enabled: y', /neither `true` nor `false`/],
  ['enabled: 0', /neither/],
  ['enabled: "{{.configs.on}}"', /neither/],
  ['failureThreshold: 010', /`010` is 10 in YAML 1\.2 and 8 in YAML 1\.1/],
  ['failureThreshold: 1_0', /`1_0` is text in YAML 1\.2 and 10 in YAML 1\.1/],
  ['failureThreshold: 1:30', /`failureThreshold` is no whole number from 1 to 100/],
  ['failureThreshold: "3"', /no whole number/],
  ['failureThreshold: 1e400', /cannot be kept as it is/],
  ['interval: 1:30', /`interval` is no duration/],
  ['timeout: 010', /`010` is 10 in YAML 1\.2/],
  ['timeout: 90', /no duration/],
  ['timeout: "${TIMEOUT}"', /no duration/],
  ['args: {n: .inf}', /cannot be kept as it is/],
  ['args: {n: .nan}', /cannot be kept as it is/],
  ['args: !secret x', /the tag `!secret`/],
]
for (const [row, problem] of REFUSED)
  test(`\`${row}\` is refused`, async (t) => {
    const error = await checkWith(t, row).catch((reason: unknown) => reason)
    assert.match(String(error), problem)
  })

test('a value that cannot hold a template or variable says so', async (t) => {
  for (const row of ['enabled: "{{.configs.on}}"', 'timeout: "${TIMEOUT}"', 'failureThreshold: "{{.configs.n}}"']) {
    const error = await expectCodeAsync('CONFIG_INVALID', () => checkWith(t, row))
    assert.match(error.hint ?? '', /write the value itself/, row)
  }
})

const LITERALS: readonly (readonly [string, unknown])[] = [
  ['args: ["--format={{`{{.Names}}`}}"]', ['--format={{.Names}}']],
  [`args: ['--format={{"{{.Names}}"}}']`, ['--format={{.Names}}']],
  [`args: ['{{"{{"}}.Names}}']`, ['{{.Names}}']],
  ['args: {f: "{{`{{.A}}`}} {{.env.HOST}} {{`{{.B}}`}}"}', { f: '{{.A}} db {{.B}}' }],
  ['args: {f: "{{`8080`}}"}', { f: '8080' }],
  ['args: ["}} {.A} { {"]', ['}} {.A} { {']],
]
for (const [row, value] of LITERALS)
  test(`\`${row}\` passes braces on`, async (t) => {
    assert.deepEqual((await checkWith(t, row)).item?.arguments.value, value)
  })

test('a template that is not understood says how braces are passed on', async (t) => {
  for (const row of ['args: ["--format={{.Names}}"]', 'args: ["{{range .A}}"]', 'args: ["{{`a}}"]', 'args: ["{{"]']) {
    const error = await expectCodeAsync('CONFIG_INVALID', () => checkWith(t, row))
    assert.match(error.hint ?? '', /write \{\{`\{\{\.Names\}\}`\}\} to pass \{\{\.Names\}\} on/, row)
  }
})

test('a template without quotes says that it needs them', async (t) => {
  for (const row of ['args: {port: {{.env.PORT}}}', 'args: [{{.env.PORT}}]', 'args: {url: {{.env.HOST}}/x}']) {
    const error = await expectCodeAsync('YAML_INVALID', () => checkWith(t, row))
    assert.match(error.hint ?? '', /a template needs quotes: `"\{\{\.env\.NAME\}\}"`/, row)
  }
  const block =
    'operator:\n  services:\n    web:\n      health:\n        - tool: c\n          args:\n            port: {{.env.PORT}}\n'
  const error = await expectCodeAsync('YAML_INVALID', () => readFiles(t, { 'octo.yaml': block }))
  assert.match(error.hint ?? '', /needs quotes/)
  assert.equal(error.details?.line, 7)
})

const SHELL: readonly (readonly [string, RegExp | undefined])[] = [
  [
    'args: {url: "http://${HOST:-localhost}:$PORT/"}',
    /`\$\{HOST:-localhost\}` stays as it is, octo fills in `\{\{\.env\.HOST\}\}`/,
  ],
  ['args: ["$port"]', /`\$port`.*env\.port/],
  ['args: ["${A}"]', /\$\{A\}/],
  ['args: {deep: [{x: "${A?no}"}]}', /\$\{A\?no\}/],
  ['toolArgs: ["$A"]', /\$A/],
  ['port: "$PORT"', /\$PORT/],
  ['args: ["$$HOME"]', undefined],
  ['args: ["^[a-z]+$", "5 $", "$1", "${", "a$(b)"]', undefined],
]
for (const [row, warning] of SHELL)
  test(`\`${row}\` ${warning ? 'gets a warning' : 'is no variable'}`, async (t) => {
    const { warnings } = await checkWith(t, row)
    assert.equal(warnings.length, warning ? 1 : 0)
    if (warning) assert.match(warnings[0] ?? '', warning)
  })

test('an address without a scheme says what to write, and is not taken for a file', async (t) => {
  for (const url of [
    'plugins.example.com/repos/core.yaml',
    'localhost:8080/repos/core.yaml',
    '//a.example/core.yaml',
  ]) {
    const text = `operator: {repos: {core: {url: "${url}", trust: unsigned}}}\n`
    const error = await expectCodeAsync('CONFIG_INVALID', () => readFiles(t, { 'octo.yaml': text }))
    assert.match(error.message, /has no scheme/)
    assert.equal(error.hint, `write \`https://${url.replace(/^\/+/, '')}\`, or \`./…\` for a file`)
  }
  for (const url of ['./a.example/core.yaml', 'tree/core.yaml', '../core.yaml', '/srv/a.example/core.yaml']) {
    const text = `operator: {repos: {core: {url: "${url}", trust: unsigned}}}\n`
    assert.match((await readFiles(t, { 'octo.yaml': text })).repos[0]?.url ?? '', /^file:\/\/\//)
  }
  const include = () => readFiles(t, { 'octo.yaml': 'include: [plugins.example.com/a.yaml]\n' })
  const error = await expectCodeAsync('CONFIG_NOT_FOUND', include)
  assert.equal(error.hint, 'for a web address write `https://plugins.example.com/a.yaml`')
})

test('merge keys share checks between services of every shape', async (t) => {
  const text = `
x-web: &web
  preflight: [{tool: shared, args: {from: anchor}}]
x-limits: &limits {interval: 3s}
services:
  web: {<<: *web, image: example/web}
  other: {octocompose: {<<: *web, health: [{<<: *limits, tool: own}]}}
operator: {services: {seeds: {<<: [*web], preflight: [{tool: own}]}}}
`
  const { services, warnings } = await readFiles(t, { 'octo.yaml': text })
  const tools = services.map(({ name, checks }) => [
    name,
    [...checks.preflight, ...checks.health].map(({ request }) => request.plugin),
  ])
  assert.deepEqual(tools, [
    ['seeds', ['own']],
    ['web', ['shared']],
    ['other', ['shared', 'own']],
  ])
  assert.equal(services[2]?.checks.health[0]?.intervalMs, 3000)
  assert.deepEqual(warnings, [])
})

test('an interval that is written counts always, also one of a second; without one, what is healthy is asked less', async (t) => {
  const checks = ['{tool: a}', '{tool: a, interval: 1s}', '{tool: a, interval: 1000ms}', '{tool: a, interval: 30s}']
  const { services } = await readFiles(t, { 'octo.yaml': `services: {web: {health: [${checks.join(', ')}]}}` })
  assert.deepEqual(
    services[0]?.checks.health.map(({ intervalMs, calmIntervalMs }) => [intervalMs, calmIntervalMs]),
    [
      [1000, 10_000],
      [1000, undefined],
      [1000, undefined],
      [30_000, undefined],
    ],
  )
})

test('a check or service that is null is none, and a null among checks is refused', async (t) => {
  const { services } = await readFiles(t, {
    'octo.yaml': 'operator: {services: {web: {preflight: , health: ~}, db: }}\n',
  })
  assert.deepEqual(
    services.map(({ name, checks }) => [name, checks.preflight, checks.health]),
    [
      ['web', [], []],
      ['db', [], []],
    ],
  )
  const item = () => readFiles(t, { 'octo.yaml': 'operator: {services: {web: {health: [~]}}}\n' })
  await expectCodeAsync('CONFIG_INVALID', item)
})

test('a map in place of a list, and a list in place of a map, are refused by the name of the key', async (t) => {
  const rows: readonly (readonly [string, RegExp])[] = [
    ['services: {web: {health: {tool: x}}}', /`health` is no list of checks/],
    ['[]', /a config is a map of keys/],
    ['operator', /a config is a map of keys/],
    ['1', /a config is a map of keys/],
    ['operator: []', /`operator` is no map/],
    ['operator: text', /`operator` is no map/],
    ['operator: {plugins: {c: [1]}}', /`c` is no map/],
  ]
  for (const [text, problem] of rows) {
    const error = await expectCodeAsync('CONFIG_INVALID', () => readFiles(t, { 'octo.yaml': `${text}\n` }))
    assert.match(error.message, problem)
  }
  assert.equal((await readFiles(t, { 'octo.yaml': 'operator: {plugins: {c: ^1}}\n' })).pins[0]?.range, '^1')
})

test('one include, one key and one pin may stand without their list or map, and a config may hold nothing', async (t) => {
  const url = 'url: "https://x.example/core.yaml"'
  for (const include of ['b.yaml', '{url: b.yaml}', '[b.yaml]', '[{url: b.yaml}]'])
    for (const empty of ['', '# nothing\n', '~\n', '{}\n', 'include: ~\n']) {
      const files = { 'octo.yaml': `name: mine\ninclude: ${include}\n`, 'b.yaml': empty }
      const { name, files: read } = await readFiles(t, files)
      assert.deepEqual([name, read.length], ['mine', 2])
    }
  for (const key of [aPublicKey, `{key: ${aPublicKey}}`, `[${aPublicKey}]`]) {
    const { repos } = await readFiles(t, { 'octo.yaml': `operator: {repos: {core: {${url}, keys: ${key}}}}\n` })
    assert.equal(repos[0]?.trust.kind, 'keys')
  }
})
