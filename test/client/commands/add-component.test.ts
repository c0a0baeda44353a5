// `octo add ocm://…`: a plugin registry of OCM, or the component of one plugin, in the config by one command, proven before.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { parse } from 'yaml'
import { AMD, ARM, aTypedComponentScene, FILES, ocmKey, publishSigned } from '../../support/client/component-scene.ts'
import {
  aListComponent,
  aPluginComponent,
  issueComponentKey,
  pinOf,
  signatureOf,
} from '../../support/peers/component-registry.ts'

async function aFolder(t: TestContext) {
  const { registry, folder, octo } = await aTypedComponentScene(t)
  const path = join(folder, 'octo.yaml')
  const repos = () => parse(readFileSync(path, 'utf8')).operator.repos
  return { registry, folder, path, octo, repos }
}

test('a list is added by the key that signed it, and its plugins are added and locked as all others', async (t) => {
  const { registry, octo, repos, folder } = await aFolder(t)
  publishSigned(registry)
  const { code, stderr, stdout } = await octo('add', registry.url, '--name', 'acme', '--key', 'signer.pem', '--yes')
  assert.equal(code, 0, stderr)
  assert.match(stdout, /added repo acme to octo\.yaml; `octo add acme\/hello` adds a plugin of it/)
  assert.match(stderr, new RegExp(`key +${ocmKey.trustKey.id} \\(rsa\\), which has signed version 1\\.0\\.0`))
  const line = ocmKey.pem.replace(/-----[A-Z ]+-----|\s/g, '')
  assert.deepEqual(repos(), { acme: { url: registry.url, keys: [line] } })
  assert.equal((await octo('add', 'acme/hello')).code, 0)
  assert.ok(JSON.parse(readFileSync(join(folder, 'octo.lock'), 'utf8')).plugins['acme/hello'])
  assert.equal((await octo('add', registry.url, '--name', 'acme', '--key', 'signer.pem', '--yes')).code, 73)
})

test('a list is added by its digest, which pins the version that it is of', async (t) => {
  const { registry, octo, repos } = await aFolder(t)
  const plugin = aPluginComponent(FILES)
  const list = aListComponent([plugin])
  registry.put(plugin, { files: [AMD, ARM] })
  registry.put(list)
  const found = await octo('add', registry.url, '--digest', pinOf(list), '--json')
  assert.deepEqual(JSON.parse(found.stdout).added, {
    ...{ repo: 'plugin-registry', url: `${registry.url}:1.0.0`, digest: pinOf(list) },
  })
  assert.deepEqual(repos(), { 'plugin-registry': { url: `${registry.url}:1.0.0`, digests: [pinOf(list)] } })
  // A newer list is another one: what was added still means the one that was pinned.
  registry.put(aListComponent([plugin], { version: '1.0.1' }))
  const added = await octo('add', 'plugin-registry/hello')
  assert.equal(added.code, 0, added.stderr)
})

test('the component of one plugin is added, locked and installed without a list', async (t) => {
  const { registry, octo, repos, folder } = await aFolder(t)
  const plugin = aPluginComponent(FILES)
  const url = registry.url.replace(/acme\.org\/.*/, 'acme.org/plugins/hello')
  registry.put(plugin, { files: [AMD, ARM], signatures: [signatureOf(plugin, ocmKey)] })
  for (const proof of [
    ['--key', 'signer.pem', '--yes'],
    ['--digest', pinOf(plugin)],
  ]) {
    const { code, stderr } = await octo('add', url, '--name', 'own', ...proof)
    assert.equal(code, 0, stderr)
    const added = await octo('add', 'own/hello')
    assert.equal(added.code, 0, added.stderr)
    const installed = await octo('install', '--platform', 'linux_amd64')
    assert.match(installed.stdout, /own\/hello 1\.0\.0 linux_amd64/, installed.stderr)
    assert.equal((await octo('install', '--platform', 'linux_amd64', '--frozen', '--offline')).code, 0)
    assert.equal(repos().own.url, proof[0] === '--key' ? url : `${url}:1.0.0`)
    for (const name of ['octo.yaml', 'octo.lock']) rmSync(join(folder, name), { force: true })
  }
})

test('what is not proven, not what was pinned, or nothing of plugins is refused, and nothing is written', async (t) => {
  const { registry, octo, path, folder } = await aFolder(t)
  const { list, plugin } = publishSigned(registry)
  const stranger = join(folder, 'stranger.pem')
  writeFileSync(stranger, issueComponentKey().pem)
  const [other, empty] = [pinOf(plugin), registry.url.replace(/acme\.org\/.*/, 'acme.org/empty')]
  registry.put({ ...aListComponent([]), name: 'acme.org/empty' })
  for (const [what, words, code, says] of [
    ['no proof', [], 64, new RegExp(`the digest decides what runs here.*--digest ${pinOf(list)}`, 's')],
    ['a digest that the registry told', ['--yes'], 64, /nobody can be asked whether it is the one/],
    [
      'another digest',
      ['--digest', other],
      76,
      new RegExp(`DIGEST_MISMATCH.*expected .${other}., found .${pinOf(list)}`, 's'),
    ],
    ['no digest', ['--digest', 'sha256:1'], 64, /expected `sha256:` and 64 digits/],
    ['another key', ['--key', stranger, '--yes'], 76, /SIGNER_NOT_ALLOWED/],
    ['another key beside the digest', ['--key', stranger, '--digest', pinOf(list)], 76, /SIGNER_NOT_ALLOWED/],
    ['a key that nobody compared', ['--key', 'signer.pem'], 64, /add `--yes`/],
    ['no proof at all', ['--unsigned'], 64, /nothing of it runs without proof/],
  ] as const) {
    const found = await octo('add', registry.url, ...words)
    assert.equal(found.code, code, `${what}: ${found.stderr}`)
    assert.match(found.stderr, says, what)
    assert.ok(!existsSync(path), what)
  }
  assert.match((await octo('add', empty, '--digest', other)).stderr, /REPO_NOT_FOUND.*offers no plugin/s)
  // What is served under the tag is another version: whoever serves it is not believed.
  registry.put(list, { tag: '2.0.0', signatures: [signatureOf(list, ocmKey)] })
  const moved = await octo('add', `${registry.url}:2.0.0`, '--key', 'signer.pem', '--yes')
  assert.match(moved.stderr, /error\[DOCUMENT_MISMATCH\]/)
  assert.ok(!existsSync(path))
})
