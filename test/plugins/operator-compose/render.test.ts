// What operator-compose makes of a config: compared byte by byte, and with the schema of the Compose specification.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import type { Dialect } from '../../../plugins/operator-compose/features.ts'
import { FEATURES } from '../../../plugins/operator-compose/features.ts'
import { render } from '../../../plugins/operator-compose/render.ts'
import type { OperatorConfig } from '../../../sdk/operator/index.ts'
import { OperatorProblem, parseOperatorConfig } from '../../../sdk/operator/index.ts'
import { composeProblems } from '../../support/builders/compose-schema.ts'
import { anOperatorConfig, withService } from '../../support/builders/operator-config.ts'

const read = (name: string) => readFileSync(new URL(`./golden/${name}`, import.meta.url), 'utf8')
const shop = () => parseOperatorConfig(read('shop.json'))
const made = (config: OperatorConfig, dialect: Dialect = 'compose 2') => render(config, FEATURES[dialect], '/state')
// biome-ignore lint/suspicious/noExplicitAny: a document that is looked into
const composeOf = (config: OperatorConfig, dialect?: Dialect): any => parse(made(config, dialect).text)

for (const dialect of Object.keys(FEATURES) as Dialect[])
  test(`the shop for ${dialect} is the one that is kept, and fits the specification`, () => {
    const { text, project, files, notes } = made(shop(), dialect)
    assert.equal(text, read(`shop.${dialect.replace(' ', '-')}.yaml`))
    assert.equal(project, 'shop_s_d_e03982a1')
    assert.deepEqual([...files], [['/state/configs/web.yaml', '"port": 8080\n"greeting": "costs $5"\n"on": "yes"\n']])
    assert.deepEqual(notes, [
      'check `check-mail` of service `api` is no health check of a container, `octo check` runs it',
      'service `checked-elsewhere` has no image, it is left out',
    ])
    assert.deepEqual(composeProblems(parse(text)), [])
    assert.equal(made(shop(), dialect).text, text)
  })

test('readers of YAML 1.1 and 1.2 find the same in it', () => {
  const { text } = made(shop())
  assert.deepEqual(parse(text, { version: '1.1' }), parse(text, { version: '1.2' }))
})

test('every text reaches the container as the config says it', () => {
  for (const word of [
    '$',
    '$$',
    '${A}',
    '$A',
    'a$$b',
    "it's",
    '"',
    '\\',
    '\n',
    '#',
    ': ',
    'yes',
    '1:30',
    '0777',
    '~',
    '\u2028',
    'ü',
    '\u0085',
    '😀',
  ]) {
    const { services } = composeOf(withService({ command: [word], environment: { A: word } }))
    const undoubled = (text: string) => text.replaceAll('$$', '$')
    assert.deepEqual(services.web.command.map(undoubled), [word])
    assert.equal(undoubled(services.web.environment.A), word)
  }
})

const NAMES: readonly (readonly [string, RegExp])[] = [
  ['shop', /^shop$/],
  ['a1_b', /^a1_b$/],
  ['shop-1', /^shop_1_[0-9a-f]{8}$/],
  ['Shop', /^shop_[0-9a-f]{8}$/],
  ['_shop', /^shop_[0-9a-f]{8}$/],
  ['../..', /^project_[0-9a-f]{8}$/],
  ['x'.repeat(80), /^x{50}_[0-9a-f]{8}$/],
]
for (const [name, project] of NAMES)
  test(`the project \`${name.slice(0, 20)}\` has a name that every program keeps as it is`, () => {
    assert.match(made(anOperatorConfig({ name })).project, project)
  })

test('projects whose names differ in what programs drop stay apart', () => {
  const projects = ['my-shop', 'my_shop', 'myshop', 'My Shop', 'my shop', 'my.shop'].map(
    (name) => made(anOperatorConfig({ name })).project,
  )
  assert.equal(new Set(projects).size, projects.length)
})

const PROBES: readonly (readonly [string, unknown, RegExp | undefined])[] = [
  ['check-tcp', { port: 5432 }, /nc -z -w 5 localhost 5432.*\/dev\/tcp\/localhost\/5432/],
  ['check-tcp', ['--port', 5432], /nc -z -w 5 localhost 5432/],
  ['check-tcp', ['--port=5432'], /nc -z -w 5 localhost 5432/],
  ['check-tcp', [5432], /nc -z -w 5 localhost 5432/],
  ['check-tcp', { address: 'db:5432' }, /nc -z -w 5 db 5432/],
  ['check-tcp', { address: '[::1]:5432' }, /nc -z -w 5 ::1 5432/],
  ['check-tcp', { port: 1, network: 'unix' }, undefined],
  ['check-tcp', { port: 1, 'crit-after': '1s' }, undefined],
  ['check-tcp', { port: 70000 }, undefined],
  ['check-tcp', {}, undefined],
  ['check-tcp', { port: [1, 2] }, undefined],
  ['check-tcp', { address: '$(reboot):80' }, undefined],
  [
    'check-server-url',
    { url: 'http://localhost:8080/x' },
    /curl -fsSL -m 5 -o \/dev\/null http:\/\/localhost:8080\/x.*wget/,
  ],
  ['check-server-url', { url: "http://localhost/';reboot;'" }, /'http:\/\/localhost:80\/'\\'';reboot;'\\'''/],
  ['check-server-url', { url: 'https://localhost', insecure: true }, /curl -fsSLk .*--no-check-certificate/],
  ['check-server-url', { address: 'localhost:9', plaintext: true, endpoint: '/z' }, /http:\/\/localhost:9\/z/],
  ['check-server-url', { address: 'localhost:9', endpoint: '/z' }, /https:\/\/localhost:9\/z/],
  ['check-server-url', { url: 'tcp://localhost:9' }, /nc -z/],
  ['check-server-url', { url: 'unix:///run/x.sock' }, undefined],
  ['check-server-url', { url: 'http://localhost', status: '204' }, undefined],
  ['check-server-url', { url: 'http://localhost', 'body-contains': 'ok' }, undefined],
  ['check-server-url', { url: 'http://user:secret@localhost' }, undefined],
  ['check-server-url', { url: 'http://localhost', method: 'HEAD' }, undefined],
  ['check-server-url', { url: 'not an address' }, undefined],
  ['check-grpc', { url: 'grpc://localhost:9' }, /grpc_health_probe -addr=localhost:9;/],
  ['check-grpc', { address: 'localhost:9', plaintext: true, service: 'a.B' }, /-addr=localhost:9 -service=a\.B/],
  ['check-grpc', { address: 'localhost:9' }, undefined],
  ['check-grpc', { url: 'grpc://localhost:9', endpoint: '/my.Health/Check' }, undefined],
  ['check-orbdrpc', { address: 'localhost:9' }, undefined],
  ['my/own', { port: 1 }, undefined],
]
for (const [tool, args, command] of PROBES)
  test(`${tool} with ${JSON.stringify(args)} is ${command ? 'asked in the container' : 'left to `octo check`'}`, () => {
    const config = withService({ octocompose: { health: [{ tool, args, timeout: '5s' }] } })
    const { healthcheck } = composeOf(config).services.web
    if (!command) return assert.deepEqual([healthcheck, made(config).notes.length], [undefined, 1])
    assert.equal(healthcheck.test[0], 'CMD-SHELL')
    assert.match(healthcheck.test[1].replaceAll('$$', '$'), command)
  })

test('the health check of the service itself counts before its checks', () => {
  const own = { test: ['CMD', 'true'], start_interval: '1s' }
  const config = withService({ healthcheck: own, octocompose: { health: [{ tool: 'check-tcp', args: [1] }] } })
  assert.deepEqual(composeOf(config).services.web.healthcheck, own)
  assert.deepEqual(composeOf(config, 'compose 1').services.web.healthcheck, { test: ['CMD', 'true'] })
  assert.match(made(config, 'compose 1').notes.join(), /`start_interval` of service `web` is left out/)
})

test('what a plugin of another repo asks is not what the one of `core` with its name asks', () => {
  const asking = (tool: string) =>
    made(withService({ octocompose: { health: [{ tool, args: { port: 1, url: 'http://localhost:1/' } }] } }))
  for (const name of ['check-tcp', 'check-server-url', 'check-grpc']) {
    const { text, notes } = asking(`acme/${name}@^1`)
    assert.equal(parse(text).services.web.healthcheck, undefined)
    assert.match(notes.join(), new RegExp(`check \`acme/${name}\` of service \`web\` is no health check`))
  }
  const tcp = (tool: string) => composeOf(withService({ octocompose: { health: [{ tool, args: { port: 1 } }] } }))
  assert.deepEqual(tcp('core/check-tcp@^1'), tcp('check-tcp'))
  assert.ok(tcp('check-tcp').services.web.healthcheck)
  const init = [{ tool: 'acme/run-service', args: ['migrate'] }]
  assert.deepEqual(Object.keys(composeOf(withService({ octocompose: { init } })).services), ['web'])
})

test('steps of `init` run one after the other, each once, before the service', () => {
  const steps = [
    { tool: 'run-service', args: ['migrate'] },
    { tool: 'operator-run', args: { args: ['seed', '-v'] } },
  ]
  const { services } = composeOf(withService({ ports: ['1:1'], container_name: 'w', octocompose: { init: steps } }))
  const done = { condition: 'service_completed_successfully' }
  assert.deepEqual(Object.keys(services), ['web-init', 'web-init-2', 'web'])
  assert.deepEqual([services['web-init'].command, services['web-init-2'].command], [['migrate'], ['seed', '-v']])
  assert.deepEqual(services['web-init-2'].depends_on, { 'web-init': done })
  assert.deepEqual(services.web.depends_on, { 'web-init': done, 'web-init-2': done })
  assert.deepEqual(
    [services['web-init'].ports, services['web-init'].container_name, services['web-init'].restart],
    [undefined, undefined, 'no'],
  )
})

const REFUSED: readonly (readonly [string, OperatorConfig, RegExp])[] = [
  [
    'nothing to start',
    anOperatorConfig({ services: { web: { octocompose: {} } } }),
    /no service of the config has an image/,
  ],
  ['a service that extends another', withService({ extends: { service: 'db' } }), /has `extends`/],
  ['a name that is none', anOperatorConfig({ services: { 'a b': { image: 'x' } } }), /`a b` is no name/],
  ['a dependency that is not started', withService({ depends_on: ['db'] }), /depends on `db`, which is not among/],
  [
    'a dependency that is switched off',
    anOperatorConfig({ services: { web: { image: 'x', depends_on: ['db'] }, db: { image: 'y', enabled: false } } }),
    /depends on `db`/,
  ],
  ['a config that is nowhere', withService({ configs: ['nothing'] }), /config `nothing` is neither below `configs`/],
  ['a config outside of its folder', withService({ configs: ['../../etc/passwd'] }), /names no source/],
  [
    'two services of one name',
    anOperatorConfig({
      services: {
        web: { image: 'x', octocompose: { init: [{ tool: 'run-service', args: ['a'] }] } },
        'web-init': { image: 'y' },
      },
    }),
    /two services would be called `web-init`/,
  ],
  [
    'an image of a repo without a name',
    anOperatorConfig({ repos: { services: { web: { docker: { tag: '1' } } } } }),
    /has no `image`/,
  ],
]
for (const [what, config, problem] of REFUSED)
  test(`refused: ${what}`, () => {
    assert.throws(
      () => made(config),
      (error) => error instanceof OperatorProblem && problem.test(error.message),
    )
  })

test('a dependency that may be missing is left out where it is, and options that a program refuses as well', () => {
  const depends = {
    db: { condition: 'service_started', restart: true },
    cache: { condition: 'healthy', required: false },
  }
  const config = anOperatorConfig({ services: { web: { image: 'x', depends_on: depends }, db: { image: 'y' } } })
  assert.deepEqual(composeOf(config).services.web.depends_on, { db: { condition: 'service_started', restart: true } })
  assert.deepEqual(composeOf(config, 'compose 1').services.web.depends_on, { db: { condition: 'service_started' } })
})

test('a secret from a variable is refused where the program would pass over it', () => {
  const config = anOperatorConfig({ secrets: { token: { environment: 'TOKEN' } } })
  assert.deepEqual(composeOf(config).secrets, { token: { environment: 'TOKEN' } })
  assert.throws(() => made(config, 'compose 1'), /secret `token` comes from a variable/)
})

test('files of repos are mounted where they lie', () => {
  const config = anOperatorConfig({
    repos: { files: { csp: { path: '/cache/csp.yaml' } } },
    services: { web: { image: 'x', configs: [{ source: 'csp', target: '/etc/csp.yaml' }] } },
  })
  assert.deepEqual(composeOf(config).configs, { csp: { file: '/cache/csp.yaml' } })
  assert.deepEqual(composeOf(config, 'podman-compose').services.web.volumes, [
    { type: 'bind', source: '/cache/csp.yaml', target: '/etc/csp.yaml', read_only: true },
  ])
})

test('a host that is more than a name becomes no command of a container', () => {
  for (const args of [{ host: 'x/1; evil #', port: 80 }, { host: '-eevil', port: 80 }, { address: 'a$(evil):80' }]) {
    const health = [
      { tool: 'check-tcp', args },
      { tool: 'check-server-url', args: { url: 'tcp://a;$(evil):80' } },
    ]
    const services = { web: { image: 'x', octocompose: { health } } }
    const { text, notes } = made(parseOperatorConfig(JSON.stringify({ name: 'shop', services })))
    assert.doesNotMatch(text, /evil|healthcheck/)
    assert.match(notes.join(), /no health check of a container/)
  }
})
