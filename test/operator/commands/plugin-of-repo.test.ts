// `octo plugin` with plugins of repos: proven as all are, and in one list with those of folders and of octo itself.
import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import type { Behaviour } from '../../support/builders/service-plugin.ts'
import { LISTER, servicePluginText, writeServicePlugin } from '../../support/builders/service-plugin.ts'
import { aRelease, issueKey } from '../../support/builders/test-authority.ts'
import { filesBelow, tempFolder } from '../../support/machine/temp-folder.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import { startStaticRegistry } from '../../support/registry/static-registry.ts'

const LIST = '{"repository": {"type": "Twin/v1"}, "last": ""}'
const MANIFEST = { kind: 'service', protocol: 'ocm' } as const
const CONFIGURED = {
  capabilities: JSON.stringify({ ...JSON.parse(LISTER), supportedConfigTypes: ['twin.config/v1', 'more.config/v1'] }),
}

type Recipe = { readonly pins?: string; readonly more?: string; readonly behaviour?: Behaviour }

/** A repo with the service plugin `twin`, one with the same type that lies in a folder, and a tool. */
async function aPlace(t: TestContext, { pins = 'twin: ^1, hello: "*"', more = '', behaviour = {} }: Recipe = {}) {
  const key = issueKey()
  const folder = tempFolder(t)
  for (const name of ['plugins', 'tmp']) mkdirSync(join(folder, name))
  writeServicePlugin(join(folder, 'plugins'), 'neighbour')
  const bytes = Buffer.from(servicePluginText(behaviour))
  const file = { bytes, runtime: { name: 'sh' } } as const
  const releases = [
    await aRelease(key, { plugin: 'twin', manifest: MANIFEST, platforms: { any: file } }),
    await aRelease(key, { plugin: 'hello' }),
  ]
  const registry = await startStaticRegistry(t, releases)
  const repos = `{core: {url: "${registry.url()}", keys: [${publicKeyLine(key.trustKey)}]}}`
  const text = `operator:\n  repos: ${repos}\n  plugins: {${pins}}\n  pluginDirectories: [{path: ./plugins, trust: unsigned}]\n${more}`
  writeFileSync(join(folder, 'octo.yaml'), text)
  const env = { OCTO_HOME: join(folder, 'store'), TMPDIR: join(folder, 'tmp') }
  const type = (...words: string[]) => octoIn({ cwd: folder, env }, ['plugin', ...words])
  return { folder, key, registry, bytes, type, octo: (...words: string[]) => octoIn({ cwd: folder, env }, words) }
}

type Row = {
  readonly name: string
  readonly origin: { readonly kind: string; readonly repo?: string; readonly version?: string }
  readonly proof: string
  readonly state: string
  readonly error?: { readonly code: string; readonly message: string }
}

const inShort = ({ name, origin, proof, state }: Row) => [name, origin.kind, proof, state]

test('a tool that is pinned is called no service plugin, and nobody is told to pin it', async (t) => {
  const { type, octo } = await aPlace(t)
  const words = [
    ['serve', 'hello'],
    ['inspect', 'hello'],
    ['check', 'hello'],
    ['call', '/x', '{}', '--plugin', 'hello'],
  ]
  for (const each of words) {
    const { code, stderr } = await type(...each)
    assert.equal(code, 66, stderr)
    assert.match(stderr, /PLUGIN_NOT_FOUND\]: `hello`, which the config pins, is no service plugin/)
    assert.match(stderr, /hint: `octo info hello` shows/)
  }
  assert.equal((await octo('info', 'hello')).code, 0)
  assert.match((await type('inspect', 'helo')).stderr, /one of a repo is pinned below/)
})

test('plugins of a repo, of a folder and of octo itself stand in one list', async (t) => {
  const { type, registry, folder } = await aPlace(t)
  const rows = JSON.parse((await type('ls', '--json')).stdout) as Row[]
  assert.deepEqual(rows.map(inShort), [
    ['twin', 'repo', 'signature', 'usable'],
    ['neighbour', 'folder', 'folder', 'usable'],
    ['octo-logins', 'built in', 'built in', 'usable'],
  ])
  assert.deepEqual([rows[0]?.origin.repo, rows[0]?.origin.version], ['core', '1.0.0'])
  assert.ok(existsSync(join(folder, 'octo.lock')))
  assert.deepEqual(
    registry.requests.filter((path) => path.includes('hello_')),
    [],
    'what speaks another protocol is not fetched',
  )
  const { stdout } = await type('ls')
  assert.match(stdout, /twin +componentLister of Twin\/v1 +core 1\.0\.0 +signed for its repo +usable/)
})

test('a plugin of a repo is inspected, asked and checked, and needs no registry once it is there', async (t) => {
  const { type, registry } = await aPlace(t)
  const shown = await type('inspect', 'twin')
  assert.equal(shown.code, 0, shown.stderr)
  assert.match(shown.stdout, /^twin sha256:.*\ncore 1\.0\.0\n/)
  const asked = registry.requests.length
  const again = ['--frozen', '--offline']
  const { code, stdout, stderr } = await type('call', 'listComponents', LIST, '--plugin', 'twin', ...again)
  assert.equal(code, 0, stderr)
  assert.deepEqual(JSON.parse(stdout).list, ['a'])
  const checked = await type('check', 'twin', '--json', ...again)
  assert.equal(JSON.parse(checked.stdout).plugin, 'twin')
  assert.match(checked.stdout, /says where it listens, and is well/)
  assert.equal(registry.requests.length, asked)
})

test('a type that two plugins have is an error that names both, and a name says which is meant', async (t) => {
  const { type } = await aPlace(t)
  const { code, stderr } = await type('call', 'listComponents', LIST)
  assert.equal(code, 78)
  assert.match(stderr, /error\[NAME_AMBIGUOUS\].*`twin \(componentLister\)`, `neighbour \(componentLister\)`/)
})

test('a name that two plugins have is that of the repo, and the list says where both are', async (t) => {
  const { type, folder } = await aPlace(t)
  const path = writeServicePlugin(join(folder, 'plugins'), 'twin', { answers: {} })
  const [first, , second] = JSON.parse((await type('ls', '--json')).stdout) as Row[]
  assert.deepEqual([first?.state, second?.state, second?.error?.code], ['usable', 'refused', 'PLUGIN_NAME_TAKEN'])
  const { message = '' } = second?.error ?? {}
  assert.ok(message.includes('repo `core`') && message.includes(path), message)
  assert.equal((await type('call', 'listComponents', LIST, '--plugin', 'twin')).code, 0)
})

test('a plugin of a repo whose bytes are not what was proven does not run, not even to be asked what it can do', async (t) => {
  const { type, octo, folder, bytes } = await aPlace(t)
  const trace = join(folder, 'trace')
  assert.equal((await octo('install')).code, 0)
  const other = Buffer.from(`touch '${trace}'\n`.padEnd(bytes.length))
  const store = join(folder, 'store')
  const copies = filesBelow(store).filter((path) => readFileSync(join(store, path)).equals(bytes))
  assert.ok(copies.length > 0)
  for (const path of copies) {
    chmodSync(join(store, path), 0o755)
    writeFileSync(join(store, path), other)
  }
  const { code, stderr } = await type('call', 'listComponents', LIST, '--plugin', 'twin', '--frozen', '--offline')
  assert.notEqual(code, 0)
  assert.match(stderr, /error\[STORE_CORRUPT\]/)
  assert.equal(existsSync(trace), false)
})

test('a pinned plugin that cannot be had is shown with its reason, and takes nothing from the others', async (t) => {
  const { type } = await aPlace(t, { pins: 'nowhere: "*", twin: ^1' })
  const rows = JSON.parse((await type('ls', '--json')).stdout) as Row[]
  assert.deepEqual(rows.map(inShort)[0], ['nowhere', 'repo', 'none', 'refused'])
  assert.equal(rows[0]?.error?.code, 'PLUGIN_NOT_FOUND')
  assert.deepEqual(rows.map(inShort)[1], ['twin', 'repo', 'signature', 'usable'])
  const { stderr } = await type('call', 'listComponents', LIST, '--plugin', 'nowhere')
  assert.match(stderr, /error\[PLUGIN_NOT_FOUND\]/)
})

test('a service plugin is no program that `octo run` starts, and the error says what is', async (t) => {
  const { octo } = await aPlace(t)
  const { code, stderr } = await octo('run', 'twin')
  assert.notEqual(code, 0)
  assert.match(stderr, /is a service plugin, which answers calls and is not run by itself\n.*octo plugin inspect twin/s)
})

const CONFIGURATION = '{type: twin.config/v1, endpoint: "https://example.com"}'

test('a plugin is given the configurations of its pin behind those of the documents that the config and the command line name', async (t) => {
  const { type, folder } = await aPlace(t, {
    behaviour: CONFIGURED,
    pins: `twin: {version: ^1, configurations: [${CONFIGURATION}]}`,
    more: '  ocmConfig: [./ocm.yaml, $OCM_CONFIG]\n',
  })
  const document = (entries: string) => `type: generic.config.ocm.software/v1\nconfigurations: [${entries}]\n`
  writeFileSync(join(folder, 'ocm.yaml'), document('{type: other/v1}, {type: more.config/v1, n: 1}'))
  writeFileSync(join(folder, 'typed.yaml'), document('{type: more.config/v1, n: 2}'))
  const call = ['call', 'listComponents', LIST, '--plugin', 'twin', '--ocm-config', 'typed.yaml']
  const { stdout, stderr } = await type(...call)
  assert.deepEqual(JSON.parse(stdout || stderr).echoed.config.configTypes, [
    { n: 1, type: 'more.config/v1' },
    { n: 2, type: 'more.config/v1' },
    { endpoint: 'https://example.com', type: 'twin.config/v1' },
  ])
})

test('no document of OCM is read that the config does not name', async (t) => {
  const { type, folder } = await aPlace(t, { behaviour: CONFIGURED })
  for (const name of ['.ocmconfig', 'ocmconfig.yaml']) writeFileSync(join(folder, name), 'no document of OCM')
  const { stdout, stderr } = await type('call', 'listComponents', LIST, '--plugin', 'twin')
  assert.equal(JSON.parse(stdout || stderr).echoed.config.configTypes, undefined)
})

test('a configuration that its plugin does not take, or that is missing, is an error before anything starts', async (t) => {
  const wrong = await aPlace(t, {
    behaviour: CONFIGURED,
    pins: 'twin: {configurations: [{type: twin.config/v2}]}',
  })
  const refused = await wrong.type('call', 'listComponents', LIST, '--plugin', 'twin')
  assert.equal(refused.code, 78)
  assert.match(refused.stderr, /takes no configuration `twin\.config\/v2`, expected `twin\.config\/v1`/)
  const missing = await aPlace(t, { behaviour: CONFIGURED, more: '  ocmConfig: ~/ocm.yaml\n' })
  const call = () => missing.type('call', 'listComponents', LIST, '--plugin', 'twin')
  assert.match((await call()).stderr, /ocm\.yaml/)
  writeFileSync(
    join(missing.folder, 'ocm.yaml'),
    'type: generic.config.ocm.software/v1\nconfigurations: [{type: a/v1}]\n',
  )
  assert.match(
    (await call()).stderr,
    /no configuration found for plugin `twin`; requested configuration types: `twin\.config\/v1`, `more\.config\/v1`/,
  )
})

test('a login of this machine is what octo itself gives out as a credential repository, to its own server alone', async (t) => {
  const { type, folder } = await aPlace(t)
  writeFileSync(join(folder, '.netrc'), 'machine registry.example login me password s3cret\n', { mode: 0o600 })
  const asked = (identity: string) =>
    type('call', 'credentialRepository.resolve', `{"config": {"type": "OctoLogins"}, "identity": ${identity}}`)
  const { stdout, stderr } = await asked('{"type": "OCIRegistry", "hostname": "registry.example", "path": "a/b"}')
  assert.deepEqual(JSON.parse(stdout || stderr), {
    type: 'Credentials/v1',
    properties: { username: 'me', password: 's3cret' },
  })
  for (const identity of [
    '{"hostname": "other.example"}',
    '{"hostname": "registry.example", "scheme": "http"}',
    '{"hostname": "registry.example@other.example"}',
    '{"type": "OCIRegistry"}',
  ]) {
    const refused = await asked(identity)
    assert.match(refused.stderr, /error\[PLUGIN_FAILED\]/, identity)
    assert.doesNotMatch(refused.stdout + refused.stderr, /s3cret/)
  }
})
