// Plain values of a config that octo and octoctl take differently: refused with both readings wherever one decides something,
// and left alone where nobody of octo asks, where all agree, and in JSON.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isCoded } from '../../schemas/errors.ts'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'
import { readFiles } from '../support/machine/config-files.ts'

type Context = Parameters<typeof readFiles>[0]

/** With what is said, and what to write instead for the number. */
const TWO: readonly (readonly [string, string, string?])[] = [
  ['010', '10 in YAML 1.2 and 8 in YAML 1.1', '`10` or `8`'],
  ['-010', '-10 in YAML 1.2 and -8 in YAML 1.1', '`-10` or `-8`'],
  ['007', '7 to some readers of YAML and text to others', '`7`'],
  ['0o10', '8 in YAML 1.2 and text in YAML 1.1', '`8`'],
  ['0b1', 'text in YAML 1.2 and 1 in YAML 1.1', '`1`'],
  ['-0x10', 'text in YAML 1.2 and -16 in YAML 1.1', '`-16`'],
  ['1_000', 'text in YAML 1.2 and 1000 in YAML 1.1', '`1000`'],
  ['1e3', '1000 to some readers of YAML and text to others', '`1000`'],
  ['+.5', '0.5 to some readers of YAML and text to others', '`0.5`'],
  ['+_1', 'text to some readers of YAML and another value to others'],
  ['2026-11-26', 'text in YAML 1.2 and a moment in YAML 1.1'],
  ['2026-11-26T10:00:00Z', 'text in YAML 1.2 and a moment in YAML 1.1'],
]

/** Where a value decides something; `V` stands for it, on line 3. */
const PLACES: readonly string[] = [
  'operator: {services: {web: {health: [{tool: c, args: {\n\n  port: V}}]}}}',
  'operator: {services: {web: {health: [{tool: c, args: {list: [1,\n\n  V]}}]}}}',
  'operator: {services: {web: {health: [{tool: c, args: {deep: {a: [{\n\n  b: V}]}}}]}}}',
  'operator: {services: {web: {health: [{tool: c, toolArgs: {\n\n  port: V}}]}}}',
  'operator: {services: {web: {health: [{tool: c,\n\n  port: V}]}}}',
  'services: {web: {octocompose: {validate: [{tool: c, args: [a,\n\n  V]}]}}}',
  'services: {web: {init: [{tool: c, args: ["{{.configs.web.port}}"]}]}}\nconfigs: {web: {\n  port: V}}',
  'services: {web: {init: [{tool: c, args: {x: "a {{.globals.g.port}} b"}}]}}\nglobals: {g: {\n  port: V}}',
  '\n\nx-at: &x V\nservices: {web: {init: [{tool: c, args: {x: *x}}]}}',
  'operator: {plugins: {\n\n  c: V}}',
  'operator: {plugins: {c: {\n\n  version: V}}}',
  'octoctl: {plugins: {c: {\n\n  repo: V}}}',
  'operator: {services: {web: {health: [{args: [],\n\n  tool: V}]}}}',
  'operator: {services: {web: {health: [{tool: c,\n\n  operators: [V]}]}}}',
  'operator: {services: {web: {health: [{tool: c,\n\n  interval: V}]}}}',
  'operator: {services: {web: {health: [{tool: c,\n\n  timeout: V}]}}}',
  'operator: {services: {web: {health: [{tool: c,\n\n  failureThreshold: V}]}}}',
  '\n\nname: V',
  '\n\nprojectID: V',
  'operator: {pluginDirectories: [{\n\n  path: V}]}',
  'octoctl: {pluginDirectories: [{path: /opt/plugins,\n\n  trust: V}]}',
  'operator: {\n\n  ocmConfig: V}',
  'operator: {metrics: {\n\n  listen: V}}',
  'octoctl: {prompts: [{var: A,\n\n  name: V}]}',
]

const SOURCE = 'repo: "https://x.example/web.git", binary: web'
/** Likewise of how a service is run, which other operators may be able to do. */
const PLACES_OF_A_SERVICE: readonly string[] = [
  'services: {web: {octocompose: {\n\n  plugin: V}}}',
  'services: {web: {command: [web], limits: {\n\n  memory: V}}}',
  'services: {web: {octocompose: {\n\n  image: V}}}',
  'services: {web: {octocompose: {binary: {linux_amd64: {\n\n  url: V}}}}}',
  `services: {web: {octocompose: {source: {${SOURCE}, build: [make],\n\n  ref: V}}}}`,
  `services: {web: {octocompose: {source: {${SOURCE}, ref: main, build: [make,\n\n  V]}}}}`,
  `services: {web: {}}\nrepos: {services: {web: {baremetal: {source: {${SOURCE}, ref: main, buildCmds: [make,\n  V]}}}}}`,
]

for (const [typed, said] of TWO)
  test(`\`${typed}\` is refused where it says what a service runs (${PLACES_OF_A_SERVICE.length})`, async (t) => {
    for (const place of PLACES_OF_A_SERVICE) {
      const text = `${place.replace(/(?<![A-Z])V(?![A-Z])/, typed)}\n`
      const spec = (await readFiles(t, { 'octo.yaml': text })).services[0]?.spec
      assert.ok(isCoded(spec, 'CONFIG_INVALID'), text)
      assert.ok(spec.message.endsWith(`octo.yaml\` line 3: \`${typed}\` is ${said}`), spec.message)
    }
  })

for (const [typed, said, numbers] of TWO)
  test(`\`${typed}\` is refused at ${PLACES.length} places that decide, as it is ${said}`, async (t) => {
    for (const place of PLACES) {
      const text = `${place.replace(/(?<![A-Z])V(?![A-Z])/, typed)}\n`
      const error = await expectCodeAsync('CONFIG_INVALID', () => readFiles(t, { 'octo.yaml': text }))
      assert.ok(
        error.message.endsWith(`octo.yaml\` line ${error.details?.line}: \`${typed}\` is ${said}`),
        error.message,
      )
      if (!place.includes('*x')) assert.equal(error.details?.line, 3, text)
      assert.equal(error.hint, `write \`"${typed}"\` for the text${numbers ? `, or ${numbers} for the number` : ''}`)
    }
  })

test('in quotes, as a block and with the tag of a text each of them is the text that it looks like', async (t) => {
  for (const [typed] of TWO)
    for (const quoted of [`"${typed}"`, `'${typed}'`, `|-\n      ${typed}`, `!!str ${typed}`]) {
      const text = `operator:\n services:\n  web:\n   health:\n   - tool: c\n     args:\n     - ${quoted}\n`
      assert.deepEqual(await argumentsIn(t, text), { kind: 'list', value: [typed] })
    }
})

const ONE: readonly (readonly [string, unknown, string?])[] = [
  ['8080', 8080],
  ['0', 0],
  ['-1', -1],
  ['1.10', 1.1, '1.10'],
  ['1.0', 1, '1.0'],
  ['.5', 0.5, '.5'],
  ['+1', 1, '+1'],
  ['0x1F', 31, '0x1F'],
  ['true', true],
  ['False', false],
  ['v1.10', 'v1.10'],
  ['1.2.3', '1.2.3'],
  ['^1', '^1'],
  ['8080:80', '8080:80'],
  ['127.0.0.1', '127.0.0.1'],
  ['127.0.0.1:80', '127.0.0.1:80'],
  ['10s', '10s'],
  ['1m30s', '1m30s'],
  ['2026-11', '2026-11'],
  ['yes-or-no', 'yes-or-no'],
  ['note', 'note'],
  ['/etc/hosts', '/etc/hosts'],
  ['http://a.example:80/', 'http://a.example:80/'],
  ['~/x', '~/x'],
  ['1e', '1e'],
  ['e3', 'e3'],
  ['-v', '-v'],
  // Nagios writes ranges like times, and words of YAML 1.1 are words.
  ...['1:30', '10:20', '12:00', '1:30:59', 'y', 'n', 'yes', 'On', 'no', 'OFF', '='].map(
    (text) => [text, text] as const,
  ),
]
test(`${ONE.length} values that all readers take alike stay as they are, with numbers as they were typed`, async (t) => {
  for (const [typed, value, text] of ONE) {
    const given = await argumentsIn(t, `services: {web: {health: [{tool: c, args: {x: ${typed}}}]}}\n`)
    assert.deepEqual(given, { kind: 'map', value: { x: value }, texts: text === undefined ? {} : { '/x': text } })
  }
})

test('a null is no argument of a map, and refused as a word of a list', async (t) => {
  const given = await argumentsIn(t, 'services: {web: {health: [{tool: c, args: {a: ~, b: null, c: 1}}]}}\n')
  assert.deepEqual(given?.value, { a: null, b: null, c: 1 })
  for (const [typed, where] of ['~', 'null', 'Null'].flatMap((one) => [
    [one, `[${one}]`],
    [one, `{x: [1, ${one}]}`],
  ])) {
    const text = `services: {web: {health: [{tool: c, args: ${where}}]}}\n`
    const error = await expectCodeAsync('CONFIG_INVALID', () => readFiles(t, { 'octo.yaml': text }))
    assert.ok(error.message.endsWith(`line 1: an argument is \`${typed}\`, which is null`), error.message)
    assert.equal(error.hint, `write \`"${typed}"\` for the text, or leave it out`)
  }
})

test('an empty item in a list of arguments is refused, and an empty text is one', async (t) => {
  const list = (item: string) => `services:\n web:\n  health:\n  - tool: c\n    args:\n    - ${item}\n    - x\n`
  const error = await expectCodeAsync('CONFIG_INVALID', () => readFiles(t, { 'octo.yaml': list('') }))
  assert.match(error.message, /line 6: an argument is empty, write `''` to pass an empty one$/)
  assert.deepEqual((await argumentsIn(t, list("''")))?.value, ['', 'x'])
})

test('what octo does not read, switches, moments of keys and names of arguments may be written as ever', async (t) => {
  const text = `
version: 010
configs: {web: {unread: 010}}
x-mine: [1_000]
services: {web: {image: x, mode: 0755, ports: [22:22], enabled: yes, health: [{tool: c, disabled: off, args: {n: 1, on: 2}}]}}
operator:
  repos:
    core:
      url: https://plugins.example/repos/core.yaml
      keys: [{key: ${KEY}, from: 2026-01-01, to: 2027-01-01, revoked: no}]
`
  const { services, repos } = await readFiles(t, { 'octo.yaml': text })
  assert.deepEqual(services[0]?.checks.health[0]?.arguments.value, { n: 1, on: 2 })
  assert.equal(repos.length, 1)
})

const KEY =
  'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE01+KA5Fx68SfgfkVg32iukdcJoo9OHkTYhlBKPsMWuz6fe0iTnBe3evmEHlVjwH69ECIqk2m6f6A/ynqdm96jQ=='

test('a JSON config has one reading, and a fetched document follows the rule of local ones', async (t) => {
  const json = '{"services": {"web": {"health": [{"tool": "c", "args": {"x": 1e3, "y": -0.5e1}}]}}}'
  const { services } = await readFiles(t, { 'octo.json': json }, { named: ['octo.json'] })
  assert.deepEqual(services[0]?.checks.health[0]?.arguments.value, { x: 1000, y: -5 })
  const shared = 'services: {web: {health: [{tool: c, args: {port: 010}}]}}\n'
  const files = { 'octo.yaml': 'include: [https://a.example/shared.yaml]\n' }
  const error = await expectCodeAsync('CONFIG_INVALID', () => readFiles(t, files, { fetchText: async () => shared }))
  assert.match(error.message, /^`https:\/\/a\.example\/shared\.yaml` line 1: `010` is 10 in YAML 1\.2/)
})

async function argumentsIn(t: Context, text: string) {
  const { services } = await readFiles(t, { 'octo.yaml': text })
  return services[0]?.checks.health[0]?.arguments
}
