// Keys that nobody knows: a warning where a person watches, an error in `octo check`, under `--frozen` and in CI.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FIELDS, knownKeys, rowOf } from '../../config/document/fields.ts'
import { refuseUnknownKeys } from '../../config/document/unknown-keys.ts'
import { expectCode, expectCodeAsync } from '../support/assertions/expect-code.ts'
import { loadConfig } from '../support/builders/read-configs.ts'
import { readFiles, writeConfigFiles } from '../support/machine/config-files.ts'

/** A misspelled key in each map of ours, with the key that was meant. */
const SLIPS: readonly (readonly [string, string, string])[] = [
  ['servces: {}', 'servces', 'services'],
  ['Services: {}', 'Services', 'services'],
  ['operater: {}', 'operater', 'operator'],
  ['project: {nme: x}', 'nme', 'name'],
  ['operator: {repo: {}}', 'repo', 'repos'],
  ['operator: {pluginz: {}}', 'pluginz', 'plugins'],
  ['octoctl: {repoes: {}}', 'repoes', 'repos'],
  ['operator: {repos: {a: {url: "https://a.example/a.yaml", trust: unsigned, key: x}}}', 'key', 'keys'],
  ['operator: {plugins: {c: {versoin: ^1}}}', 'versoin', 'version'],
  ['operator: {plugins: {c: {Repo: core}}}', 'Repo', 'repo'],
  ['operator: {services: {web: {preflght: []}}}', 'preflght', 'preflight'],
  ['operator: {services: {web: {Health: []}}}', 'Health', 'health'],
  ['operator: {services: {web: {hooks: {preStrat: []}}}}', 'preStrat', 'preStart'],
  ['operator: {services: {web: {config: {noTemplates: true}}}}', 'noTemplates', 'noTemplate'],
  ['services: {web: {octocompose: {helth: []}}}', 'helth', 'health'],
  ['services: {web: {octocompse: {health: []}}}', 'octocompse', 'octocompose'],
  ['services: {web: {prefligth: []}}', 'prefligth', 'preflight'],
  ['services: {web: {disable: true}}', 'disable', 'disabled'],
  ['services: {web: {health: [{tool: c, args: [], timout: 5s}]}}', 'timout', 'timeout'],
  ['services: {web: {health: [{tool: c, args: [], falureThreshold: 5}]}}', 'falureThreshold', 'failureThreshold'],
  ['services: {web: {health: [{tool: c, timout: 5s}]}}', 'timout', 'timeout'],
  ['services: {web: {health: [{tool: c, Args: {port: 1}}]}}', 'Args', 'args'],
  ['services: {web: {health: [{tool: c, arg: {port: 1}}]}}', 'arg', 'args'],
  ['services: {web: {init: [{tool: c, args: [], Enabled: false}]}}', 'Enabled', 'enabled'],
]
for (const [text, key, meant] of SLIPS)
  test(`\`${key}\` in \`${text}\` is a warning that says \`${meant}\`, and an error where nobody watches`, async (t) => {
    const config = await readFiles(t, { 'octo.yaml': `# one\n${text}\n` })
    const unknown = config.warnings.filter(({ unknownKey }) => unknownKey !== undefined)
    assert.deepEqual(
      unknown.map(({ line, unknownKey }) => [line, unknownKey]),
      [[2, key]],
    )
    const error = expectCode('CONFIG_INVALID', () => refuseUnknownKeys(config.warnings))
    assert.match(
      error.message,
      new RegExp(`octo\\.yaml\` line 2: unknown key \`${key}\` .*did you mean \`${meant}\`\\?`),
    )
  })

test('as an error a key is not said to be ignored, and keeps its name, whatever that is', async (t) => {
  const config = await readFiles(t, { 'octo.yaml': 'operator: {"x is ignored": 1, repo: {}}\n' })
  const { message } = expectCode('CONFIG_INVALID', () => refuseUnknownKeys(config.warnings))
  assert.match(message, /unknown key `x is ignored` in `operator`; .*unknown key `repo` in `operator`, did you mean/)
})

test('keys of other programs and of the user are nobody’s slip', async (t) => {
  const text = `
x-mine: {helth: 1}
version: "3"
networks: {nett: {}}
configs: {web: {prot: 1}}
operator: {x-own: 1, notifications: [{notifier: a, anything: 1}], services: {web: {x-note: 1, depends: [{service: db}]}}}
services: {web: {image: x, healthcheck: {tset: 1}, init: true, configs: [a], depends_on: [db], volumes: [], frobnicate: 1, x-y: 1, labels: {helth: 1}}}
`
  const { warnings } = await readFiles(t, { 'octo.yaml': text })
  assert.deepEqual(warnings, [])
})

test('unknown keys are errors when asked for and in CI, and warnings otherwise', async (t) => {
  const cwd = await writeConfigFiles(t, { 'octo.yaml': 'servces: {}\nhelth: {}\n' })
  const load = (env: Record<string, string>, strict?: boolean) =>
    loadConfig({ cwd, env, ...(strict === undefined ? {} : { strict }) })
  for (const env of [{}, { CI: '' }, { CI: 'false' }, { CI: '0' }, { CI: 'FALSE' }])
    assert.equal((await load(env)).warnings.length, 2, JSON.stringify(env))
  for (const CI of ['true', '1', 'woodpecker']) {
    const error = await expectCodeAsync('CONFIG_INVALID', () => load({ CI }))
    assert.match(error.message, /line 1: unknown key `servces`.*line 2: unknown key `helth`/)
  }
  await expectCodeAsync('CONFIG_INVALID', () => load({}, true))
})

test('thousands of unknown keys are fifty warnings and a number, and no other warning crowds them out', async (t) => {
  const many = Array.from({ length: 3000 }, (_, index) => `key${index}: 1`).join('\n')
  const { warnings } = await readFiles(t, { 'octo.yaml': `${many}\n` })
  assert.equal(warnings.length, 51)
  assert.equal(warnings.at(-1)?.message, 'and 2950 more warnings')
  const noise = Array.from({ length: 100 }, () => '"$A"').join(', ')
  const text = `services: {web: {health: [{tool: c, args: [${noise}]}]}}\noperator: {servics: {}}\n`
  const config = await readFiles(t, { 'octo.yaml': text })
  expectCode('CONFIG_INVALID', () => refuseUnknownKeys(config.warnings))
})

test('every key of the table is known in its own shape, and no shape knows prototype names', () => {
  for (const shape of Object.keys(FIELDS) as (keyof typeof FIELDS)[]) {
    for (const key of knownKeys(shape)) assert.ok(rowOf(shape, key), `${shape}.${key}`)
    for (const key of ['constructor', 'toString', '__proto__'])
      assert.equal(rowOf(shape, key), (FIELDS[shape] as Record<string, unknown>)['*'], `${shape}.${key}`)
  }
})
