// `octo config show`, as it is typed.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { showCommand } from '../../../../client/commands/config/show.ts'
import { openTerminal } from '../../../../terminal/terminal.ts'
import { collectedStreams } from '../../../support/machine/collected-streams.ts'
import { tempFolder } from '../../../support/machine/temp-folder.ts'
import { octoIn } from '../../../support/octo/in-process-octo.ts'

const FILES = {
  'octo.yaml': `include: [base.yaml]
configs: {web: {port: 8080}}
services:
  web:
    ports: ["{{.configs.web.port}}:80"]
    environment: {WHO: "{{.env.WHO}}", DB: "postgres://app:hush@db/app", API_TOKEN: hush}
`,
  'base.yaml': 'configs: {web: {port: 1, host: h}}\nservices: {web: {image: a/b}}\n',
  'other.yaml': 'name: other\n',
}

function aProject(t: TestContext, files: Readonly<Record<string, string>> = FILES) {
  const folder = tempFolder(t)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const env = { WHO: 'hush' }
  return { folder, env, show: (...words: string[]) => octoIn({ cwd: folder, env }, ['config', 'show', ...words]) }
}

test('all documents are one, with templates filled in and no secret, as YAML', async (t) => {
  const { show } = aProject(t)
  assert.deepEqual(await show(), {
    code: 0,
    stderr: '',
    stdout: `include:
  - base.yaml
configs:
  web:
    port: 8080
    host: h
services:
  web:
    ports:
      - "8080:80"
    environment:
      WHO: "***"
      DB: "postgres://app:***@db/app"
      API_TOKEN: "***"
    image: a/b
`,
  })
})

test('a part is shown by its path, as JSON too, and `--json` means the same', async (t) => {
  const { show } = aProject(t)
  assert.equal((await show('configs.web')).stdout, 'port: 8080\nhost: h\n')
  const json = await show('services.web', '--format', 'json')
  assert.deepEqual(JSON.parse(json.stdout), {
    ports: ['8080:80'],
    environment: { WHO: '***', DB: 'postgres://app:***@db/app', API_TOKEN: '***' },
    image: 'a/b',
  })
  assert.equal((await show('services.web', '--json')).stdout, json.stdout)
  assert.equal((await show('configs.web.port')).stdout, '8080\n')
})

test('as TOML it is the same config, with places as remarks, and what TOML cannot say is refused', async (t) => {
  const { show, folder } = aProject(t)
  const { stdout } = await show('services.web', '-f', 'toml', '--origin')
  assert.equal(
    stdout,
    `ports = [
  "8080:80",  # octo.yaml:5 by {{.configs.web.port}}:80
]
image = "a/b"  # base.yaml:2

[environment]
WHO = "***"  # octo.yaml:6 by {{.env.WHO}}
DB = "postgres://app:***@db/app"  # octo.yaml:6
API_TOKEN = "***"  # octo.yaml:6
`,
  )
  writeFileSync(join(folder, 'shown.toml'), (await show('-f', 'toml')).stdout)
  const again = await octoIn({ cwd: folder }, ['config', 'show', '-c', 'shown.toml', '--json'])
  assert.deepEqual(JSON.parse(again.stdout), JSON.parse((await show('--json')).stdout))
  writeFileSync(join(folder, 'other.yaml'), 'name: other\nservices: {web: {environment: {A: ~}}}\n')
  const refused = await show('-c', 'other.yaml', '-f', 'toml')
  assert.deepEqual([refused.code, refused.stdout], [78, ''])
  assert.match(refused.stderr, /line 2: `services\.web\.environment\.A` is null[\s\S]*--format yaml/)
  assert.equal((await show('configs.web.port', '-f', 'toml')).code, 78)
})

test('`--origin` says where each value was written, as remarks and as data', async (t) => {
  const { show } = aProject(t)
  assert.equal(
    (await show('services.web', '--origin')).stdout,
    `ports:
  - "8080:80"                        # octo.yaml:5 by {{.configs.web.port}}:80
environment:
  WHO: "***"                         # octo.yaml:6 by {{.env.WHO}}
  DB: "postgres://app:***@db/app"    # octo.yaml:6
  API_TOKEN: "***"                   # octo.yaml:6
image: a/b                           # base.yaml:2
`.replaceAll(/ {4}#/g, '  #'),
  )
  const { stdout } = await show('--origin', '--json')
  const { configs, services } = JSON.parse(stdout)
  assert.deepEqual(configs.web.host, { value: 'h', origin: { file: 'base.yaml', line: 1, column: 26 } })
  assert.deepEqual(services.web.ports[0], {
    value: '8080:80',
    origin: { file: 'octo.yaml', line: 5, column: 13 },
    template: '{{.configs.web.port}}:80',
  })
  assert.equal(services.web.environment.WHO.value, '***')
})

test('no way of showing lets a secret out where nobody watches', async (t) => {
  const { show } = aProject(t)
  for (const words of [
    [],
    ['--json'],
    ['--origin'],
    ['--origin', '--json'],
    ['services.web.environment'],
    ['--verbose'],
  ]) {
    const { stdout, stderr } = await show(...words)
    assert.doesNotMatch(stdout + stderr, /hush/, words.join(' '))
  }
  const refused = await show('--reveal')
  assert.deepEqual([refused.code, refused.stdout], [64, ''])
  assert.match(refused.stderr, /`--reveal` shows secrets on a terminal only/)
})

test('on a terminal `--reveal` shows them', async (t) => {
  const { folder } = aProject(t)
  const before = { cwd: process.cwd(), who: process.env.WHO }
  t.after(() => {
    process.chdir(before.cwd)
    delete process.env.WHO
  })
  process.chdir(folder)
  process.env.WHO = 'you'
  const streams = collectedStreams({ tty: true })
  const options = { reveal: true }
  await showCommand({ args: ['services.web.environment'], options, terminal: openTerminal({}, streams) })
  assert.equal(streams.stdout(), 'WHO: you\nDB: postgres://app:hush@db/app\nAPI_TOKEN: hush\n')
})

const refusals: readonly (readonly [words: readonly string[], code: number, says: RegExp])[] = [
  [['--format', 'xml'], 64, /`xml` is no format, expected `yaml`, `json` or `toml`/],
  [['--json', '--format', 'yaml'], 64, /contradict each other/],
  [['a', 'b'], 64, /too many arguments/],
  [['services.wbe'], 66, /did you mean `services.web`\?/],
  [['-c', 'none.yaml'], 78, /CONFIG_NOT_FOUND/],
]

for (const [words, code, says] of refusals)
  test(`refuses \`octo config show ${words.join(' ')}\``, async (t) => {
    const { show } = aProject(t)
    const refused = await show(...words)
    assert.deepEqual([refused.code, refused.stdout], [code, ''])
    assert.match(refused.stderr, says)
  })

test('another config is shown by `-c`, and an empty one says so', async (t) => {
  const { show } = aProject(t, { ...FILES, 'empty.yaml': '# nothing\n' })
  assert.equal((await show('-c', 'other.yaml')).stdout, 'name: other\n')
  const empty = await show('-c', 'empty.yaml')
  assert.deepEqual([empty.code, empty.stdout], [66, ''])
})

test('what octo warns of stands beside, and is an error in CI', async (t) => {
  const { folder } = aProject(t, { 'octo.yaml': 'servces: {web: {}}\n' })
  const typed = (env: Record<string, string>) => octoIn({ cwd: folder, env }, ['config', 'show'])
  const warned = await typed({})
  assert.deepEqual([warned.code, warned.stdout], [0, 'servces:\n  web: {}\n'])
  assert.match(warned.stderr, /unknown key `servces`.*did you mean `services`\?/)
  assert.equal((await typed({ CI: 'true' })).code, 78)
})

test('nobody is asked for a value that is not shown, and it is hidden', async (t) => {
  const prompts = 'octoctl: {prompts: [{name: Word, type: password, var: WORD}, {var: SURE, type: confirm}]}\n'
  const services = 'services: {web: {image: a, environment: {A: "{{.env.WORD}}", B: "{{.env.SURE}}"}}}\n'
  const { folder } = aProject(t, { 'octo.yaml': `${prompts}${services}` })
  const octo = (...words: string[]) => octoIn({ cwd: folder }, words)
  assert.deepEqual(await octo('config', 'show', 'services.web.environment'), {
    ...{ code: 0, stderr: '', stdout: 'A: "***"\nB: "***"\n' },
  })
  assert.equal((await octo('config', 'validate')).code, 0)
  assert.equal((await octo('list')).code, 0)
  const refused = await octo('check')
  assert.equal(refused.code, 78, 'what runs something needs it')
  assert.match(refused.stderr, /ANSWER_MISSING.*environment variable WORD/s)
})
