// Who is told of what, as configs of all formats say it; and that nobody from elsewhere says it, or where a password is sent.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { parseTree } from '../../../config/document/node.ts'
import { templateBudget } from '../../../config/document/template.ts'
import { openWarnings } from '../../../config/document/warnings.ts'
import { readNotifiers } from '../../../config/model/notifiers.ts'
import { requestsOf } from '../../../config/model/requests.ts'
import { expectCode, expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { readFiles } from '../../support/machine/config-files.ts'

const SERVICES = 'services: {web: {command: [/bin/web]}, db: {command: [/bin/db]}}\n'
const FLAT = 'server: mail.example.com, port: 587, from: a@b.example, user: ops, password: x, to: c@d.example'

async function read(t: TestContext, text: string) {
  return (await readFiles(t, { 'octo.yaml': `${SERVICES}${text}\n` })).notifiers ?? []
}

const FORMS: readonly (readonly [what: string, text: string, names: readonly string[]])[] = [
  ['a list with flat arguments', `operator: {notifications: [{notifier: smtp, ${FLAT}}]}`, ['smtp']],
  ['a map of plugins', `octoctl: {notifications: {smtp: {${FLAT}}}}`, ['smtp']],
  ['a map of names', `octoctl: {notifications: {ops: {notifier: smtp, args: {${FLAT}}}}}`, ['ops']],
  ['the word of checks', `operator: {notifications: [{tool: smtp, args: {${FLAT}}}]}`, ['smtp']],
  [
    'two of one plugin',
    `operator: {notifications: [{notifier: smtp, ${FLAT}}, {notifier: smtp, ${FLAT}}]}`,
    ['smtp', 'smtp-2'],
  ],
]

for (const [what, text, names] of FORMS)
  test(`notifications are read as ${what}`, async (t) => {
    const notifiers = await read(t, text)
    assert.deepEqual(
      notifiers.map(({ name }) => name),
      names,
    )
    const { request, arguments: given, severity, groupMs, limit, events, services } = notifiers[0] ?? assert.fail()
    assert.equal(request.plugin, 'smtp')
    assert.deepEqual(given.kind === 'map' && given.value.port, 587)
    assert.deepEqual([severity, groupMs, limit], ['warning', 5000, { count: 20, perMs: 3_600_000 }])
    assert.deepEqual([events, services], [undefined, undefined])
  })

test('everything that a notifier may be told is read', async (t) => {
  const [one] = await read(
    t,
    'operator: {notifications: [{notifier: smtp@^1, args: {to: a@b}, services: [web], events: [crashed, resolved], group: 0s, limit: 3/10m, timeout: 5s, subject: "{{.service}}", body: "{{range .events}}{{.message}}{{end}}"}]}',
  )
  const { services, events, severity, groupMs, limit, timeoutMs, subject, body, request } = one ?? assert.fail()
  assert.deepEqual([services, events, severity], [['web'], ['crashed', 'resolved'], 'info'])
  assert.deepEqual([groupMs, limit, timeoutMs, request.range], [0, { count: 3, perMs: 600_000 }, 5000, '^1'])
  assert.ok(subject && body)
})

test('the plugins of notifiers are installed and locked as all others, and those switched off are not', async (t) => {
  const config = await readFiles(t, {
    'octo.yaml': `${SERVICES}operator: {notifications: [{notifier: smtp}, {notifier: pager, enabled: false}, {notifier: chat, disabled: true}]}\n`,
  })
  assert.deepEqual(
    requestsOf(config).map(({ plugin }) => plugin),
    ['smtp'],
  )
})

const BAD: readonly (readonly [what: string, fields: string, expected: RegExp])[] = [
  ['a severity that is none', 'severity: loud', /`severity` names `loud`, expected `info`, `warning`, `critical`/],
  ['two severities', 'severity: [info, critical]', /expected one word/],
  ['a kind that is none', 'events: [crash]', /`events` names `crash`/],
  ['no kind at all', 'events: []', /`events` is an empty list/],
  ['a service that is none', 'services: [wbe]', /`services` names `wbe`, which is no service/],
  ['a service with two readings', 'services: [1_000]', /`1_000` is text in YAML 1\.2 and 1000 in YAML 1\.1$/],
  ['a list as a service', 'services: [[web]]', /`services` holds something that is no name/],
  ['nothing as a service', 'services: [~]', /`services` holds something that is no name/],
  ['a limit with two readings', 'limit: 1e3', /`1e3` is 1000 to some readers of YAML and text to others$/],
  ['a limit without a time', 'limit: 20', /`limit` is `20`, expected .*`20\/1h`/],
  ['a limit of nothing', 'limit: 0/1h', /expected messages and a time/],
  ['a limit for longer than it is remembered', 'limit: 5/48h', /from 1s to 24h/],
  ['a window that is no time', 'group: 5', /`group` is no duration/],
  ['a template that has no end', 'subject: "{{if .service}}x"', /line 2: template column .*`if` has no `\{\{end\}\}`/],
  [
    'a template of what no notification has',
    'subject: "{{.servce}}"',
    /line 2: template column 3: `\.servce` is no part of a notification/,
  ],
  ['a template of the config', 'subject: "{{.configs.web.port}}"', /`\.configs` is no part of a notification/],
  ['a template of the environment', 'body: "{{.env.SMTP_PASSWORD}}"', /`\.env` is no part of a notification/],
  [
    'a field that an event has not',
    'body: "{{range .events}}{{.password}}{{end}}"',
    /`\.events\.0\.password` is no part/,
  ],
  [
    'a template only one kind would fail at',
    `body: '{{if eq .kind "gave-up"}}{{.oops}}{{end}}'`,
    /`\.oops` is no part/,
  ],
  ['a template that makes too much', 'body: "{{range 100000}}{{range 100000}}x{{end}}{{end}}"', /more than|takes more/],
  ['a function that there is none of', 'subject: "{{shout .kind}}"', /shout/],
  ['a subject that is a list', 'subject: [a]', /`subject` is no text/],
]

for (const [what, fields, expected] of BAD)
  test(`a notifier with ${what} is an error at its line`, async (t) => {
    const error = await expectCodeAsync('CONFIG_INVALID', () =>
      read(t, `operator: {notifications: [{notifier: smtp, ${fields}}]}`),
    )
    assert.match(error.message, expected)
  })

const BAD_LISTS: readonly (readonly [what: string, list: string, expected: RegExp])[] = [
  ['a word', '[smtp]', /a notifier is a map with `notifier` and `args`/],
  ['a list in the list', '[[smtp]]', /a notifier is a map with `notifier` and `args`/],
  [
    'one that names no plugin',
    '[{args: {to: a@b}}]',
    /a notifier does not name its plugin, expected `notifier: NAME`$/,
  ],
  ['a list of plugins', '[{notifier: [smtp]}]', /a notifier does not name its plugin, expected `notifier: NAME`$/],
  ['a name with two readings', '[{notifier: 1_000}]', /`1_000` is text in YAML 1\.2 and 1000 in YAML 1\.1$/],
  ['a name that is none', '[{notifier: "Smtp Server"}]', /`notifier`: .*`Smtp Server`/],
  ['one more than there may be', `[${Array(17).fill('{notifier: smtp}').join(', ')}]`, /more than 16 notifiers/],
]

for (const [what, list, expected] of BAD_LISTS)
  test(`notifications with ${what} are an error at its line`, async (t) => {
    const error = await expectCodeAsync('CONFIG_INVALID', () => read(t, `operator: {notifications: ${list}}`))
    assert.match(error.message, expected)
    assert.equal(error.details?.line, 2)
  })

test('sixteen notifiers are read', async (t) => {
  assert.equal(
    (await read(t, `operator: {notifications: [${Array(16).fill('{notifier: smtp}').join(', ')}]}`)).length,
    16,
  )
})

test('a notifier from a repo that the config has not is an error', async (t) => {
  await expectCodeAsync('REPO_NOT_FOUND', () => read(t, 'operator: {notifications: [{notifier: other/smtp}]}'))
})

test('a document from elsewhere names no notifier and redirects none', async (t) => {
  const cases: readonly (readonly [local: string, fetched: string])[] = [
    ['', 'operator: {notifications: [{notifier: smtp, args: {server: evil.example}}]}'],
    ['', 'octoctl: {notifications: {smtp: {server: evil.example}}}'],
    ['', 'operator: {notifications: []}'],
    [
      'operator: {notifications: {smtp: {to: a@b.example}}}',
      'operator: {notifications: {smtp: {server: evil.example}}}',
    ],
    [
      'operator: {notifications: [{notifier: smtp, args: {server: "{{.configs.mail.server}}"}}]}',
      'configs: {mail: {server: evil.example}}',
    ],
    [
      'operator: {notifications: [{notifier: smtp, args: [--server, "{{.configs.mail.server}}"]}]}',
      'configs: {mail: {server: evil.example}}',
    ],
    [
      'operator: {notifications: [{notifier: smtp, server: "{{if .configs.mail.server}}a{{end}}"}]}',
      'configs: {mail: {server: evil.example}}',
    ],
  ]
  for (const [local, fetched] of cases) {
    const error = await expectCodeAsync('CONFIG_INVALID', () =>
      readFiles(
        t,
        { 'octo.yaml': `include: ["https://x.example/a.yaml"]\n${SERVICES}${local}\n` },
        { fetchText: async () => `${fetched}\n` },
      ),
    )
    assert.match(error.message, /a document from elsewhere may not/, `${local} ${fetched}`)
  }
})

test('a tree from elsewhere is refused once more where notifiers are read', () => {
  const root = parseTree('operator: {notifications: [{notifier: smtp}]}', {
    name: 'https://x.example/a.yaml',
    remote: true,
  })
  const variables = { root, env: {}, os: 'linux', arch: 'amd64', budget: templateBudget() }
  const reading = { variables, warnings: openWarnings(), services: [] }
  const { message } = expectCode('CONFIG_INVALID', () => readNotifiers(root, reading))
  assert.match(message, /a document from elsewhere may not say who is told/)
})

test('all that is wrong with a notifier is told at once, and it is none', () => {
  const text = 'operator: {notifications: [{notifier: "A B", severity: loud, limit: 5}, {notifier: smtp}]}'
  const root = parseTree(text, { name: '/octo.yaml', remote: false })
  const told: string[] = []
  const variables = { root, env: {}, os: 'linux', arch: 'amd64', budget: templateBudget() }
  const warnings = openWarnings(({ message }) => void told.push(message))
  const read = readNotifiers(root, { variables, warnings, services: [] })
  assert.deepEqual(
    read.map(({ item }) => item.name),
    ['smtp'],
  )
  for (const [at, key] of ['notifier', 'severity', 'limit'].entries())
    assert.match(told[at] ?? '', new RegExp(`\`${key}\``))
  assert.equal(told.length, 3)
})

test('a value that a local document gives, and a variable, go into an argument', async (t) => {
  const text = `${SERVICES}configs: {mail: {server: mail.example.com}}\noperator: {notifications: [{notifier: smtp, args: {server: "{{.configs.mail.server}}", password: "{{.env.PASSWORD}}"}}]}\n`
  const config = await readFiles(t, { 'octo.yaml': text }, { env: { PASSWORD: 'hunter2' } })
  const given = config.notifiers?.[0]?.arguments
  assert.deepEqual(given?.kind === 'map' && given.value, { server: 'mail.example.com', password: 'hunter2' })
})
