// registry-components and registry-lister against a registry in this process, asked as a host asks them.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import test from 'node:test'
import { componentRepository, tagOf, versionOf } from '../../../plugins/ocm/octo-registry/component-repository.ts'
import { plugin as components } from '../../../plugins/ocm/registry-components/plugin.ts'
import { plugin as lister } from '../../../plugins/ocm/registry-lister/plugin.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { testPlugin } from '../../../sdk/service/index.ts'
import { listening } from '../../support/machine/listening.ts'
import type { OciScene } from '../../support/registry/oci-registry.ts'
import { anOciScene, HELLO } from '../../support/registry/oci-registry.ts'
import { aPrivateScene, PLUGIN } from '../../support/registry/private-scene.ts'

const NAME = 'octo.internal/core/hello'
const LINUX = { name: 'hello', os: 'linux', architecture: 'amd64' }
const TOKEN = 'octo_read-token'

async function reading(t: test.TestContext, ...urls: readonly string[]) {
  const config = urls.map((url) => ({ type: 'registry-components.config/v1', url }))
  const running = await testPlugin(components, { config })
  t.after(() => running.stop())
  const credentials = { type: 'Credentials/v1', properties: { token: TOKEN } }
  return {
    running,
    versions: (name = NAME) => running.call('componentVersionRepository', 'listComponentVersions', { name }),
    get: (version: string, name = NAME) =>
      running.call('componentVersionRepository', 'getComponentVersion', { name, version }),
    resource: (version: string, identity: Record<string, string> | null = LINUX) =>
      running.call(
        'componentVersionRepository',
        'getLocalResource',
        { name: NAME, version, identity },
        { credentials },
      ),
  }
}

test('gives the versions, the descriptor and the bytes of a plugin, each digest checked', async (t) => {
  const scene = await anOciScene(t)
  for (const version of ['1.0.0', '1.1.0', '2.0.0-rc.1']) await scene.publish({ version })
  const { versions, get, resource } = await reading(t, scene.registry.url)
  assert.deepEqual(await versions(), ['1.0.0', '1.1.0', '2.0.0-rc.1'])
  for (const version of ['1.0.0', '2.0.0-rc.1']) {
    const { component } = await get(version)
    assert.deepEqual([component.name, component.version, component.provider], [NAME, version, 'octo.internal'])
    const found = await resource(version)
    const bytes = readFileSync(found.location.value)
    assert.match(bytes.toString(), /^#!/)
    assert.equal(found.resource.access?.localReference, digestOf(bytes))
    assert.deepEqual(found.resource.extraIdentity, { os: 'linux', architecture: 'amd64' })
  }
  const statement = await resource('1.0.0', { name: 'octo_release' })
  assert.ok(JSON.parse(readFileSync(statement.location.value, 'utf8')).dsseEnvelope)
})

test('says what is not configured, not there, and not offered', async (t) => {
  const scene = await anOciScene(t)
  await scene.publish()
  const { versions, get, resource, running } = await reading(t, scene.registry.url)
  await assert.rejects(get('9.9.9'), { status: 404, message: /does not have it$/ })
  await assert.rejects(versions('octo.internal/core/nothing'), { status: 404 })
  for (const name of ['hello', '../x/y', 'octo.internal/core/hello/more', 'octo.internal/co re/x', 'a//b'])
    await assert.rejects(versions(name), { status: 400, message: /no component of a registry/ }, name)
  await assert.rejects(get('1.0.0/../x'), { status: 400, message: /no version/ })
  await assert.rejects(resource('1.0.0', { name: 'other' }), { status: 404, message: /has no resource/ })
  await assert.rejects(resource('1.0.0', { name: 'hello' }), { status: 409, message: /expected one$/ })
  for (const identity of [{}, null]) await assert.rejects(resource('1.0.0', identity), { status: 400 })
  const source = { name: NAME, version: '1.0.0', identity: LINUX }
  await assert.rejects(running.call('componentVersionRepository', 'getLocalSource', source), { status: 501 })
  await scene.change({ action: 'quarantine', reason: 'malicious' })
  await assert.rejects(get('1.0.0'), { status: 451 })
  for (const urls of [[], [scene.registry.url, scene.registry.url]])
    await assert.rejects((await reading(t, ...urls)).versions(), { status: 409, message: /configured/ })
  for (const url of ['http://192.0.2.1/', 'file:///x', 'nothing'])
    await assert.rejects((await reading(t, url)).versions(), { status: 400 })
})

type Lie = (path: string, body: Buffer) => Buffer

/** A registry of which one answer is another one. */
async function lying(t: test.TestContext, scene: OciScene, lie: Lie = (_path, body) => body) {
  const asked: (string | undefined)[] = []
  const server = createServer(async (request, response) => {
    asked.push(request.headers.authorization)
    const { status, body } = await scene.ask(request.url ?? '/')
    const given = lie(request.url ?? '', body)
    response.writeHead(given === body ? status : 200).end(given)
  })
  const port = await listening(t, server)
  return { url: `http://127.0.0.1:${port}`, asked }
}

const isManifest = (path: string) => path.startsWith(`/v2/${HELLO}/manifests/`)

test('a registry that gives other bytes than it named is not believed', async (t) => {
  const scene = await anOciScene(t)
  await scene.publish()
  const { layers, config } = JSON.parse((await scene.ask(`/v2/${HELLO}/manifests/1.0.0`)).body.toString())
  const descriptor = (await scene.ask(`/v2/${HELLO}/blobs/${layers[0].digest}`)).body
  /** The manifest names another descriptor, and the registry has it. */
  const redescribed = (change: (text: string) => string): Lie => {
    const other = Buffer.from(change(descriptor.toString()))
    const layer = { ...layers[0], digest: digestOf(other), size: other.length }
    return (path, body) =>
      isManifest(path) ? manifest([layer, ...layers.slice(1)]) : path.endsWith(layer.digest) ? other : body
  }
  const manifest = (own: readonly object[]) => Buffer.from(JSON.stringify({ config, layers: own }))
  const ofBlob = (change: (body: Buffer) => Buffer): Lie => {
    return (path, body) => (path.endsWith(layers[1].digest) ? change(body) : body)
  }
  const hex = layers[1].digest.slice('sha256:'.length)
  const rows: readonly (readonly [what: string, lie: Lie])[] = [
    ['other bytes', ofBlob((body) => Buffer.from(body).fill('x', 0, 1))],
    ['fewer bytes', ofBlob((body) => body.subarray(1))],
    ['more bytes', ofBlob((body) => Buffer.concat([body, body]))],
    [
      'a descriptor with another provider',
      (path, body) =>
        path.endsWith(layers[0].digest)
          ? Buffer.from(body.toString().replace('"provider":"octo.', '"provider":"evil.'))
          : body,
    ],
    ['another descriptor', (path, body) => (path.endsWith(layers[0].digest) ? Buffer.from('{}') : body)],
    ['a descriptor of another component', redescribed((text) => text.replaceAll('hello', 'other'))],
    ['a descriptor of another version', redescribed((text) => text.replaceAll('1.0.0', '2.0.0'))],
    ['another digest of a resource', redescribed((text) => text.replaceAll(`"${hex}"`, `"${'0'.repeat(64)}"`))],
    ['a reference to no layer', redescribed((text) => text.replaceAll(`sha256:${hex}`, `sha256:${'0'.repeat(64)}`))],
    ['no descriptor', redescribed(() => '[]')],
    ['a manifest without the layer', (path, body) => (isManifest(path) ? manifest([layers[0]]) : body)],
    ['no manifest', (path, body) => (isManifest(path) ? Buffer.from('{"layers":[{}]}') : body)],
    ['no JSON', (path, body) => (isManifest(path) ? Buffer.from('<html>') : body)],
  ]
  for (const [what, lie] of rows) {
    const { url, asked } = await lying(t, scene, lie)
    const { resource } = await reading(t, url)
    await assert.rejects(resource('1.0.0'), (error: Error & { status?: number }) => {
      assert.ok([413, 502].includes(error.status ?? 0), `${what}: ${error.status} ${error.message}`)
      return true
    })
    assert.ok(asked.every((authorization) => authorization === `Bearer ${TOKEN}`))
  }
})

test('a token goes to the registry alone, whoever has the bytes', async (t) => {
  const scene = await anOciScene(t)
  await scene.publish()
  const elsewhere = await lying(t, scene)
  const asked: (string | undefined)[] = []
  const server = createServer(async (request, response) => {
    asked.push(request.headers.authorization)
    const { url = '' } = request
    if (url.includes('/blobs/')) response.writeHead(307, { location: `${elsewhere.url}${url}` }).end()
    else response.end((await scene.ask(url)).body)
  })
  const { resource } = await reading(t, `http://127.0.0.1:${await listening(t, server)}`)
  assert.ok((await resource('1.0.0')).location)
  assert.deepEqual(new Set(asked), new Set([`Bearer ${TOKEN}`]))
  assert.deepEqual(new Set(elsewhere.asked), new Set([undefined]))
})

test('reads a private repo with what the host has for the registry, and not without', async (t) => {
  const { registry } = await aPrivateScene(t)
  const { running } = await reading(t, registry.url)
  const tokenFor = async (scope: string) => (await registry.createToken([scope])).token
  const name = `octo.internal/secret/${PLUGIN}`
  const list = (properties?: Readonly<Record<string, string>>) => {
    const credentials = properties ? { credentials: { type: 'Credentials/v1', properties } } : {}
    return running.call('componentVersionRepository', 'listComponentVersions', { name }, credentials)
  }
  const token = await tokenFor('secret/*:read')
  for (const own of [{ token }, { accessToken: token }, { username: 'anybody', password: token }])
    assert.deepEqual(await list(own), ['1.0.0'])
  await assert.rejects(list(), { status: 401 })
  await assert.rejects(list({ token: await tokenFor('core/*:read') }), { status: 404 })
})

test('reads all pages of versions, and none of another server', async (t) => {
  const asked: (string | undefined)[] = []
  const pageOf = (tags: readonly unknown[], link = '') => ({ tags, link })
  const elsewhere = await listening(
    t,
    createServer((request, response) => {
      asked.push(request.url)
      response.end('{"tags":["6.6.6"]}')
    }),
  )
  const pages: Readonly<Record<string, ReturnType<typeof pageOf>>> = {
    '/v2/core/component-descriptors/a.bc/core/x/tags/list': pageOf(['1.0.0', 7], '</two>; rel="next"'),
    '/two': pageOf(['2.0.0'], '</three>; rel="prev"'),
    '/v2/core/component-descriptors/a.bc/core/y/tags/list': pageOf([], `<//127.0.0.1:${elsewhere}/two>; rel="next"`),
    '/v2/core/component-descriptors/a.bc/core/z/tags/list': pageOf(['1.0.0'], '</again>; rel="next"'),
    '/again': pageOf(['1.0.0'], '</again>; rel="next"'),
  }
  const server = createServer((request, response) => {
    const { tags, link } = pages[request.url ?? ''] ?? pageOf([])
    response.writeHead(200, { link }).end(JSON.stringify({ tags }))
  })
  const { versions } = await reading(t, `http://127.0.0.1:${await listening(t, server)}`)
  assert.deepEqual(await versions('a.bc/core/x'), ['1.0.0', '2.0.0'])
  await assert.rejects(versions('a.bc/core/y'), { status: 502 })
  assert.deepEqual(asked, [])
  await assert.rejects(versions('a.bc/core/z'), { status: 413, message: /more versions than are looked through/ })
})

test('lists the components of a repo, each once', async (t) => {
  const scene = await anOciScene(t)
  for (const version of ['1.0.0', '2.0.0']) await scene.publish({ version })
  await scene.publish({ plugin: '7zip' })
  const running = await testPlugin(lister)
  t.after(() => running.stop())
  const list = async (component: string) => {
    const repository = { type: 'OctoRegistry/v1', url: scene.registry.url, component }
    return await running.call('componentLister', 'listComponents', { repository, last: '' })
  }
  assert.deepEqual(await list('octo.internal/core'), { list: [NAME, 'octo.internal/core/n_7zip'] })
  await assert.rejects(list('octo.internal/nothing'), { status: 404 })
  await assert.rejects(list('octo.internal'), { status: 400 })
  const type = { type: 'OctoRegistry/v1', url: scene.registry.url, component: 'x' }
  const { identity } = (await running.call('componentLister', 'getIdentity', { type })) ?? {}
  const { port } = new URL(scene.registry.url)
  assert.deepEqual(identity, { type: 'OCIRegistry', scheme: 'http', hostname: '127.0.0.1', port })
})

test('names of components lead to their repositories, and no others do', () => {
  assert.equal(componentRepository(NAME), HELLO)
  assert.deepEqual(
    [tagOf('1.0.0-rc.1+b.7'), versionOf('1.0.0-rc.1.build-b.7')],
    ['1.0.0-rc.1.build-b.7', '1.0.0-rc.1+b.7'],
  )
  assert.equal(componentRepository('a.bc/n_7/n_x'), '7/component-descriptors/a.bc/n_7/n_x')
  for (const name of ['', 'a', '/a/b', 'a/b/', 'a/../b', 'A/b/c', 'a/b/c/d', 'a/b/..', 'a/b%2f', 'a/b/c?x'])
    assert.throws(() => componentRepository(name), { status: 400 }, name)
})
