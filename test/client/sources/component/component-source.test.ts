// A plugin registry of OCM as a repo of the config: what proves its plugins, what does not, and what stays without a network.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { openContext } from '../../../../client/context.ts'
import { openClient } from '../../../../client/index.ts'
import { searchRepos } from '../../../../client/sources/search.ts'
import { collect } from '../../../../client/store/collect.ts'
import { layoutOf } from '../../../../client/store/layout.ts'
import { digestOf } from '../../../../schemas/digest.ts'
import type { Name } from '../../../../schemas/name.ts'
import { expectCodeAsync } from '../../../support/assertions/expect-code.ts'
import { aRepo } from '../../../support/builders/a-config.ts'
import type { Trust } from '../../../support/client/component-scene.ts'
import {
  AMD,
  ARM,
  aComponentScene,
  aMachineFor,
  FILES,
  ocmKey,
  publishSigned,
} from '../../../support/client/component-scene.ts'
import type { ComponentRegistry, DraftComponent } from '../../../support/peers/component-registry.ts'
import {
  aListComponent,
  aPluginComponent,
  issueComponentKey,
  pinOf,
  signatureOf,
} from '../../../support/peers/component-registry.ts'

const KEYS: Trust = { keys: [ocmKey.trustKey] }

test('a plugin of a signed list is locked for all platforms, installed, and proven anew without a network', async (t) => {
  const { registry, base, install, readLock } = await aComponentScene(t)
  publishSigned(registry)
  const [hello] = await install(base(KEYS))
  assert.ok(hello)
  const { path, manifest, signer, platform, version, repo } = hello
  assert.equal(execFileSync(path, ['!'], { encoding: 'utf8' }), 'for amd64 !\n')
  assert.deepEqual(
    [manifest.protocol, manifest.kind, manifest.description, signer, platform, version, repo],
    ['ocm', 'service', 'says hello', ocmKey.trustKey.id, 'linux_amd64', '1.0.0', 'acme'],
  )
  const entry = readLock().plugins['acme/hello']
  assert.deepEqual(Object.keys(entry?.platforms ?? {}).sort(), ['linux_amd64', 'linux_arm64'])
  assert.deepEqual([entry?.component?.name, entry?.component?.list.version], ['acme.org/plugins/hello', '1.0.0'])
  // What a lockfile names is kept, its proofs too.
  await collect(layoutOf(base(KEYS).storeRoot), { now: Date.now() + 1000, minAgeMs: 0 })
  const asked = registry.requests.length
  const [again] = await install({ ...base(KEYS), frozen: true, offline: true })
  assert.deepEqual([again?.path, registry.requests.length], [path, asked])
})

test('what nothing proves is refused with the digest to pin, and runs once that is pinned', async (t) => {
  const { registry, base, install } = await aComponentScene(t)
  const plugin = aPluginComponent(FILES)
  const list = aListComponent([plugin])
  registry.put(plugin, { files: [AMD, ARM] })
  registry.put(list)
  const error = await expectCodeAsync('SIGNATURE_MISSING', () => install(base({ digests: [] })))
  assert.match(error.hint ?? '', new RegExp(`\`digests: \\[${pinOf(list)}\\]\``))
  const [hello] = await install(base({ digests: [pinOf(list)] }))
  assert.equal(hello?.signer, 'pinned')
})

test('what a list names without a digest needs a proof of its own', async (t) => {
  const { registry, base, install } = await aComponentScene(t)
  const { plugin } = publishSigned(registry, { digests: false })
  const error = await expectCodeAsync('SIGNATURE_MISSING', () => install(base(KEYS)))
  assert.match(
    error.message,
    /`acme\.org\/plugins\/hello:1\.0\.0`: it has no signature, .* the list of its registry says no digest/,
  )
  const [pinned] = await install(base({ ...KEYS, digests: [pinOf(plugin)] }))
  assert.equal(pinned?.signer, 'pinned')
  const other = aMachineFor(t, registry)
  registry.put(plugin, {
    files: [AMD, ARM],
    signatures: [signatureOf(plugin, ocmKey, { method: 'pkcs1', hash: 'SHA-512' })],
  })
  const [signed] = await other.install(other.base(KEYS))
  assert.equal(signed?.signer, ocmKey.trustKey.id)
})

const other = issueComponentKey()
const republish = (registry: ComponentRegistry, plugin: DraftComponent) => registry.put(plugin, { files: [AMD, ARM] })

function relist(registry: ComponentRegistry, plugin: DraftComponent): void {
  const list = aListComponent([plugin])
  republish(registry, plugin)
  registry.put(list, { signatures: [signatureOf(list, ocmKey)] })
}

test('a list that is older than the one last seen is refused, until somebody accepts it', async (t) => {
  const { registry, base, install, readLock } = await aComponentScene(t)
  const { list } = publishSigned(registry, { version: '1.0.10' })
  await install(base(KEYS))
  registry.forget(list)
  publishSigned(registry, { version: '1.0.9' })
  const update = async (accept = {}) => {
    await using client = await openClient({ ...base(KEYS), accept })
    return client.lock({ update: 'all' })
  }
  // On another machine the lockfile is the one that knows.
  const other = aMachineFor(t, registry)
  other.writeLock(readLock())
  await using client = await openClient(other.base(KEYS))
  await expectCodeAsync('INDEX_ROLLBACK', () => client.lock({ update: 'all' }))
  const error = await expectCodeAsync('INDEX_ROLLBACK', () => update())
  assert.match(error.message, /expected version `1\.0\.10` or newer, found `1\.0\.9`/)
  assert.deepEqual(await update({ serial: true }), [])
  assert.deepEqual(await update(), [])
})

test('a machine remembers the newest list that it saw, also where no lockfile does', async (t) => {
  const { registry, base, install, lockPath } = await aComponentScene(t)
  const { list } = publishSigned(registry, { version: '1.0.10' })
  await install(base(KEYS))
  registry.forget(list)
  publishSigned(registry, { version: '1.0.9' })
  rmSync(lockPath)
  await expectCodeAsync('INDEX_ROLLBACK', () => install(base(KEYS)))
  assert.equal(existsSync(lockPath), false)
  // Whoever names a version in the address asks for that one.
  await install(base(KEYS, ['hello'], `${registry.url}:1.0.9`))
})

test('the newest version is chosen, a locked one stays, and one that is listed no more is said', async (t) => {
  const { registry, base, install, readLock } = await aComponentScene(t)
  publishSigned(registry)
  await install(base(KEYS))
  const versions = ['v1.2.0', '1.10.0', '2.0.0-rc.1'].map((version) => aPluginComponent(FILES, { version }))
  for (const plugin of versions) republish(registry, plugin)
  const list = aListComponent(versions, { version: '1.0.1' })
  registry.put(list, { signatures: [signatureOf(list, ocmKey)] })
  await install(base(KEYS))
  assert.equal(readLock().plugins['acme/hello']?.version, '1.0.0')
  await using client = await openClient(base(KEYS))
  const [change] = await client.lock({ update: ['hello'] })
  assert.deepEqual([change?.before?.version, change?.after?.version], ['1.0.0', '1.10.0'])
  assert.match(change?.reason ?? '', /newest stable version; `1\.0\.0` is not offered any more$/)
  await using ranged = await openClient(base(KEYS, ['hello@~1.2']))
  await ranged.lock()
  assert.equal(readLock().plugins['acme/hello']?.component?.version, 'v1.2.0')
})

test('a component of one plugin whose name octo does not take, and a plugin that a list lacks, are said to be that', async (t) => {
  const { registry, base, install, lockPath } = await aComponentScene(t)
  publishSigned(registry)
  const strange = aPluginComponent({ 'linux/amd64': AMD, 'linux/arm64': ARM }, { name: 'acme.org/plugins/hel.lo_2' })
  registry.put(strange, { files: [AMD, ARM], signatures: [signatureOf(strange, ocmKey)] })
  const url = registry.url.replace('acme.org/plugin-registry', strange.name)
  const { message } = await expectCodeAsync('REPO_NOT_FOUND', () => install(base(KEYS, ['hello'], url)))
  assert.match(message, /`acme\.org\/plugins\/hel\.lo_2` is a plugin whose name octo does not take/)
  await expectCodeAsync('PLUGIN_NOT_FOUND', () => install(base(KEYS, ['world'])))
  assert.equal(existsSync(lockPath), false)
})

test('a repo that becomes a registry of OCM gives the same version with other bytes, as its config says', async (t) => {
  const { registry, base, install, readLock, writeLock } = await aComponentScene(t)
  publishSigned(registry)
  await install(base(KEYS))
  const { format, plugins } = readLock()
  const { component: _, ...entry } = plugins['acme/hello'] ?? assert.fail()
  const before = { ...entry, url: 'https://plugins.example.org/repos/acme.yaml', signer: 'unsigned' as const }
  const platforms = Object.fromEntries(
    Object.entries(entry.platforms).map(([key, file]) => [key, { ...file, digest: digestOf('before') }]),
  )
  writeLock({ format, plugins: { 'acme/hello': { ...before, platforms } } })
  await install(base(KEYS))
  assert.equal(readLock().plugins['acme/hello']?.component?.name, 'acme.org/plugins/hello')
})

test('a version that is published again with other bytes is not taken for the locked one', async (t) => {
  const { registry, base, install } = await aComponentScene(t)
  publishSigned(registry)
  await install(base(KEYS))
  relist(registry, aPluginComponent({ 'linux/amd64': ARM, 'linux/arm64': AMD }))
  const [kept] = await install(base(KEYS))
  assert.equal(execFileSync(kept?.path ?? '', { encoding: 'utf8' }), 'for amd64\n')
  // A changed address makes the lockfile ask again.
  const again = base(KEYS, ['hello'], `${registry.url}:1.0.0`)
  await expectCodeAsync('DOCUMENT_MISMATCH', () => install(again))
  publishSigned(registry)
  await install(again)
})

test('another version, or the same one of another repo, may have other bytes than what was locked', async (t) => {
  const { registry, base, install, readLock } = await aComponentScene(t)
  publishSigned(registry)
  await install(base(KEYS))
  const newer = aPluginComponent({ 'linux/amd64': ARM, 'linux/arm64': AMD }, { version: '1.0.1' })
  const list = aListComponent([newer], { version: '1.0.1' })
  republish(registry, newer)
  registry.put(list, { signatures: [signatureOf(list, ocmKey)] })
  await using client = await openClient(base(KEYS, ['hello@^1.0.1']))
  const [step] = await client.lock()
  assert.equal(step?.after?.version, '1.0.1')
  const elsewhere = await aComponentScene(t)
  publishSigned(elsewhere.registry, {
    plugin: aPluginComponent({ 'linux/amd64': AMD, 'linux/arm64': AMD }, { version: '1.0.1' }),
  })
  const { config } = base(KEYS)
  const [acme = assert.fail()] = config.repos
  const repos = [{ ...acme, name: 'other' as Name, url: elsewhere.registry.url }]
  await install({ ...base(KEYS), config: { ...config, repos } })
  assert.deepEqual(Object.keys(readLock().plugins), ['other/hello'])
})

test('on another machine the lockfile is enough, also when the registry keeps the newest list alone', async (t) => {
  const { registry, base, install, readLock } = await aComponentScene(t)
  const { list, plugin } = publishSigned(registry)
  await install(base(KEYS))
  registry.forget(list)
  const newer = aListComponent([plugin], { version: '1.0.7' })
  registry.put(newer, { signatures: [signatureOf(newer, ocmKey)] })
  const fresh = aMachineFor(t, registry)
  fresh.writeLock(readLock())
  const [hello] = await fresh.install({ ...fresh.base(KEYS), frozen: true })
  assert.equal(execFileSync(hello?.path ?? '', { encoding: 'utf8' }), 'for amd64\n')
})

test('a registry of OCM is asked for no images of services', async (t) => {
  const { registry, base } = await aComponentScene(t)
  await using client = await openClient(base(KEYS))
  assert.deepEqual([await client.repoImages(['web']), registry.requests], [{}, []])
})

test('a key that the config no longer has proves nothing that is locked by it', async (t) => {
  const { registry, base, install } = await aComponentScene(t)
  publishSigned(registry)
  await install(base(KEYS))
  for (const trust of [{ keys: [other.trustKey] }, { keys: [{ ...ocmKey.trustKey, revoked: true }] }])
    for (const offline of [true, false])
      await expectCodeAsync('SIGNER_NOT_ALLOWED', () => install({ ...base(trust), frozen: true, offline }))
})

test('a key that ended after this machine proved a plugin by it still proves that plugin', async (t) => {
  const { registry, base, install } = await aComponentScene(t)
  publishSigned(registry)
  await install(base(KEYS))
  const ended = { keys: [{ ...ocmKey.trustKey, to: Date.now() + 1 }] }
  const later = { now: () => Date.now() + 10_000, frozen: true, offline: true }
  assert.equal((await install({ ...base(ended), ...later }))[0]?.plugin, 'hello')
})

test('private and public registries are listed in one view, and one that does not answer hides no other', async (t) => {
  const [open, closed] = [await aComponentScene(t), await aComponentScene(t, { login: 'me:word' })]
  publishSigned(open.registry)
  publishSigned(closed.registry, {
    plugin: aPluginComponent(FILES, { name: 'acme.org/plugins/n_7zip', version: '7.0.0' }),
  })
  const repo = (name: string, url: string) =>
    aRepo({ name, url, trust: { kind: 'component', keys: [ocmKey.trustKey], digests: [] } })
  const repos = [
    repo('one', open.registry.url),
    repo('two', closed.registry.url),
    repo('gone', `ocm://${open.registry.host}/none//acme.org/x`),
  ]
  const config = { ...open.base(KEYS).config, repos }
  const search = async (text: string) => {
    const context = openContext({ ...open.base(KEYS), config })
    using _network = context.network
    const { found, failed } = await searchRepos(text, context)
    const rows = found.map(({ repo, plugin, version, description }) => `${repo}/${plugin} ${version} ${description}`)
    return { rows, failed: failed.map(({ repo, error }) => `${repo} ${error.code}`) }
  }
  assert.deepEqual(await search(''), {
    rows: ['one/hello 1.0.0 says hello'],
    failed: ['two UNAUTHENTICATED', 'gone REPO_NOT_FOUND'],
  })
  writeFileSync(join(open.folder, '.netrc'), 'machine 127.0.0.1 login me password word\n', { mode: 0o600 })
  assert.deepEqual((await search('')).rows, ['two/7zip 7.0.0 says n_7zip', 'one/hello 1.0.0 says hello'])
  assert.deepEqual((await search('hello')).rows, ['one/hello 1.0.0 says hello'])
})

/** One of many tags, newest last by its text. */
async function manyTags(t: TestContext, pageSize: number) {
  const scene = await aComponentScene(t, { pageSize })
  const { list } = publishSigned(scene.registry, { version: '1.0.10' })
  for (const tag of ['1.0.8', '1.0.9', 'latest', '1.0.7']) scene.registry.put(list, { tag })
  return scene
}

test('the newest list is found among more tags than one answer holds', async (t) => {
  for (const pageSize of [1, 2, 1000]) {
    const { base, install, readLock } = await manyTags(t, pageSize)
    await install(base(KEYS))
    assert.equal(readLock().plugins['acme/hello']?.component?.list.version, '1.0.10')
  }
})
