// How services are run, as the three formats and Compose say it, and what of it a document from elsewhere may say.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { stringify } from 'yaml'
import type { OctoConfig } from '../../../config/model/config.ts'
import { requestsOf } from '../../../config/model/requests.ts'
import type { ServiceSpec } from '../../../config/model/service-spec.ts'
import { isCoded } from '../../../schemas/errors.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aName } from '../../support/builders/names.ts'
import { readFiles } from '../../support/machine/config-files.ts'

const WEB = 'https://x.example/shared.yaml'

type Given = { readonly local: unknown; readonly fetched?: unknown; readonly env?: Record<string, string> }

function read(t: TestContext, { local, fetched, env = {} }: Given): Promise<OctoConfig> {
  const include = fetched === undefined ? {} : { include: [WEB] }
  return readFiles(
    t,
    { 'octo.yaml': stringify({ ...include, ...(local as object) }) },
    { env, fetchText: async () => stringify(fetched) },
  )
}

async function spec(t: TestContext, given: Given): Promise<ServiceSpec> {
  const found = (await read(t, given)).services.find(({ name }) => name === 'web')?.spec
  if (isCoded(found)) throw found
  assert.ok(found)
  return found
}

const inAllPlaces = (service: object) => [
  { operator: { services: { web: service } } },
  { services: { web: service } },
  { services: { web: { octocompose: service } } },
]

test('a service says how it is run in each of the three formats', async (t) => {
  const service = {
    command: ['/bin/web', '--port', 80],
    environment: { A: 1, B: 'x y' },
    depends_on: { db: { condition: 'service_healthy' }, cache: null },
    restart: { policy: 'always', max_attempts: 3 },
    stop: { signal: 'int', timeout: '3s', target: 'group' },
    replicas: 2,
    start_period: '1m',
  }
  for (const local of inAllPlaces(service))
    assert.deepEqual(await spec(t, { local }), {
      program: { kind: 'command', argv: ['/bin/web', '--port', '80'] },
      environment: { A: '1', B: 'x y' },
      dependsOn: [
        { service: 'db', condition: 'healthy', isOptional: false },
        { service: 'cache', condition: 'started', isOptional: false },
      ],
      restart: { policy: 'always', maxAttempts: 3 },
      stop: { signal: 'SIGINT', timeoutMs: 3000, target: 'group' },
      replicas: 2,
      startPeriodMs: 60_000,
      secrets: [],
      leftAside: [],
    })
})

test('what is not said has its default, and a plugin is asked for like any other', async (t) => {
  const repos = { core: { url: 'https://x.example/repos/core.yaml', trust: 'unsigned' } }
  const local = { operator: { repos, services: { web: { plugin: 'core/nats@^2', args: { port: 4222 } } } } }
  const { program, ...rest } = await spec(t, { local })
  assert.deepEqual(rest, {
    environment: {},
    dependsOn: [],
    restart: { policy: 'no' },
    stop: { signal: 'SIGTERM', timeoutMs: 10_000, target: 'main' },
    replicas: 1,
    startPeriodMs: 10_000,
    secrets: [],
    leftAside: [],
  })
  assert.deepEqual(program.kind === 'plugin' && program.arguments, { kind: 'map', value: { port: 4222 }, texts: {} })
  assert.deepEqual(requestsOf(await read(t, { local })), [{ plugin: 'nats', repo: 'core', range: '^2' }])
})

const READ: readonly (readonly [what: string, service: object, expected: Partial<ServiceSpec>])[] = [
  ['a text without anything a shell would read', { command: 'node a.js  --x=1' }, argv('node', 'a.js', '--x=1')],
  [
    'a list of variables',
    { command: ['x'], env: ['A=1', 'B=a=b', 'C='] },
    { environment: { A: '1', B: 'a=b', C: '' } },
  ],
  ['variables of the caller', { command: ['x'], env: ['HOST', 'NONE'] }, { environment: { HOST: 'h' } }],
  ['a variable of the caller in a map', { command: ['x'], env: { HOST: null } }, { environment: { HOST: 'h' } }],
  ['a value with a template', { command: ['x'], env: { A: 'at {{.env.HOST}}' } }, { environment: { A: 'at h' } }],
  ['templates in words', { command: ['{{.env.HOST}}', 'p={{.configs.web.port}}'] }, argv('h', 'p=80')],
  ['a list of names', { command: ['x'], depends_on: ['db'] }, depends(['db', 'started'])],
  [
    'a v1 list',
    { command: ['x'], depends: [{ service: 'db' }, { health: 'db' }] },
    depends(['db', 'started'], ['db', 'healthy']),
  ],
  [
    'a v1 item that says both',
    {
      command: ['x'],
      depends: [
        { service: 'a', health: 'b', 'x-why': 'both' },
        { service: null, health: 'b' },
      ],
    },
    depends(['a', 'started'], ['b', 'healthy']),
  ],
  [
    'Compose: what only Compose does',
    { command: ['x'], depends_on: { m: { restart: true, 'x-why': 'its own' } } },
    depends(['m', 'started']),
  ],
  [
    'Compose: completed',
    { command: ['x'], depends_on: { m: { condition: 'service_completed_successfully' } } },
    depends(['m', 'completed']),
  ],
  [
    'Compose: not required',
    { command: ['x'], depends_on: { m: { required: false } } },
    { dependsOn: [{ service: 'm', condition: 'started', isOptional: true }] },
  ],
  [
    'Compose: on-failure:4',
    { command: ['x'], restart: 'on-failure:4' },
    { restart: { policy: 'on-failure', maxAttempts: 4 } },
  ],
  ['`no` of YAML 1.1', { command: ['x'], restart: false }, { restart: { policy: 'no' } }],
  [
    'Compose: how it is stopped',
    { command: ['x'], stop_signal: 'SIGQUIT', stop_grace_period: '1m30s' },
    { stop: { signal: 'SIGQUIT', timeoutMs: 90_000, target: 'main' } },
  ],
  [
    'values as a file',
    { command: ['x'], config: { file: 'json' } },
    { configFile: { format: 'json', value: { port: 80, at: 'h:80' } } },
  ],
  [
    'its own words beside an image',
    { image: 'i', command: ['in-image'], octocompose: { command: ['here'] } },
    argv('here'),
  ],
  [
    'what only the container beside it is asked for',
    { image: 'i', user: 'nobody', env_file: '.env', octocompose: { command: ['here'] } },
    { ...argv('here'), leftAside: [] },
  ],
  ['keys that are left empty', { command: ['x'], user: null, volumes: null, working_dir: null }, { leftAside: [] }],
  ['the stronger place', { command: ['weaker'], octocompose: { command: ['stronger'] } }, argv('stronger')],
]

function argv(program: string, ...words: string[]): Partial<ServiceSpec> {
  return { program: { kind: 'command', argv: [program, ...words] } }
}

function depends(...edges: (readonly [string, 'started' | 'healthy' | 'completed'])[]): Partial<ServiceSpec> {
  return { dependsOn: edges.map(([service, condition]) => ({ service, condition, isOptional: false })) }
}

test(`forms that are read (${READ.length})`, async (t) => {
  const configs = { web: { port: 80, at: '{{.env.HOST}}:{{.configs.web.port}}' } }
  for (const [what, service, expected] of READ) {
    const found = await spec(t, { local: { configs, services: { web: service } }, env: { HOST: 'h' } })
    for (const [key, value] of Object.entries(expected)) assert.deepEqual(found[key as keyof ServiceSpec], value, what)
  }
})

test('words of two documents become no command', async (t) => {
  const files = {
    'octo.yaml': 'include: [base.yaml]\nservices: {web: {command: [--more]}}\n',
    'base.yaml': 'services: {web: {command: [/bin/web]}}\n',
  }
  const found = (await readFiles(t, files)).services[0]?.spec
  assert.ok(isCoded(found, 'CONFIG_INVALID'))
  assert.match(found.message, /`command` is said by two documents/)
})

test('what a container is given and a program here is not is noted, with its place', async (t) => {
  const { leftAside } = await spec(t, {
    local: { services: { web: { command: ['x'], volumes: ['a:/b'], ports: ['1:1'] } } },
  })
  assert.deepEqual(
    leftAside.map(({ key, place }) => [key, place.line]),
    [['volumes', 5]],
  )
})

const ELSEWHERE: readonly (readonly [what: string, given: Given, expected: RegExp | Partial<ServiceSpec>])[] = [
  ['a command', given({}, { command: ['evil'] }), /elsewhere may not say what program service `web` runs/],
  ['a command for a local service', given({ command: ['mine'] }, { command: ['evil'] }), argv('mine')],
  ['more words of a command', given({ command: ['mine'] }, { command: ['--evil'] }), argv('mine')],
  ['a plugin in place of a command', given({ command: ['mine'] }, { plugin: 'evil' }), argv('mine')],
  ['variables', given({ command: ['mine'] }, { environment: { NODE_OPTIONS: '--import=evil' } }), { environment: {} }],
  ['a variable of the caller', given({ command: ['mine'], env: [] }, { env: ['HOST'] }), { environment: {} }],
  [
    'how a local service ends',
    given({ command: ['mine'] }, { stop: { timeout: '9h' }, restart: 'always', replicas: 9 }),
    { restart: { policy: 'no' }, replicas: 1, stop: { signal: 'SIGTERM', timeoutMs: 10_000, target: 'main' } },
  ],
  [
    'arguments of a local plugin',
    given({ plugin: 'mine' }, { args: ['--evil'] }),
    {
      program: {
        kind: 'plugin',
        request: { plugin: aName('mine') },
        arguments: { kind: 'map', value: {}, texts: {} },
      },
    },
  ],
  [
    'a part of a word',
    given({ command: ['x', '{{.configs.web.port}}'] }, {}, { port: 'evil' }),
    /may not say a part of what is run/,
  ],
  [
    'a part of a folder',
    given({ command: ['x'], working_dir: '/{{.configs.web.port}}' }, {}, { port: 'evil' }),
    /may not say a part/,
  ],
]

function given(local: object, fetched: object, configs: object = {}): Given {
  return {
    local: { services: { web: local } },
    fetched: { services: { web: fetched }, configs: { web: configs } },
    env: { HOST: 'h' },
  }
}

test(`a document from elsewhere chooses no command, variable or folder, and nothing of a local service (${ELSEWHERE.length})`, async (t) => {
  for (const [what, one, expected] of ELSEWHERE) {
    const found = await spec(t, one).catch((error: unknown) => error)
    if (expected instanceof RegExp) {
      assert.ok(isCoded(found, 'CONFIG_INVALID'), what)
      assert.match(found.message, expected, what)
    } else {
      assert.ok(!isCoded(found), what)
      for (const [key, value] of Object.entries(expected))
        assert.deepEqual((found as ServiceSpec)[key as keyof ServiceSpec], value, what)
    }
  }
})

test('a service of a fetched document may be a proven plugin, which local values fill in', async (t) => {
  const repos = { core: { url: 'https://x.example/repos/core.yaml', trust: 'unsigned' } }
  const service = { plugin: 'nats', args: { port: 1 }, restart: 'always', environment: { A: 'theirs' } }
  const found = await spec(t, {
    local: { operator: { repos, services: { web: { restart: 'no', environment: { B: 'mine' } } } } },
    fetched: { operator: { services: { web: service } } },
  })
  assert.equal(found.program.kind, 'plugin')
  assert.deepEqual([found.restart.policy, found.environment], ['no', { B: 'mine' }])
  assert.deepEqual(
    found.leftAside.map(({ key }) => key),
    ['environment'],
  )
})

test('a service from elsewhere names no repo and no range that a local document would not', async (t) => {
  const repos = {
    core: { url: 'https://x.example/repos/core.yaml', trust: 'unsigned' },
    evil: { url: 'https://evil.example/repos/evil.yaml', trust: 'unsigned' },
  }
  const local = { operator: { repos, plugins: { nats: { repo: 'core' } } } }
  for (const plugin of ['evil/nats', 'nats@1', 'evil/other'])
    await expectCodeAsync('CONFIG_INVALID', () =>
      read(t, { local, fetched: { operator: { services: { web: { plugin } } } } }),
    )
  await expectCodeAsync('REPO_NOT_FOUND', () =>
    read(t, { local: { operator: { repos, services: { web: { plugin: 'none/nats' } } } } }),
  )
})
