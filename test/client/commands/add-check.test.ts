// `octo add PLUGIN --service NAME`: a check in the config that fits the plugin's schema, and a file that is otherwise as it was.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { checkArguments } from '../../../client/commands/add/check-arguments.ts'
import { checkPlace } from '../../../client/commands/add/check-place.ts'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { appendToYaml } from '../../../schemas/yaml/append.ts'
import { expectCode, expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aRelease, issueKey } from '../../support/builders/test-authority.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import { startStaticRegistry } from '../../support/registry/static-registry.ts'

const SCHEMA = {
  type: 'object',
  properties: {
    port: { type: 'integer', minimum: 1, maximum: 65_535, description: 'where it listens' },
    host: { type: 'string' },
    mode: { enum: ['tcp', 'udp'] },
    tls: { type: 'boolean' },
    headers: { type: 'array', items: { type: 'string' } },
    password: { type: 'string', minLength: 40, writeOnly: true },
  },
  required: ['port', 'mode'],
  additionalProperties: false,
}

async function aPlace(t: TestContext) {
  const key = issueKey()
  const manifest = { arguments: SCHEMA, category: 'health' }
  const registry = await startStaticRegistry(t, [
    await aRelease(key, { version: '1.2.3', manifest }),
    await aRelease(key, { plugin: 'plain', manifest: { category: 'preflight' } }),
    await aRelease(key, {
      plugin: 'teller',
      manifest: { category: 'notification', output: 'notify/v1', input: 'json' },
    }),
    await aRelease(key, { plugin: 'unsure', manifest: { category: 'other' } }),
  ])
  const folder = tempFolder(t)
  const config = join(folder, 'octo.yaml')
  const repos = `repos: {core: {url: "${registry.url()}", keys: [${publicKeyLine(key.trustKey)}]}}`
  const read = () => readFileSync(config, 'utf8')
  const write = (text: string) => writeFileSync(config, text)
  const octo = (...words: readonly string[]) =>
    octoIn({ cwd: folder, env: { OCTO_HOME: join(folder, 'store'), PASSWORD: 'x' } }, words)
  return { registry, folder, config, repos, read, write, octo, key }
}

const FITTING = ['--args', 'port=8080', '--args', 'mode=tcp'] as const

test('a check is written with typed arguments, locked, and run', async (t) => {
  const { octo, read, write, repos } = await aPlace(t)
  const text = `# ours\noperator:\n  ${repos} # one\n\n# end\n`
  write(text)
  const added = await octo('add', 'hello', '--service', 'web', ...FITTING, '--args', 'headers=["a","b"]')
  assert.equal(added.code, 0, added.stderr)
  assert.match(added.stderr, /`web` is a new service/)
  assert.equal(
    added.stdout,
    'added hello@^1.2.3 to operator.services.web.health, locked at core/hello 1.2.3; `octo check web` runs it\n',
  )
  const lines = [
    '  services:',
    '    web:',
    '      health:',
    '        - tool: hello@^1.2.3',
    '          args:',
    '            port: 8080',
    '            mode: tcp',
    '            headers:',
    '              - a',
    '              - b',
  ]
  assert.equal(read(), text.replace('# one\n', `# one\n${lines.join('\n')}\n`))
  const second = await octo('add', 'core/plain', '--service', 'web', '--json')
  const { tool, service, phase, at, version } = JSON.parse(second.stdout).added
  assert.deepEqual(
    [tool, service, phase, at, version],
    ['core/plain@^1.0.0', 'web', 'preflight', 'operator.services.web.preflight', '1.0.0'],
  )
  const checked = await octo('check', 'web', '--frozen')
  assert.equal(checked.code, 0, checked.stdout)
  const written = read()
  const again = await octo('add', 'hello', '--service', 'web', ...FITTING, '--args', 'headers=["a","b"]')
  assert.deepEqual([again.code, read()], [73, written])
  assert.match(again.stderr, /has the check `hello@\^1\.2\.3` with these arguments already.*`octo check web` runs it/s)
  const other = await octo('add', 'hello', '--service', 'web', ...FITTING)
  assert.equal(other.code, 0, other.stderr)
})

test('a pin and the locked version are kept to, without a network', async (t) => {
  const { octo, read, write, repos, registry, key } = await aPlace(t)
  write(`operator:\n  ${repos}\n  plugins: {hello: ^1}\n`)
  assert.equal((await octo('lock')).code, 0)
  registry.publish(await aRelease(key, { version: '1.9.0' }))
  registry.requests.length = 0
  const added = await octo('add', 'hello', '--service', 'web', ...FITTING)
  assert.match(added.stdout, /^added hello to .*, locked at core\/hello 1\.2\.3;/)
  assert.ok(read().includes('        - tool: hello\n'))
  assert.deepEqual(registry.requests, [])
})

type Refused = readonly [what: string, words: readonly string[], code: number, says: RegExp]

test('what does not fit, is no check or is a secret as it is changes nothing', async (t) => {
  const { octo, write, read, repos, folder } = await aPlace(t)
  const text = `operator:\n  ${repos}\n`
  write(text)
  const rows: readonly Refused[] = [
    [
      'all that is missing',
      ['hello'],
      78,
      /`port` is missing; `mode` is missing.*`--args port=VALUE --args mode=VALUE`.*octo info hello/s,
    ],
    ['out of bounds', ['hello', '--args', 'port=0', '--args', 'mode=tcp'], 78, /`port` must be >= 1/],
    ['no number', ['hello', '--args', 'port=x', '--args', 'mode=tcp'], 78, /`port` must be integer/],
    ['none of the values', ['hello', '--args', 'port=1', '--args', 'mode=x'], 78, /`mode` is none of `tcp`, `udp`/],
    ['no argument', ['hello', ...FITTING, '--args', 'prot=1'], 78, /`prot` is no argument, did you mean `port`/],
    ['no name', ['hello', '--args', '=1'], 64, /expected `--args NAME=VALUE`/],
    ['twice', ['hello', '--args', 'port=1', '--args', 'port=2'], 64, /`port` is given twice/],
    ['no JSON', ['hello', ...FITTING, '--args', 'headers=[a'], 64, /`headers` is no JSON/],
    [
      'a secret',
      ['hello', ...FITTING, '--args', 'password=hunter2'],
      64,
      /^(?!.*hunter2).*`password` is a secret.*password=\{\{\.env\.NAME\}\}/s,
    ],
    ['no check', ['teller'], 64, /is no check.*`octo info teller`/s],
    ['no phase', ['unsure'], 64, /category `other`.*--phase preflight/s],
    ['another phase', ['hello', ...FITTING, '--phase', 'later'], 64, /no phase `later`/],
    ['no plugin', ['helo'], 66, /PLUGIN_NOT_FOUND/],
  ]
  for (const [what, words, code, says] of rows) {
    const found = await octo('add', '--service', 'web', ...words)
    assert.equal(found.code, code, `${what}: ${found.stderr}`)
    assert.match(found.stderr, says, what)
    assert.equal(read(), text, what)
    assert.ok(!existsSync(join(folder, 'octo.lock')), what)
  }
  const stray = await octo('add', 'hello', '--args', 'port=1')
  assert.match(stray.stderr, /`--args` is for a check.*octo add check-tcp --service web/s)
})

test('a secret is written as what names it, whatever its schema asks of the value', async (t) => {
  const { octo, write, read, repos } = await aPlace(t)
  write(`operator:\n  ${repos}\n`)
  const added = await octo('add', 'hello', '--service', 'web', ...FITTING, '--args', 'password={{.env.PASSWORD}}')
  assert.equal(added.code, 0, added.stderr)
  assert.ok(read().includes('            password: "{{.env.PASSWORD}}"\n'), read())
})

test('on a terminal what is required is asked for, again where it does not fit', async () => {
  const schema = { ...SCHEMA, required: ['port', 'mode', 'tls', 'password'] }
  const asked: { readonly name: string; readonly type: string; readonly options: readonly string[] }[] = []
  const answers = ['http', 'udp', 'true', 'DB_PASSWORD', '80']
  const ask = async (question: (typeof asked)[0]) => {
    asked.push(question)
    return answers.shift() ?? assert.fail()
  }
  const args = await checkArguments({ plugin: 'hello', schema, words: ['host=db'], ask })
  assert.deepEqual(args, { host: 'db', port: 80, mode: 'udp', tls: true, password: '{{.env.DB_PASSWORD}}' })
  assert.deepEqual(
    asked.map(({ type }) => type),
    ['text', 'select', 'confirm', 'text', 'text'],
  )
  assert.deepEqual(asked[1]?.options, ['tcp', 'udp'])
  assert.match(asked[0]?.name ?? '', /^port · integer 1–65535 · where it listens$/)
  assert.match(asked[3]?.name ?? '', /^password · the environment variable that holds it$/)
  assert.match(asked[4]?.name ?? '', /^port .* must be integer/)
  const stubborn = () => checkArguments({ plugin: 'hello', schema: SCHEMA, words: ['mode=tcp'], ask: async () => 'x' })
  await expectCodeAsync('ARGUMENTS_INVALID', stubborn)
})

test('a secret that is typed where the name of its variable is asked for is written nowhere, and not repeated', async () => {
  const schema = { ...SCHEMA, required: ['password'] }
  for (const typed of ['hunter2!', '', 'a b', '1PASSWORD', '{{.env.X}}', 'X}}{{.env.Y']) {
    const asking = () => checkArguments({ plugin: 'hello', schema, words: [], ask: async () => typed })
    const { message, hint = '', details } = await expectCodeAsync('USAGE', asking)
    assert.match(message, /`password` is a secret, expected the name of an environment variable/)
    if (typed !== '') assert.ok(![message, hint, JSON.stringify(details)].join(' ').includes(typed), typed)
  }
})

const PLACES: readonly (readonly [text: string, path: string, isNew: boolean])[] = [
  ['', 'operator.services.web.preflight', true],
  ['operator: {repos: {}}', 'operator.services.web.preflight', true],
  ['operator: {services: {web: {}}}', 'operator.services.web.preflight', false],
  ['operator: {services: {web: {preflightCheck: []}}}', 'operator.services.web.preflightCheck', false],
  ['operator: {services: {web: {validate: []}}}', 'operator.services.web.validate', false],
  ['octoctl: {repos: {}}', 'services.web.octocompose.validate', true],
  ['repos: {include: []}', 'services.web.octocompose.validate', true],
  ['services: {web: {image: nginx}}', 'services.web.octocompose.validate', false],
  ['services: {web: {image: nginx, octocompose: {preflight: []}}}', 'services.web.octocompose.preflight', false],
  ['services: {web: {health: [{tool: x}]}}', 'services.web.preflight', false],
  ['services: {db: {image: x}}', 'services.web.octocompose.validate', true],
  ['services: {db: {health: [{tool: x}]}}', 'services.web.preflight', true],
]

test(`a check stands where its service does, in every format (${PLACES.length})`, () => {
  for (const [text, path, isNew] of PLACES) {
    const place = checkPlace({ path: 'octo.yaml', text, isNew: false }, 'web', 'preflight')
    assert.deepEqual([place.path.join('.'), place.isNew], [path, isNew], text)
  }
})

const APPENDED: readonly (readonly [before: string, after: string])[] = [
  ['a:\n  b:\n    - x: 1 # one\n# end\n', 'a:\n  b:\n    - x: 1 # one\n    - y: 2\n# end\n'],
  ['a:\n  b:\n  - x: 1\n  - x: 2\nc: 1\n', 'a:\n  b:\n  - x: 1\n  - x: 2\n  - y: 2\nc: 1\n'],
  ['a: {b: [{x: 1}]} # two\n', 'a: {b: [{x: 1}, {y: 2}]} # two\n'],
  ['a: {b: []}\n', 'a: {b: [{y: 2}]}\n'],
  ['a:\n  b: [\n    {x: 1},\n  ]\n', 'a:\n  b: [\n    {x: 1}, {y: 2},\n  ]\n'],
  ['a:\n  b:\n', 'a:\n  b:\n    - y: 2\n'],
  ['a:\n  c: 1', 'a:\n  c: 1\n  b:\n    - y: 2\n'],
  ['', 'a:\n  b:\n    - y: 2\n'],
  ['a:\n  b:\n    - |\n      text\n\nc: 1\n', 'a:\n  b:\n    - |\n      text\n    - y: 2\n\nc: 1\n'],
  ['a:\n  b:\n    - - 1\n', 'a:\n  b:\n    - - 1\n    - y: 2\n'],
]

test(`an item is put behind the last of its list, and nothing else changes (${APPENDED.length})`, () => {
  for (const [before, after] of APPENDED)
    assert.equal(appendToYaml(before, ['a', 'b'], { y: 2 }, 'octo.yaml'), after, before)
  const windows = 'a:\r\n  b:\r\n    - x: 1\r\n'
  assert.equal(appendToYaml(windows, ['a', 'b'], { y: 2 }, 'octo.yaml'), `${windows}    - y: 2\r\n`)
  const json = '{"a": {"b": [{"x": 1}]}}'
  assert.equal(appendToYaml(json, ['a', 'b'], { y: 2 }, 'octo.json'), '{"a": {"b": [{"x": 1}, {"y":2}]}}')
  for (const text of ['a: {b: text}', 'a: {b: {}}', 'x: &x [1]\na: {b: *x}'])
    expectCode('CONFIG_INVALID', () => appendToYaml(text, ['a', 'b'], { y: 2 }, 'octo.yaml'))
})
