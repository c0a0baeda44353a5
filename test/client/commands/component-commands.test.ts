// The commands that show, lock and install plugins, with a plugin registry of OCM among the repos.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { stringify } from 'yaml'
import { hostPlatform } from '../../../client/host-platform.ts'
import { digestOf, hexOf } from '../../../schemas/digest.ts'
import { servicePluginText } from '../../support/builders/service-plugin.ts'
import { AMD, aTypedComponentScene, ocmKey, publishSigned } from '../../support/client/component-scene.ts'
import { serveFolder } from '../../support/machine/serve-folder.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { aListComponent, aPluginComponent, pinOf, signatureOf } from '../../support/peers/component-registry.ts'

async function aFolder(t: TestContext) {
  const { registry, folder, octo } = await aTypedComponentScene(t)
  publishSigned(registry)
  const write = (config: object) => writeFileSync(join(folder, 'octo.yaml'), stringify(config))
  const acme = { url: registry.url, keys: [{ file: './signer.pem' }] }
  write({ operator: { repos: { acme }, plugins: { hello: { repo: 'acme' } } } })
  return { registry, folder, write, octo, acme }
}

test('a plugin of a registry of OCM is locked, installed, shown and explained as all others', async (t) => {
  const { octo } = await aFolder(t)
  const shows = async (words: readonly string[], ...patterns: readonly RegExp[]) => {
    const { code, stdout, stderr } = await octo(...words)
    assert.equal(code, 0, `${words.join(' ')}: ${stderr}`)
    for (const pattern of patterns) assert.match(stdout, pattern, words.join(' '))
  }
  const signer = ocmKey.trustKey.id
  await shows(['search'], /acme\/hello +1\.0\.0 +service, ocm +says hello/)
  await shows(
    ['info', 'hello'],
    /component acme\.org\/plugins\/hello:1\.0\.0, for linux_amd64, linux_arm64/,
    new RegExp(signer),
  )
  await shows(['lock'], /\+ acme\/hello 1\.0\.0: it is the newest stable version/)
  await shows(
    ['install', '--platform', 'linux_amd64'],
    /acme\/hello 1\.0\.0 linux_amd64\n1 plugin verified, 1 downloaded/,
  )
  await shows(['install', '--platform', 'linux_amd64', '--frozen', '--offline'], /1 plugin verified, 0 downloaded/)
  await shows(['list', '--platform', 'linux_amd64'], /hello +any +1\.0\.0 +acme +installed/)
  await shows(
    ['why', 'hello'],
    /locked: +1\.0\.0 from repo acme \(ocm:\/\//,
    /offered: repo acme would give 1\.0\.0 now/,
  )
  await shows(['update', '--dry-run'], /nothing changed/)
  await shows(['cache', 'verify'])
})

test('a plugin of OCM that is to be run is refused with the command that calls it', async (t) => {
  const { octo, registry } = await aFolder(t)
  const [os, architecture] = hostPlatform().split('_')
  publishSigned(registry, { plugin: aPluginComponent({ [`${os}/${architecture}`]: AMD }) })
  const { code, stderr } = await octo('run', 'hello')
  assert.notEqual(code, 0)
  assert.match(
    stderr,
    /error\[PLUGIN_NOT_EXECUTABLE\]: plugin `hello` is a service plugin, .*\n(?:.*\n)*hint: `octo plugin inspect hello`/,
  )
})

test('an install counts plugins and programs of services, and no plugins where there are none', async (t) => {
  const { octo, write, acme } = await aFolder(t)
  const served = tempFolder(t)
  writeFileSync(join(served, 'web'), AMD)
  const { url } = await serveFolder(t, served)
  const binary = { linux_amd64: { url: `${url}/web`, sha256: hexOf(digestOf(AMD)) } }
  const services = { web: { binary } }
  write({ operator: { services } })
  const install = async () => (await octo('install', '--platform', 'linux_amd64')).stdout
  assert.match(await install(), /^web \S+ sha256:\S+\n1 program verified\n$/)
  write({ operator: { repos: { acme }, plugins: { hello: { repo: 'acme' } }, services } })
  assert.match(await install(), /\n1 plugin and 1 program verified, 0 downloaded/)
  write({ operator: { services: {} } })
  assert.match(await install(), /^0 plugins verified, 0 downloaded/)
})

test('a missing platform is named with those that there are, for plugins and for programs', async (t) => {
  const { octo, write } = await aFolder(t)
  const plugin = await octo('install', '--platform', 'windows_amd64')
  assert.match(
    plugin.stderr,
    /`acme\/hello@1\.0\.0` does not exist for `windows_amd64`, it exists for `linux_amd64`, `linux_arm64`/,
  )
  assert.match(plugin.stderr, /`octo info hello` shows the platforms of other versions/)
  const binary = { linux_amd64: { url: 'https://x.example/web', sha256: '0'.repeat(64) } }
  write({ operator: { services: { web: { binary } } } })
  const program = await octo('install', '--platform', 'darwin_arm64')
  assert.match(
    program.stderr,
    /the binary of service `web` does not exist for `darwin_arm64`, it exists for `linux_amd64`/,
  )
})

test('`octo doctor` looks at a registry of OCM, at the keys for it, and at what of it is locked', async (t) => {
  const { octo, registry, write, acme } = await aFolder(t)
  await octo('install', '--platform', 'linux_amd64')
  const { plugin } = publishSigned(registry, {
    version: '1.0.1',
    plugin: aPluginComponent({ 'linux/amd64': AMD }, { version: '2.0.0' }),
  })
  const said = async () => JSON.stringify(JSON.parse((await octo('doctor', '--json')).stdout))
  assert.match(await said(), /1\.0\.0 is not offered any more/)
  assert.match(await said(), /1 key of 1 counts now/)
  write({ operator: { repos: { acme: { url: acme.url, digests: [pinOf(plugin)] } } } })
  assert.match(await said(), /1 component version may run, whoever signed/)
})

test('a plugin of a registry of OCM stands in the list of service plugins with its proof, and answers calls', async (t) => {
  const { octo, registry, folder, write, acme } = await aFolder(t)
  const [os, architecture] = hostPlatform().split('_')
  const bytes = Buffer.from(servicePluginText())
  const plugin = aPluginComponent({ [`${os}/${architecture}`]: bytes }, { name: 'acme.org/plugins/twin' })
  const list = aListComponent([plugin], { version: '1.0.1' })
  registry.put(plugin, { files: [bytes] })
  registry.put(list, { signatures: [signatureOf(list, ocmKey)] })
  mkdirSync(join(folder, 'tmp'))
  const plugins = { twin: { repo: 'acme' } }
  const proofs = [
    [acme, 'signature'],
    [{ url: acme.url, digests: [pinOf(list)] }, 'digest'],
  ] as const
  for (const [repo, proof] of proofs) {
    write({ operator: { repos: { acme: repo }, plugins } })
    await octo('update')
    const [row] = JSON.parse((await octo('plugin', 'ls', '--json')).stdout)
    assert.deepEqual(
      [row.name, row.origin.kind, row.origin.repo, row.proof, row.state],
      ['twin', 'repo', 'acme', proof, 'usable'],
    )
    const request = '{"repository": {"type": "Twin/v1"}, "last": ""}'
    const { code, stdout, stderr } = await octo('plugin', 'call', 'listComponents', request, '--plugin', 'twin')
    assert.equal(code, 0, stderr)
    assert.deepEqual(JSON.parse(stdout).list, ['a'])
  }
})
