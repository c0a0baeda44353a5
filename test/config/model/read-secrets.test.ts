// Where services get their secrets from, as the formats say it, and what of it no document from elsewhere may say or lead away.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { stringify } from 'yaml'
import type { OctoConfig } from '../../../config/model/config.ts'
import { requestsOf } from '../../../config/model/requests.ts'
import type { SecretSource } from '../../../config/model/service-spec.ts'
import { isCoded } from '../../../schemas/errors.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { readFiles } from '../../support/machine/config-files.ts'

const WEB = 'https://x.example/shared.yaml'
const VAULT = { tool: 'vault-client', args: { address: 'https://vault.example', token: 'hvs.x' } }

type Given = { readonly local: object; readonly fetched?: object; readonly env?: Record<string, string> }

function read(t: TestContext, { local, fetched, env = {} }: Given): Promise<OctoConfig> {
  const include = fetched === undefined ? {} : { include: [WEB] }
  return readFiles(
    t,
    { 'octo.yaml': stringify({ ...include, ...local }) },
    { env, fetchText: async () => stringify(fetched) },
  )
}

async function sources(t: TestContext, given: Given): Promise<readonly SecretSource[]> {
  const found = (await read(t, given)).services.find(({ name }) => name === 'web')?.spec
  if (isCoded(found)) throw found
  return found?.secrets ?? []
}

const web = (secrets: unknown, more: object = {}) => ({ octocompose: { command: ['/bin/web'], secrets, ...more } })
const ARGS = { address: 'https://vault.example', token: 'hvs.x', path: 'secret/web' }

const SAID_IN: readonly (readonly [what: string, local: object])[] = [
  [
    'octoctl, filled up by the service',
    { octoctl: { secrets: VAULT }, services: { web: web([{ args: { path: 'secret/web' } }]) } },
  ],
  [
    'operator, with `config` as v1 says it',
    {
      operator: {
        secrets: { tool: 'vault-client', config: VAULT.args },
        services: { web: { command: ['/bin/web'], secrets: { args: { path: 'secret/web' } } } },
      },
    },
  ],
  ['a list of one', { octoctl: { secrets: [VAULT] }, services: { web: web({ args: { path: 'secret/web' } }) } }],
  ['the project whole', { octoctl: { secrets: { ...VAULT, args: ARGS } }, services: { web: web(true) } }],
  ['the service alone', { services: { web: web([{ ...VAULT, args: ARGS }]) } }],
  ['a service with flat keys', { services: { web: { command: ['/bin/web'], secrets: [{ ...VAULT, args: ARGS }] } } }],
  [
    'a service that changes what the project says',
    {
      octoctl: { secrets: { ...VAULT, args: { ...ARGS, address: 'https://old.example' } } },
      services: { web: web([{ args: { address: ARGS.address } }]) },
    },
  ],
]

test('a service gets the same secrets from each place that may say so', async (t) => {
  for (const [what, local] of SAID_IN) {
    const [source, ...others] = await sources(t, { local })
    assert.deepEqual(others, [], what)
    assert.equal(source?.request.plugin, 'vault-client', what)
    assert.deepEqual(source?.arguments.value, ARGS, what)
    assert.deepEqual([source?.onChange, source?.environment, source?.values], ['restart', {}, {}], what)
  }
})

test('without its own word a service gets nothing, and a source that nobody takes is told of', async (t) => {
  const config = await read(t, {
    local: { octoctl: { secrets: VAULT }, services: { web: web(false), db: { command: ['/bin/db'] } } },
  })
  for (const { spec } of config.services) assert.deepEqual(isCoded(spec) ? spec : spec.secrets, [])
  assert.match(config.warnings.map(({ message }) => message).join(), /no service takes this source of secrets/)
  assert.deepEqual(requestsOf(config), [])
})

test('its plugins are installed like all others', async (t) => {
  const local = {
    services: { web: web([VAULT, { tool: 'core/other@^2' }]) },
    operator: { repos: { core: { url: 'https://x.example/r.yaml', trust: 'unsigned' } } },
  }
  assert.deepEqual(
    requestsOf(await read(t, { local })).map(({ plugin, range }) => [plugin, range]),
    [
      ['vault-client', undefined],
      ['other', '^2'],
    ],
  )
})

test('everything else that a source can say is read, and what it needs comes before the service', async (t) => {
  const source = {
    ...VAULT,
    environment: { DB_PASSWORD: 'password' },
    values: { 'database.password': 'password' },
    on_change: 'HUP',
    refresh: '1h',
    timeout: '5s',
    depends: [{ service: 'vault' }],
  }
  const local = { services: { web: web([source], { config: { file: 'json' }, depends_on: ['db'] }) } }
  const config = await read(t, { local })
  const spec = config.services[0]?.spec
  assert.ok(spec && !isCoded(spec))
  const { place: _, arguments: __, request: ___, dependsOn, ...read_ } = spec.secrets[0] as SecretSource
  assert.deepEqual(read_, {
    environment: { DB_PASSWORD: 'password' },
    values: { 'database.password': 'password' },
    onChange: 'SIGHUP',
    refreshMs: 3_600_000,
    timeoutMs: 5000,
  })
  assert.deepEqual(
    spec.dependsOn.map(({ service }) => service),
    ['db', 'vault'],
  )
  assert.equal(dependsOn.length, 1)
})

test('sources below a service of Compose are read, and not noted as what octo leaves aside', async (t) => {
  const local = { services: { web: { command: ['/bin/web'], secrets: [{ ...VAULT, args: ARGS }] } } }
  const found = (await read(t, { local })).services[0]?.spec
  assert.ok(!isCoded(found))
  assert.deepEqual([found?.secrets.length, found?.leftAside], [1, []])
})

test('secrets of Compose stay those of Compose', async (t) => {
  for (const own of [['db'], [{ source: 'db', target: '/run/db' }]])
    assert.deepEqual(await sources(t, { local: { services: { web: { command: ['/bin/web'], secrets: own } } } }), [])
})

const OURS = { services: { web: web([{ args: { path: 'a' } }]) }, octoctl: { secrets: VAULT } }

const ELSEWHERE: readonly (readonly [what: string, local: object, fetched: object])[] = [
  ['brings a source of the project', { services: { web: web([{ args: {} }]) } }, { octoctl: { secrets: VAULT } }],
  ['brings one in v1', { services: { web: web([{ args: {} }]) } }, { operator: { secrets: VAULT } }],
  ['gives a service a source', OURS, { services: { web: { octocompose: { secrets: [VAULT] } } } }],
  ['gives one in v1', OURS, { operator: { services: { web: { secrets: true } } } }],
  [
    'says where the server is, by a value',
    {
      octoctl: { secrets: { tool: 'v', args: { address: '{{.configs.vault.address}}', token: 't' } } },
      services: { web: web(true) },
    },
    { configs: { vault: { address: 'https://evil.example' } } },
  ],
  [
    'decides where the server is, by a condition',
    {
      services: {
        web: web([
          { tool: 'v', args: { address: '{{if .configs.x}}https://a.example{{else}}https://b.example{{end}}' } },
        ]),
      },
    },
    { configs: { x: true } },
  ],
  [
    'names the program that is given them',
    { services: { web: { octocompose: { secrets: [VAULT] } } } },
    { services: { web: { octocompose: { plugin: 'thief' } } } },
  ],
  [
    'says which version of the plugin is asked',
    OURS,
    { services: { other: { octocompose: { health: [{ tool: 'vault-client@1.0.0', args: [] }] } } } },
  ],
]

for (const [what, local, fetched] of ELSEWHERE)
  test(`a document from elsewhere that ${what} is refused, and named`, async (t) => {
    const error = await expectCodeAsync('CONFIG_INVALID', () => sources(t, { local, fetched }))
    assert.match(error.message, /^`https:\/\/x\.example\/shared\.yaml` line \d+: a document from elsewhere may not /)
  })

test('what elsewhere says of secrets among the keys of Compose counts nowhere', async (t) => {
  for (const secrets of [[VAULT], ['db'], VAULT]) {
    const given = {
      local: { services: { web: { command: ['/bin/web'] } } },
      fetched: { services: { web: { secrets } } },
    }
    assert.deepEqual(await sources(t, given), [])
  }
})

test('no value from elsewhere stands beside a secret in the config of a service', async (t) => {
  const given = (path: string, value: object, local: object = {}) => ({
    local: {
      services: { web: web([{ ...VAULT, values: { [path]: 'password' } }], { config: { file: 'json' } }) },
      configs: { web: { database: { user: 'shop', ...local } } },
    },
    fetched: { configs: { web: value } },
  })
  for (const [path, value] of [
    ['database.password', { database: { host: 'evil.example' } }],
    ['database.password', { database: { hosts: ['evil.example'] } }],
    ['password', { host: 'evil.example' }],
  ] as const) {
    const error = await expectCodeAsync('CONFIG_INVALID', () => sources(t, given(path, value)))
    assert.match(
      error.message,
      /shared\.yaml` line \d+: a document from elsewhere may not say what stands beside a secret/,
    )
  }
  assert.equal((await sources(t, given('database.password', { colour: 'red' }))).length, 1)
  const own = given('database.password', { database: { host: 'evil.example' } }, { host: 'db.example' })
  assert.equal((await sources(t, own)).length, 1)
})

test('no value from elsewhere goes to a service beside a secret that is a variable', async (t) => {
  const given = (value: object, file: object = { config: { file: 'json' } }) => ({
    local: {
      services: { web: web([{ ...VAULT, environment: { DB_PASSWORD: 'password' } }], file) },
      configs: { web: { colour: 'red' } },
    },
    fetched: { configs: { web: value } },
  })
  for (const value of [{ host: 'evil.example' }, { a: { b: [{ host: 'evil.example' }] } }]) {
    const error = await expectCodeAsync('CONFIG_INVALID', () => sources(t, given(value)))
    assert.match(error.message, /may not say what stands beside a secret of service `web`/)
    assert.equal((await sources(t, given(value, {}))).length, 1, 'a config that is not handed over says nothing to it')
  }
  assert.equal((await sources(t, given({ colour: 'blue' }))).length, 1, 'the local one counts')
})
