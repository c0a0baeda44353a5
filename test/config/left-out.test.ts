// No check is left out unseen: what is written where nobody reads it, twice, or as a contradiction is an error of `octo check`.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refuseUnknownKeys } from '../../config/document/unknown-keys.ts'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'
import { readFiles } from '../support/machine/config-files.ts'

const CHECKS = '[{tool: c}]'
const GOOD = 'operator: {services: {good: {health: [{tool: c}]}}}\n'

const READ_BY_NOBODY: readonly (readonly [string, string])[] = [
  ['the health check of Compose', `services: {web: {healthcheck: ${CHECKS}}}`],
  ['a word of their own in a service of Compose', `services: {web: {monitoring: ${CHECKS}}}`],
  ['a map of their own in a service of Compose', `services: {web: {octo: {health: ${CHECKS}}}}`],
  ['a key of Compose', `services: {web: {deploy: {health: ${CHECKS}}}}`],
  ['labels of Compose', `services: {web: {labels: ${CHECKS}}}`],
  ['the values of format v1', `service: {web: {health: ${CHECKS}}}`],
  ['the values for templates', `configs: {web: {preflight: ${CHECKS}}}`],
  ['the sets of values', `globals: {web: {octocompose: {validate: ${CHECKS}}}}`],
  ['a list in the values', `configs: {web: [{init: ${CHECKS}}]}`],
  ['another spelling of a list', `configs: {web: {HealthCheck: ${CHECKS}}}`],
  ['a service in a service', `services: {web: {service: {health: ${CHECKS}}}}`],
  ['a place beside both kinds of services', `octocompose: {web: {health: ${CHECKS}}}`],
  ['the services of octoctl', `octoctl: {services: {web: {health: ${CHECKS}}}}`],
]
for (const [where, text] of READ_BY_NOBODY)
  test(`checks in ${where} are an error and not left out`, async (t) => {
    const config = await readFiles(t, { 'octo.yaml': `${GOOD}${text}\n` })
    assert.deepEqual(
      config.services.flatMap(({ checks }) => checks.health.map(({ request }) => request.plugin)),
      ['c'],
    )
    const error = await expectCodeAsync('CONFIG_INVALID', async () => refuseUnknownKeys(config.warnings))
    assert.match(error.message, /octo\.yaml` line 2: /)
  })

test('what only looks like checks, or is marked as somebody’s own, is no error', async (t) => {
  for (const text of [
    `x-checks: &checks ${CHECKS}\nservices: {web: {health: *checks, x-more: ${CHECKS}}}`,
    'octoctl: {secrets: [{tool: vault-client}], notifications: [{tool: smtp}]}',
    'services: {web: {healthcheck: {test: [CMD, "true"]}, deploy: {replicas: 2}, volumes: [{type: bind}], sysctls: [a]}}',
    'operator: {services: {web: {health: [{tool: c, args: {health: [{tool: d}]}}]}}}',
    'configs: {web: {health: [a, {port: 1}], tool: x}}',
    'configs: {web: {secrets: [{tool: vault-client}]}}',
    'configs: {web: {hooks: [{tool: saw}], config: [{tool: drill}]}}',
  ]) {
    const config = await readFiles(t, { 'octo.yaml': `${text}\n` })
    assert.doesNotThrow(() => refuseUnknownKeys(config.warnings), text)
  }
})

const check = (fields: string) => `operator: {services: {web: {health: [{tool: c, ${fields}}]}}}`
const AMBIGUOUS: readonly (readonly [string, string, RegExp])[] = [
  ['a check is both off and on', check('enabled: true, disabled: true'), /off here and on at .*line 1/],
  ['a service is both off and on', 'services: {web: {enabled: yes, disabled: on, health: []}}', /off here and on/],
  [
    'a service is off in one shape and on in another',
    'services: {web: {disabled: true}}\noperator: {services: {web: {enabled: true}}}',
    /line 1: is switched off here and on at .*line 2/,
  ],
  ['arguments are written twice', check('args: [a], toolArgs: [b]'), /says the same as `args`: `toolArgs`/],
  ['thresholds are written twice', check('successThreshold: 1, successTreshold: 9'), /`successThreshold`/],
  ['failures are written twice', check('failureTreshold: 1, failureThreshold: 9'), /`failureTreshold`/],
  [
    'the operator of octoctl is a map',
    `octoctl: {operator: {services: {web: {health: ${CHECKS}}}}}`,
    /`operator` is no name/,
  ],
  ['operators are an empty list', check('operators: []'), /`operators` is an empty list/],
  ['our kind of operator is misspelled', check('operators: [baremetl]'), /did you mean `baremetal`/],
  ['our kind of operator is in capitals', check('operators: [docker, BareMetal]'), /did you mean `baremetal`/],
  ['an operator is a template', check('operators: ["{{.env.KIND}}"]'), /no word/],
  ...['enabled: "false"', 'disabled: 1', 'enabled: "{{.configs.on}}"', 'enabled: [true]', 'enabled: nope'].map(
    (word) => [`a switch is \`${word}\``, check(word), /is neither `true` nor `false`/] as const,
  ),
  ...['0', '-1', '1.5', '101', '1e9', '"3"', '010', '.inf', '[3]', 'true'].flatMap((count) =>
    ['successThreshold', 'failureTreshold'].map(
      (key) => [`\`${key}\` is \`${count}\``, check(`${key}: ${count}`), /./] as const,
    ),
  ),
  ...[
    'tool: "{{.configs.t}}"',
    'tool: [c]',
    'tool: 1',
    'tool: true',
    'tool: ""',
    'tool: c@',
    'tool: C',
    'tool: "c@{{.env.X}}"',
    'port: 1',
  ].map((tool) => [`a check has \`${tool}\``, `operator: {services: {web: {health: [{${tool}}]}}}`, /./] as const),
  ...['{tool: c}', 'true', 'c', '[[{tool: c}]]', '[~]', '[c]'].map(
    (list) => [`checks are \`${list}\``, `operator: {services: {web: {health: ${list}}}}`, /./] as const,
  ),
  ...['[web]', 'true', '{web: []}', '{web: on}'].map(
    (map) => [`services are \`${map}\``, `operator: {services: ${map}}`, /./] as const,
  ),
]
for (const [what, text, problem] of AMBIGUOUS)
  test(`refused: ${what}`, async (t) => {
    const code = text.includes('.inf') ? 'YAML_INVALID' : 'CONFIG_INVALID'
    const { message } = await expectCodeAsync(code, () => readFiles(t, { 'octo.yaml': `${text}\n` }))
    assert.match(message, problem)
    assert.match(message, /octo\.yaml` line \d/)
  })

test('the `init` of Compose in one document hides no checks of another', async (t) => {
  const checks = 'services: {web: {init: [{tool: c}]}}\n'
  const compose = 'services: {web: {init: true}}\n'
  for (const [first, second] of [
    [checks, compose],
    [compose, checks],
  ] as const) {
    const { services } = await readFiles(t, { 'octo.yaml': `include: [b.yaml]\n${first}`, 'b.yaml': second })
    assert.deepEqual(
      services[0]?.checks.init.map(({ request }) => request.plugin),
      ['c'],
    )
  }
})

test('an included web document that holds nothing is refused', async (t) => {
  for (const text of ['', '\n', '# moved\n', '---\n', '~\n', '\ufeff']) {
    const reading = readFiles(
      t,
      { 'octo.yaml': `include: ["https://x.example/a.yaml"]\n${GOOD}` },
      { fetchText: async () => text },
    )
    const error = await expectCodeAsync('CONFIG_INVALID', () => reading)
    assert.match(error.message, /`https:\/\/x\.example\/a\.yaml` line 1: a document from elsewhere holds nothing/)
  }
})

test('one web document is read once, however its address is spelled', async (t) => {
  const asked: string[] = []
  const { services } = await readFiles(
    t,
    {
      'octo.yaml':
        'include: ["https://x.example/a.yaml", "HTTPS://X.example:443/b/../a.yaml#1", "https://x.example/a.yaml#2"]\n',
    },
    {
      fetchText: async (url) => {
        asked.push(url)
        return GOOD
      },
    },
  )
  assert.deepEqual(asked, ['https://x.example/a.yaml'])
  assert.equal(services[0]?.checks.health.length, 1)
})
