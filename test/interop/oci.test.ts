// Clients that nobody here wrote, against the OCI face: the real `ocm` (`OCM_BIN`), skopeo (`SKOPEO_BIN`), oras (`ORAS_BIN`),
// crane (`CRANE_BIN`), and the conformance suite of the OCI Distribution Specification (`OCI_CONFORMANCE_BIN`).
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import test from 'node:test'
import type { Digest } from '../../schemas/digest.ts'
import { digestOf } from '../../schemas/digest.ts'
import { runWell } from '../support/machine/run-shell.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { blocksOfKind } from '../support/octo/document-blocks.ts'
import type { OciManifest } from '../support/registry/oci-registry.ts'
import { anOciScene, HELLO, jsonOf, LIST } from '../support/registry/oci-registry.ts'

const OCM = process.env.OCM_BIN ?? 'ocm'
const SKOPEO = process.env.SKOPEO_BIN ?? 'skopeo'
const ORAS = process.env.ORAS_BIN ?? 'oras'
const CRANE = process.env.CRANE_BIN ?? 'crane'
const CONFORMANCE = process.env.OCI_CONFORMANCE_BIN

const missing = (program: string, variable: string, word: string) =>
  spawnSync(program, [word]).status === 0 ? false : `${program} is not on this machine, and ${variable} names none`

/** Says of itself what a real plugin does, as `ocm` asks it before it keeps it. */
const CAPABILITIES = new URL('../fixtures/ocm/capabilities-test-plugin-input.json', import.meta.url)
const PLUGIN = Buffer.from(`#!/bin/sh\ncat <<'END'\n${readFileSync(CAPABILITIES, 'utf8').trim()}\nEND\n`)

const aScene = async (t: TestContext) => {
  const scene = await anOciScene(t)
  await scene.publish({ platforms: { any: { bytes: PLUGIN, runtime: { name: 'sh' } } } })
  return { ...scene, folder: tempFolder(t), host: new URL(scene.registry.url).host }
}

type Ran = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/** The registry answers in this process, so nothing may wait for the child by holding the thread. */
async function run(program: string, words: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const child = spawn(program, words, {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => (said[name] += text))
  const [code] = await once(child, 'close')
  return { code, ...said }
}

async function runs(...call: Parameters<typeof run>): Promise<string> {
  const { code, stdout, stderr } = await run(...call)
  assert.equal(code, 0, `${call[0]} ${call[1].join(' ')}\n${stdout}${stderr}`)
  return stdout
}

const noOcm = missing(OCM, 'OCM_BIN', 'version')

test('`ocm` lists two registries in one view, gets a plugin, and downloads one that it can start', {
  skip: noOcm,
}, async (t) => {
  const [one, two] = [await aScene(t), await aScene(t)]
  await two.publish({
    plugin: 'other',
    version: '2.0.0',
    platforms: { any: { bytes: PLUGIN, runtime: { name: 'sh' } } },
  })
  const component = (url: string) => `${url}/core//octo.internal/core`
  const registries = [one, two].map(({ registry }) => component(registry.url)).join(',')
  const listed = await runs(OCM, ['plugin', 'registry', 'list', '--registry', registries, '-o', 'json'], one.folder)
  const rows = JSON.parse(listed) as {
    name: string
    version: string
    registry: string
    platforms: string[]
    description: string
  }[]
  const platforms = ['darwin/amd64', 'darwin/arm64', 'linux/amd64', 'linux/arm64']
  const row = (name: string, version: string, url: string, tag: string) => {
    return { name, version, platforms, description: 'says hello', registry: `${component(url)}:${tag}`, component: '' }
  }
  const hellos = [row('hello', '1.0.0', one.registry.url, '1.0.1'), row('hello', '1.0.0', two.registry.url, '1.0.2')]
  const byRegistry = (a: { registry: string }, b: { registry: string }) => (a.registry < b.registry ? -1 : 1)
  assert.deepEqual(rows, [...hellos.sort(byRegistry), row('other', '2.0.0', two.registry.url, '1.0.2')])
  const got = ['plugin', 'registry', 'get', 'other:2.0.0', '--registry', registries, '-o', 'json']
  assert.match(await runs(OCM, got, one.folder), /"other"/)
  const script = blocksOfKind('docs/OCI.md', 'ocm').join('').replace(/^ocm /gm, `'${OCM}' `)
  await runWell(script, { cwd: one.folder, env: { REGISTRY: one.registry.url } })
  const file = join(one.folder, 'plugins', 'hello')
  assert.deepEqual(readFileSync(file), PLUGIN)
  assert.match(await runs(file, ['capabilities'], one.folder), /DummyRepository\/v1/)
  assert.ok(statSync(file).mode & 0o100)
})

test('skopeo inspects, lists and copies a component version', {
  skip: missing(SKOPEO, 'SKOPEO_BIN', '--version'),
}, async (t) => {
  const { folder, host } = await aScene(t)
  const script = blocksOfKind('docs/OCI.md', 'skopeo')
    .join('')
    .replace(/^skopeo /gm, `'${SKOPEO}' `)
  assert.match(await runWell(script, { cwd: folder, env: { HOST: host } }), /"Tags": \[\s+"1\.0\.0"\s+\]/)
})

test('oras pulls every layer of a component version', { skip: missing(ORAS, 'ORAS_BIN', 'version') }, async (t) => {
  const { folder, host, ask } = await aScene(t)
  const manifest = (await ask(`/v2/${HELLO}/manifests/1.0.0`)).body
  const reference = `${host}/${HELLO}@${digestOf(manifest)}`
  assert.deepEqual(Buffer.from(await runs(ORAS, ['manifest', 'fetch', '--plain-http', reference], folder)), manifest)
  const { layers } = JSON.parse(manifest.toString()) as OciManifest
  await runs(ORAS, ['copy', '--from-plain-http', '--to-oci-layout', reference, 'layout:1.0.0'], folder)
  for (const { digest } of layers) {
    const bytes = readFileSync(join(folder, 'layout', 'blobs', 'sha256', digest.slice('sha256:'.length)))
    assert.equal(digestOf(bytes), digest)
  }
})

test('crane finds digest, tags and manifest', { skip: missing(CRANE, 'CRANE_BIN', 'version') }, async (t) => {
  const { folder, host, ask } = await aScene(t)
  const manifest = (await ask(`/v2/${HELLO}/manifests/1.0.0`)).body
  const crane = (word: string, reference: string) => runs(CRANE, [word, '--insecure', reference], folder)
  assert.equal((await crane('digest', `${host}/${HELLO}:1.0.0`)).trim(), digestOf(manifest))
  assert.equal((await crane('ls', `${host}/${HELLO}`)).trim(), '1.0.0')
  assert.equal(await crane('manifest', `${host}/${HELLO}@${digestOf(manifest)}`), manifest.toString())
})

/** The scene with `core` closed, and a config of docker that has a token as its password. */
const aPrivateScene = async (t: TestContext) => {
  const scene = await aScene(t)
  const { registry, folder, host } = scene
  await registry.setVisibility('core', 'private')
  const { token } = await registry.createToken(['core/*:read'])
  const auth = Buffer.from(`anybody:${token}`).toString('base64')
  mkdirSync(join(folder, '.docker'))
  const write = (value: object) =>
    writeFileSync(join(folder, '.docker', 'config.json'), JSON.stringify(value), { mode: 0o600 })
  return { ...scene, token, logIn: () => write({ auths: { [host]: { auth } } }), logOut: () => write({}) }
}

test('crane reads a private repo with a login, and is told nothing of it without one', {
  skip: missing(CRANE, 'CRANE_BIN', 'version'),
}, async (t) => {
  const { registry, folder, host, token, logIn, logOut } = await aPrivateScene(t)
  const crane = (...words: string[]) => run(CRANE, words, folder)
  const list = () => crane('ls', '--insecure', `${host}/${HELLO}`)
  logOut()
  const refused = await list()
  assert.notEqual(refused.code, 0)
  assert.match(refused.stderr, /UNAUTHORIZED/)
  logIn()
  assert.equal((await list()).stdout.trim(), '1.0.0')
  const manifest = await crane('manifest', '--insecure', `${host}/${HELLO}:1.0.0`)
  const { layers } = JSON.parse(manifest.stdout) as OciManifest
  for (const { digest } of layers) {
    const blob = await crane('blob', '--insecure', `${host}/${HELLO}@${digest}`)
    assert.equal(digestOf(blob.stdout), digest)
  }
  logOut()
  const login = await crane('auth', 'login', '--insecure', host, '-u', 'anybody', '-p', token)
  assert.equal(login.code, 0, login.stderr)
  assert.equal((await list()).stdout.trim(), '1.0.0')
  const { token: other } = await registry.createToken(['vault/*:read'])
  await crane('auth', 'login', '--insecure', host, '-u', 'anybody', '-p', other)
  assert.match((await list()).stderr, /NAME_UNKNOWN/)
})

test('`ocm` lists a private repo beside a public one, and downloads from it, with the login of its own config or of docker’s', {
  skip: noOcm,
}, async (t) => {
  const [open, hidden] = [await aScene(t), await aPrivateScene(t)]
  const { folder, host, token, logIn, logOut } = hidden
  const component = (url: string) => `${url}/core//octo.internal/core`
  const registries = [open, hidden].map(({ registry }) => component(registry.url)).join(',')
  const list = (...more: string[]) =>
    run(OCM, [...more, 'plugin', 'registry', 'list', '--registry', registries, '-o', 'json'], folder)
  logOut()
  assert.notEqual((await list()).code, 0)
  const [hostname, port] = host.split(':')
  const identity = { type: 'OCIRegistry', hostname, port, scheme: 'http' }
  const credentials = [{ type: 'Credentials/v1', properties: { username: 'anybody', password: token } }]
  const own = { type: 'credentials.config.ocm.software', consumers: [{ identity, credentials }] }
  const config = { type: 'generic.config.ocm.software/v1', configurations: [own] }
  writeFileSync(join(folder, 'ocm.json'), JSON.stringify(config))
  const repository = { type: 'DockerConfig/v1', dockerConfigFile: join(folder, '.docker', 'config.json') }
  const docker = { type: 'credentials.config.ocm.software', repositories: [{ repository }] }
  writeFileSync(join(folder, 'docker.json'), JSON.stringify({ ...config, configurations: [docker] }))
  logIn()
  for (const file of ['ocm.json', 'docker.json']) {
    const { code, stdout, stderr } = await list('--config', file)
    assert.equal(code, 0, stderr)
    assert.equal((JSON.parse(stdout) as unknown[]).length, 2, file)
    const plugin = `${hidden.registry.url}/core//octo.internal/core/hello:1.0.0`
    await runs(OCM, ['--config', file, 'download', 'plugin', plugin, '--output', `from-${file}`], folder)
    assert.deepEqual(readFileSync(join(folder, `from-${file}`, 'hello')), PLUGIN)
  }
})

test('the pull part of the OCI conformance suite passes', {
  skip: CONFORMANCE ? false : 'OCI_CONFORMANCE_BIN names no program',
}, async (t) => {
  const { registry, folder, ask } = await aScene(t)
  const manifestOf = async (name: string, tag: string): Promise<{ digest: Digest; config: Digest }> => {
    const answer = await ask(`/v2/${name}/manifests/${tag}`)
    return { digest: digestOf(answer.body), config: jsonOf<OciManifest>(answer).config.digest }
  }
  const { digest, config } = await manifestOf(HELLO, '1.0.0')
  assert.equal((await ask(`/v2/${LIST}/manifests/1.0.1`)).status, 200)
  const env = {
    OCI_ROOT_URL: registry.url,
    OCI_NAMESPACE: HELLO,
    OCI_TEST_PULL: '1',
    OCI_MANIFEST_DIGEST: digest,
    OCI_TAG_NAME: '1.0.0',
    OCI_BLOB_DIGEST: config,
    OCI_HIDE_SKIPPED_WORKFLOWS: '1',
    OCI_REPORT_DIR: 'none',
  }
  const { code, stdout } = await run(CONFORMANCE ?? '', [], folder, env)
  assert.equal(code, 0, stdout)
  assert.match(stdout, /Passed/)
})
