// Names on this machine, hostile ones among them: what comes out is of the form that names have, printable and bounded.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { layoutOf } from '../../client/store/layout.ts'
import { answer } from '../../completion/answer.ts'
import { openKnownNames } from '../../completion/known-names.ts'
import { scanConfig } from '../../completion/scan-config.ts'
import { commandTable } from '../../programs.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'

const commands = await commandTable()
const URL_OF_CORE = 'https://x.example/repos/core.yaml'

function aFolder(t: TestContext, files: Readonly<Record<string, string>> = {}) {
  const cwd = tempFolder(t)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text)
  const env = { OCTO_HOME: join(cwd, 'store'), HOME: join(cwd, 'home') }
  const known = openKnownNames({ cwd, env })
  const ask = (line: string) => answer(['__complete', 'bash', '', line], { cwd, env, commands })
  const offered = (line: string) =>
    ask(line)
      .split('\n')
      .slice(1, -1)
      .map((row) => row.split('\t')[0])
  return { cwd, env, known, ask, offered }
}

const entry = (version: unknown, url: unknown = URL_OF_CORE) => ({ version, url, platforms: {} })
const lockOf = (plugins: object) => JSON.stringify({ format: 'octo.lock/v1', plugins })

const HOSTILE_NAMES = [
  ...['core/$(touch X)', 'core/`id`', 'core/a b', "core/a'b", 'core/a"b', 'core/;ls', 'core/-rf', 'core/--help'],
  ...[
    'core/a\nb',
    'core/a\u001b[31m',
    'core/../x',
    '../x',
    'core/__proto__',
    'core',
    'core/',
    `core/${'x'.repeat(65)}`,
  ],
  ...['$(id)/good', 'core/A', 'core/ü', 'core/a\u202eb', ''],
]

test('of a lockfile full of hostile names only those are offered that can be names', (t) => {
  const named = Object.fromEntries(HOSTILE_NAMES.map((name) => [name, entry('1.0.0')]))
  const { offered } = aFolder(t, { 'octo.yaml': '', 'octo.lock': lockOf({ ...named, 'core/good': entry('1.0.0') }) })
  assert.deepEqual(offered('octo run '), ['good', 'core/good'])
})

const BROKEN_LOCKS: Readonly<Record<string, string>> = {
  'no JSON': '{',
  'a list': '[]',
  null: 'null',
  'no plugins': '{}',
  'plugins that are a text': '{"plugins":"x"}',
  'plugins that are null': '{"plugins":null}',
  'an entry that is null': '{"plugins":{"core/a":null}}',
  'an entry that is a number': '{"plugins":{"core/a":7}}',
  'a version that is code': lockOf({ 'core/a': entry('$(id)', '$(id)') }),
  'an address that is none': lockOf({ 'core/a': entry('1.0.0', 'file:///etc/passwd') }),
  'deep JSON': `${'['.repeat(50_000)}`,
  'too large': `${lockOf({})}${' '.repeat(9 * 1024 * 1024)}`,
}
for (const [what, text] of Object.entries(BROKEN_LOCKS))
  test(`a lockfile with ${what} is no trouble`, (t) => {
    const { ask } = aFolder(t, { 'octo.yaml': '', 'octo.lock': text })
    for (const line of ['octo run ', 'octo run a@', 'octo run core/a@'])
      assert.match(ask(line), /^words\n(?:(?:core\/)?a(?:@1\.0\.0)?\t[ -~]*\n)*$/)
  })

test('a lockfile that is a folder, a pipe or a broken link is no trouble', (t) => {
  for (const make of [
    (path: string) => mkdirSync(path),
    (path: string) => symlinkSync('/nonexistent', path),
    (path: string) => void execFileSync('mkfifo', [path]),
  ]) {
    const { cwd, ask } = aFolder(t, { 'octo.yaml': '' })
    make(join(cwd, 'octo.lock'))
    assert.equal(ask('octo run '), 'words\n')
  }
})

test('versions come from the lockfile and from the document in the store, without those that are withdrawn', (t) => {
  const { env, offered, cwd } = aFolder(t, { 'octo.yaml': '', 'octo.lock': lockOf({ 'core/tcp': entry('1.1.0') }) })
  const layout = layoutOf(env.OCTO_HOME)
  mkdirSync(layout.documents, { recursive: true })
  const version = (text: string, state = 'active') => ({ version: text, state })
  const versions = [
    version('1.2.0'),
    version('1.1.0'),
    version('1.0.0', 'yanked'),
    version('$(id)'),
    { version: 7 },
    null,
  ]
  const url = 'https://x.example/repos/core/tcp.json'
  const write = (text: string) => writeFileSync(layout.document(url), text)
  write(JSON.stringify({ url, text: JSON.stringify({ versions: versions.slice(0, -1) }) }))
  assert.deepEqual(offered('octo run tcp@'), ['tcp@1.1.0', 'tcp@1.2.0'])
  assert.deepEqual(offered('octo run core/tcp@1.2'), ['core/tcp@1.2.0'])
  for (const broken of [
    '',
    '{',
    'null',
    '{"text":7}',
    '{"text":"null"}',
    JSON.stringify({ text: JSON.stringify({ versions }) }),
  ]) {
    write(broken)
    assert.deepEqual(offered('octo run tcp@'), ['tcp@1.1.0'], broken)
  }
  assert.ok(cwd)
})

test('names of services and plugins are found in configs of all generations', () => {
  const v1 = [
    'operator:',
    '  repos: {core: {url: x}}',
    '  plugins:',
    '    pinned: ^1',
    '    mapped: {version: ^2}',
    '  services:',
    '    web: # the web',
    '      health:',
    '        - tool: core/check-tcp@^1',
    '        - {tool: check-url, args: {a: 1}}',
    '      services: {x: 1}',
    '    "data-base":',
    '      plugin: api@2 # a service',
  ].join('\n')
  assert.deepEqual(scanConfig(v1), {
    services: ['web', 'data-base'],
    plugins: ['pinned', 'mapped', 'check-tcp', 'check-url', 'api'],
  })
  const v3 =
    'repos:\n  include: []\nservices:\n  db:\n    image: x\n  $(id):\n  "a b":\n  a\u001bb:\n# no:\nnetworks:\n  x:\n'
  assert.deepEqual(scanConfig(v3).services, ['db'])
  for (const odd of [
    '',
    '\n',
    'services:',
    'services: {a: 1}',
    '\tservices:\n\ta:',
    `services:\n${'  a:\n'.repeat(10)}`,
  ])
    assert.ok(scanConfig(odd).services.length <= 1)
})

test('services of every script are offered, in quotes or without, and none with what writes to a terminal', (t) => {
  const config = [
    'services:',
    '  büro:',
    '    plugin: api',
    '  "größe.v2-neu":',
    "  'データ-1': {}",
    '  cafe\u0301:',
    '  -dash:',
    '  .dot:',
    '  a\u202eb:',
    '  "ü b":',
    '  ü$(id):',
    '  "a\\u0301":',
    '  last-one.2:',
  ].join('\n')
  const { offered } = aFolder(t, { 'octo.yaml': config })
  assert.deepEqual(offered('octo start '), ['büro', 'größe.v2-neu', 'データ-1', 'cafe\u0301', 'last-one.2'])
  assert.deepEqual(offered('octo start b'), ['büro'])
  assert.deepEqual(scanConfig(config).plugins, ['api'])
})

test('files are offered as they are typed, folders with a slash, and none that a terminal would not show', (t) => {
  const { cwd, known, offered } = aFolder(t, {
    'octo.yaml': '',
    'a b.yaml': '',
    '.hidden': '',
    '$(touch X)': '',
    'esc\u001b[2J': '',
  })
  mkdirSync(join(cwd, 'home/inner'), { recursive: true })
  symlinkSync(join(cwd, 'home'), join(cwd, 'linked'))
  const all = known.files('').map(({ text }) => text)
  assert.deepEqual(all, ['$(touch X)', 'a b.yaml', 'home/', 'linked/', 'octo.yaml'])
  assert.deepEqual(
    known.files('', 'folders').map(({ text }) => text),
    ['home/', 'linked/'],
  )
  assert.deepEqual(
    known.files('.').map(({ text }) => text),
    ['.hidden'],
  )
  assert.deepEqual(
    known.files('~/').map(({ text }) => text),
    ['~/inner/'],
  )
  assert.deepEqual(
    known.files('./o').map(({ text }) => text),
    ['./octo.yaml'],
  )
  assert.deepEqual(known.files('none/').length, 0)
  assert.deepEqual(offered('octo check --config=octo'), ['--config=octo.yaml'])
})

test('no answer is longer than what a shell shows at once, and every line has one meaning', (t) => {
  const many = Object.fromEntries(Array.from({ length: 3000 }, (_, at) => [`core/p${at}`, entry('1.0.0')]))
  const { ask } = aFolder(t, { 'octo.yaml': '', 'octo.lock': lockOf(many) })
  const lines = ask('octo run ').split('\n')
  assert.equal(lines.length, 1002)
  for (const line of lines.slice(1, -1)) assert.match(line, /^[a-z0-9/-]+\t[ -~]{0,100}$/)
})

test('what no script asks has no answer', (t) => {
  const { cwd, env } = aFolder(t)
  for (const argv of [
    ['__complete'],
    ['__complete', 'tcsh', '', 'octo '],
    ['__complete', 'bash', '', 'x'.repeat(70_000)],
  ])
    assert.equal(answer(argv, { cwd, env, commands }), '')
})
