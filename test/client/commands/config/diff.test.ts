// `octo config diff`, as it is typed.
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { parse } from 'smol-toml'
import { tempFolder } from '../../../support/machine/temp-folder.ts'
import { octoIn } from '../../../support/octo/in-process-octo.ts'
import type { Served } from '../../../support/peers/document-server.ts'
import { aDocumentServer } from '../../../support/peers/document-server.ts'

const FILES = {
  'octo.yaml': `include: [base.yaml]
configs: {web: {port: 8080}}
services:
  web:
    ports: ["{{.configs.web.port}}:80"]
    environment: {API_TOKEN: old}
`,
  'base.yaml': 'configs: {web: {host: h}}\nservices: {web: {image: a/b}}\n',
  'prod.yaml': `include: [base.yaml]
configs: {web: {port: 9090}}
services:
  web:
    ports: ["{{.configs.web.port}}:80", "443:443"]
    environment: {API_TOKEN: new}
`,
}

function aProject(t: TestContext, files: Readonly<Record<string, string>> = FILES) {
  const folder = tempFolder(t)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const octo = (...words: string[]) => octoIn({ cwd: folder }, words)
  return { folder, octo, diff: (...words: string[]) => octo('config', 'diff', ...words) }
}

test('another config is compared value by value, with secrets hidden, and exit code 1', async (t) => {
  const { diff } = aProject(t)
  assert.deepEqual(await diff('prod.yaml'), {
    code: 1,
    stderr: '',
    stdout: `- configs.web.port: 8080
+ configs.web.port: 9090
- services.web.ports.0: "8080:80"
+ services.web.ports.0: "9090:80"
+ services.web.ports.1: "443:443"
- services.web.environment.API_TOKEN: "***"
+ services.web.environment.API_TOKEN: "***"
`,
  })
  assert.deepEqual(await diff('-c', 'prod.yaml', 'prod.yaml'), {
    ...{ code: 0, stdout: '', stderr: 'both configs say the same\n' },
  })
})

test('two configs are compared with each other, and not with the one that lies here', async (t) => {
  const { folder, diff } = aProject(t)
  writeFileSync(join(folder, 'staging.yaml'), 'configs: {web: {port: 7070}}\n')
  writeFileSync(join(folder, 'live.yaml'), 'configs: {web: {port: 7071}}\n')
  const stdout = '- configs.web.port: 7070\n+ configs.web.port: 7071\n'
  assert.deepEqual(await diff('staging.yaml', 'live.yaml'), { code: 1, stderr: '', stdout })
  assert.equal((await diff('live.yaml', 'live.yaml')).code, 0)
  const contradiction = await diff('staging.yaml', 'live.yaml', '-c', 'prod.yaml')
  assert.equal(contradiction.code, 64)
  assert.match(contradiction.stderr, /two configs .* and `--config` contradict each other/)
})

test('`--origin` says where both values stand, and the template that made them', async (t) => {
  const { diff } = aProject(t)
  const { stdout } = await diff('prod.yaml', '--origin')
  assert.match(stdout, /^- configs\.web\.port: 8080 {2}# octo\.yaml:2$/m)
  assert.match(stdout, /^\+ configs\.web\.port: 9090 {2}# prod\.yaml:2$/m)
  assert.match(stdout, /^\+ services\.web\.ports\.0: "9090:80" {2}# prod\.yaml:5 by \{\{\.configs\.web\.port\}\}:80$/m)
})

test('each format of data holds the same differences, and none of them a secret', async (t) => {
  const { diff } = aProject(t)
  const [json, toml, yaml] = [
    await diff('prod.yaml', '--json'),
    await diff('prod.yaml', '-f', 'toml'),
    await diff('prod.yaml', '-f', 'yaml', '--origin'),
  ]
  assert.deepEqual([json.code, toml.code, yaml.code], [1, 1, 1])
  const { same, differences } = JSON.parse(json.stdout)
  assert.equal(same, false)
  assert.deepEqual(differences[0], { path: ['configs', 'web', 'port'], from: 8080, to: 9090 })
  assert.deepEqual(differences.at(-1), {
    path: ['services', 'web', 'environment', 'API_TOKEN'],
    from: '***',
    to: '***',
  })
  const dotted = differences.map(({ path, ...rest }: { path: string[] }) => ({ path: path.join('.'), ...rest }))
  assert.deepEqual(JSON.parse(JSON.stringify(parse(toml.stdout))), { same: false, differences: dotted })
  assert.match(yaml.stdout, /- path: services\.web\.ports\.1\n {4}to: "443:443" +# prod\.yaml:5\n/)
  const withOrigins = JSON.parse((await diff('prod.yaml', '--json', '--origin')).stdout).differences[0]
  assert.deepEqual(withOrigins.from, { value: 8080, origin: { file: 'octo.yaml', line: 2, column: 17 } })
  for (const { stdout, stderr } of [json, toml, yaml]) assert.doesNotMatch(stdout + stderr, /\b(?:old|new)\b/)
})

test('`--without` says what an included document brings', async (t) => {
  const { diff } = aProject(t)
  const { code, stdout } = await diff('--without', 'base.yaml')
  assert.deepEqual([code, stdout], [1, '+ configs.web.host: h\n+ services.web.image: a/b\n'])
})

const A = '/a.yaml'
const one = 'services: {web: {health: [{tool: check-tcp, args: {port: 1}}]}}\n'
const two = 'services: {web: {health: [{tool: check-tcp, args: {port: 2}}]}}\n'

async function aWebProject(t: TestContext, documents: Record<string, Served>) {
  const server = await aDocumentServer(t, documents)
  return { ...server, ...aProject(t, { 'octo.yaml': `include: ["${server.url}${A}"]\n` }) }
}

test('alone it compares what fetched documents said when octo last read them with what they say now', async (t) => {
  const documents: Record<string, Served> = { [A]: { text: one, etag: '"1"' } }
  const { octo, diff, url, stop } = await aWebProject(t, documents)
  const never = await diff()
  assert.equal(never.code, 78)
  assert.match(never.stderr, /there is no copy of `http.*a\.yaml` from an earlier run to compare with/)
  assert.match(never.stderr, /`octo config show` once/)

  await octo('config', 'show')
  const same = await diff()
  assert.deepEqual([same.code, same.stdout], [0, ''])
  assert.match(same.stderr, /say what they said when octo last read them/)

  documents[A] = { text: two, etag: '"2"' }
  const changed = '- services.web.health.0.args.port: 1\n+ services.web.health.0.args.port: 2\n'
  for (const _ of ['first', 'and again, as comparing keeps nothing']) {
    const { code, stdout } = await diff()
    assert.deepEqual([code, stdout], [1, changed])
  }
  const { stdout } = await diff('--origin')
  assert.match(stdout, new RegExp(`^\\+ .*: 2 {2}# ${url}${A}:1$`, 'm'))

  await octo('config', 'show')
  assert.equal((await diff()).code, 0)
  await stop()
  assert.equal((await diff()).code, 69, 'a server that is down says nothing, also not that all is as it was')
})

test('a config of local documents alone has nothing to be compared with by itself', async (t) => {
  const { diff } = aProject(t)
  const { code, stdout, stderr } = await diff()
  assert.deepEqual([code, stdout], [0, ''])
  assert.match(stderr, /has no fetched documents; name another config/)
})

test('what differs only in the environment differs, and is not shown', async (t) => {
  const { diff } = aProject(t, {
    'octo.yaml': 'services: {web: {environment: {A: "{{.env.HOME}}"}}}\n',
    'other.yaml': 'services: {web: {environment: {A: "{{.env.PATH}}"}}}\n',
  })
  const { code, stdout } = await diff('other.yaml')
  assert.deepEqual([code, stdout], [1, '- services.web.environment.A: "***"\n+ services.web.environment.A: "***"\n'])
})

const refusals: readonly (readonly [words: readonly string[], code: number, says: RegExp])[] = [
  [['--format', 'xml'], 64, /`xml` is no format, expected `text`, `yaml`, `json` or `toml`/],
  [['--json', '--format', 'yaml', 'prod.yaml'], 64, /contradict each other/],
  [['prod.yaml', '--without', 'base.yaml'], 64, /two questions/],
  [['--offline'], 64, /nothing to compare it with/],
  [['--without', 'none.yaml'], 78, /no document of the config includes `.*none\.yaml`/],
  [['none.yaml'], 78, /CONFIG_NOT_FOUND/],
  [['empty.yaml', '-f', 'toml'], 78, /`differences\.\d+\.\w+|is null, and TOML has none/],
]

for (const [words, code, says] of refusals)
  test(`refuses \`octo config diff ${words.join(' ')}\``, async (t) => {
    const { diff, folder } = aProject(t, { ...FILES, 'empty.yaml': 'services: {web: {environment: {A: ~}}}\n' })
    rmSync(join(folder, 'none.yaml'), { force: true })
    const refused = await diff(...words)
    assert.deepEqual([refused.code, refused.stdout], [code, ''])
    assert.match(refused.stderr, says)
  })
