import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MetadataStore } from '../../../registry/db/store.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { aScript } from '../../support/builders/test-authority.ts'
import { openMemoryMetadata } from '../../support/registry/memory-metadata/metadata.ts'
import type { OciManifest, OciScene } from '../../support/registry/oci-registry.ts'
import { anOciScene, HELLO, jsonOf, LIST, MANIFEST, refusalOf, sceneOf } from '../../support/registry/oci-registry.ts'

const NOBODY = `sha256:${'0'.repeat(64)}`
const manifestOf = async ({ ask }: OciScene, reference = '1.0.0', name = HELLO) =>
  jsonOf<OciManifest>(await ask(`/v2/${name}/manifests/${reference}`))
const tagsOf = async ({ ask }: OciScene, query = '') => {
  const answer = await ask(`/v2/${HELLO}/tags/list${query}`)
  return { ...jsonOf<{ tags: string[] }>(answer), link: answer.headers.get('link') }
}

test('a release is pulled by its tag and by its digest, each part with the headers that clients need', async (t) => {
  const scene = await anOciScene(t)
  const { ask } = scene
  const release = await scene.publish({ platforms: { linux_amd64: aScript() } })
  const ping = await ask('/v2/')
  assert.deepEqual([ping.status, ping.headers.get('content-type'), jsonOf(ping)], [200, 'application/json', {}])
  const tagged = await ask(`/v2/${HELLO}/manifests/1.0.0`)
  const digest = digestOf(tagged.body)
  for (const reference of ['1.0.0', digest, encodeURIComponent(digest)])
    for (const method of ['HEAD', 'GET', 'GET']) {
      const { status, headers, body } = await ask(`/v2/${HELLO}/manifests/${reference}`, { method })
      assert.equal(status, 200)
      assert.deepEqual(
        ['content-type', 'docker-content-digest', 'content-length', 'etag'].map((name) => headers.get(name)),
        [MANIFEST, digest, String(tagged.body.length), `"${digest}"`],
      )
      assert.deepEqual(body, method === 'HEAD' ? Buffer.alloc(0) : tagged.body)
    }
  const manifest = jsonOf<OciManifest>(tagged)
  const found: Buffer[] = []
  for (const layer of [manifest.config, ...manifest.layers]) {
    const { status, headers, body } = await ask(`/v2/${HELLO}/blobs/${layer.digest}`)
    assert.deepEqual([status, headers.get('docker-content-digest'), body.length], [200, layer.digest, layer.size])
    assert.equal(digestOf(body), layer.digest)
    found.push(body)
  }
  assert.deepEqual(found.slice(2), [...release.files.values(), Buffer.from(release.bundle)])
})

test('blobs come in parts, and are not sent again to whoever has them', async (t) => {
  const scene = await anOciScene(t)
  await scene.publish({ platforms: { linux_amd64: aScript() } })
  const { config, layers } = await manifestOf(scene)
  for (const { digest, size } of [config, ...layers]) {
    const address = `/v2/${HELLO}/blobs/${digest}`
    const whole = (await scene.ask(address)).body
    const part = await scene.ask(address, { headers: { range: 'bytes=3-6' } })
    assert.deepEqual([part.status, part.headers.get('content-range')], [206, `bytes 3-6/${size}`])
    assert.deepEqual(part.body, whole.subarray(3, 7))
    assert.equal((await scene.ask(address, { headers: { range: 'bytes=99999999-' } })).status, 416)
    assert.equal((await scene.ask(address, { headers: { 'if-none-match': `"${digest}"` } })).status, 304)
  }
})

test('tags are paged in their order, and a page says where the next one is', async (t) => {
  const scene = await anOciScene(t)
  for (const version of ['10.0.0', '9.0.0', '1.0.0', '1.0.0-rc.1']) await scene.publish({ version })
  const all = ['1.0.0', '1.0.0-rc.1', '10.0.0', '9.0.0']
  assert.deepEqual(await tagsOf(scene), { name: HELLO, tags: all, link: null })
  assert.deepEqual((await tagsOf(scene, '?n=0')).tags, [])
  assert.deepEqual(await tagsOf(scene, '?n=4'), { name: HELLO, tags: all, link: null })
  const seen: string[] = []
  for (let next = `/v2/${HELLO}/tags/list?n=3`; next !== ''; ) {
    const answer = await scene.ask(next)
    seen.push(...jsonOf<{ tags: string[] }>(answer).tags)
    next = /^<(.+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1] ?? ''
  }
  assert.deepEqual(seen, all)
  assert.deepEqual((await tagsOf(scene, '?last=10')).tags, ['10.0.0', '9.0.0'])
  assert.equal(refusalOf(await scene.ask(`/v2/${HELLO}/tags/list?n=many`)), '400 UNSUPPORTED')
})

test('a yanked version is offered no more and kept for its tag and digest, with a warning; a quarantined one is refused', async (t) => {
  const scene = await anOciScene(t)
  for (const version of ['1.0.0', '2.0.0']) await scene.publish({ version })
  const digest = digestOf((await scene.ask(`/v2/${HELLO}/manifests/1.0.0`)).body)
  const { layers, config } = await manifestOf(scene)
  const references = ['1.0.0', digest]
  const look = async () => {
    const answers = await Promise.all(references.map((each) => scene.ask(`/v2/${HELLO}/manifests/${each}`)))
    return answers.map(({ status, headers }) => `${status} ${headers.get('warning')}`)
  }
  assert.deepEqual(await look(), ['200 null', '200 null'])
  await scene.change({ action: 'yank', reason: 'leaks "memory" \u00fc' })
  const withdrawn = '200 299 - "core/hello@1.0.0 was withdrawn from new installs: leaks \\"memory\\" ?"'
  assert.deepEqual([await look(), (await tagsOf(scene)).tags], [[withdrawn, withdrawn], ['2.0.0']])
  await scene.change({ action: 'unyank' })
  await scene.change({ action: 'deprecate', reason: 'use 2' })
  const deprecated = '200 299 - "core/hello@1.0.0 is deprecated: use 2"'
  assert.deepEqual(
    [await look(), (await tagsOf(scene)).tags],
    [
      [deprecated, deprecated],
      ['1.0.0', '2.0.0'],
    ],
  )
  await scene.change({ action: 'quarantine', reason: 'malicious' })
  assert.deepEqual((await tagsOf(scene)).tags, ['2.0.0'])
  for (const each of references)
    assert.equal(refusalOf(await scene.ask(`/v2/${HELLO}/manifests/${each}`)), '451 DENIED')
  for (const each of [config, ...layers]) {
    const { status } = await scene.ask(`/v2/${HELLO}/blobs/${each.digest}`)
    assert.ok(status === 451 || status === 404, String(status))
  }
  await scene.change({ action: 'unquarantine' })
  assert.deepEqual(await look(), [deprecated, deprecated])
})

test('what was read before a quarantine and rendered after it is not kept', async (t) => {
  const store = openMemoryMetadata()
  let pass: Promise<void> | undefined
  const reached = Promise.withResolvers<void>()
  const catalog: MetadataStore['catalog'] = {
    ...store.catalog,
    async release(key) {
      const found = await store.catalog.release(key)
      if (pass) reached.resolve()
      await pass
      return found
    },
  }
  const scene = await anOciScene(t, { metadata: { ...store, catalog } })
  await scene.publish()
  const held = Promise.withResolvers<void>()
  pass = held.promise
  const early = scene.ask(`/v2/${HELLO}/manifests/1.0.0`)
  await reached.promise
  pass = undefined
  await scene.change({ action: 'quarantine', reason: 'malicious' })
  held.resolve()
  assert.equal((await early).status, 200)
  assert.equal(refusalOf(await scene.ask(`/v2/${HELLO}/manifests/1.0.0`)), '451 DENIED')
})

test('a digest leads to its release also in a registry that nobody asked for it yet, and after a restart', async (t) => {
  const scene = await anOciScene(t)
  for (const version of ['1.0.0', '2.0.0']) await scene.publish({ version })
  const pinned = await scene.ask(`/v2/${HELLO}/manifests/1.0.0`)
  const { config, layers } = await manifestOf(scene)
  for (let starts = 0; starts < 2; starts++) {
    const again = sceneOf(await scene.registry.restart())
    for (const { digest } of [config, layers[0]])
      assert.equal(digestOf((await again.ask(`/v2/${HELLO}/blobs/${digest}`)).body), digest)
    const found = await again.ask(`/v2/${HELLO}/manifests/${digestOf(pinned.body)}`)
    assert.deepEqual(found.body, pinned.body)
    assert.equal(refusalOf(await again.ask(`/v2/${HELLO}/manifests/${NOBODY}`)), '404 MANIFEST_UNKNOWN')
    await again.publish({ version: `3.0.${starts}` })
    await again.registry.stop()
  }
})

test('bytes are served under the plugin whose they are, and the manifest is no blob', async (t) => {
  const scene = await anOciScene(t)
  await scene.publish()
  await scene.publish({ plugin: 'other', platforms: { linux_amd64: aScript('other bytes') } })
  const other = HELLO.replace('hello', 'other')
  const { layers } = await manifestOf(scene, '1.0.0', other)
  const [descriptor, artifact] = layers
  for (const layer of [descriptor, artifact]) {
    assert.equal((await scene.ask(`/v2/${other}/blobs/${layer?.digest}`)).status, 200)
    assert.equal(refusalOf(await scene.ask(`/v2/${HELLO}/blobs/${layer?.digest}`)), '404 BLOB_UNKNOWN')
    assert.equal(refusalOf(await scene.ask(`/v2/${LIST}/blobs/${layer?.digest}`)), '404 BLOB_UNKNOWN')
    assert.equal(refusalOf(await scene.ask(`/v2/${other}/manifests/${layer?.digest}`)), '404 MANIFEST_UNKNOWN')
  }
  const digest = digestOf((await scene.ask(`/v2/${HELLO}/manifests/1.0.0`)).body)
  assert.equal(refusalOf(await scene.ask(`/v2/${HELLO}/blobs/${digest}`)), '404 BLOB_UNKNOWN')
})

test('a repo is a component whose newest version refers to its plugins, also for whoever read the tag before a publish', async (t) => {
  const scene = await anOciScene(t)
  await scene.publish()
  const list = async () => jsonOf<{ tags: [string] }>(await scene.ask(`/v2/${LIST}/tags/list`)).tags
  assert.deepEqual(await list(), ['1.0.1'])
  const head = await scene.ask(`/v2/${LIST}/manifests/1.0.1`, { method: 'HEAD' })
  const digest = head.headers.get('docker-content-digest')
  await scene.publish({ version: '1.1.0' })
  assert.deepEqual(await list(), ['1.0.2'])
  const before = await manifestOf(scene, digest ?? '', LIST)
  assert.equal(before.annotations['software.ocm.componentversion'], 'octo.internal/core:1.0.1')
  assert.equal((await scene.ask(`/v2/${LIST}/blobs/${before.layers[0].digest}`)).status, 200)
  const { layers } = await manifestOf(scene, '1.0.2', LIST)
  type Described = { component: { componentReferences: { name: string; version: string }[] } }
  const { component } = jsonOf<Described>(await scene.ask(`/v2/${LIST}/blobs/${layers[0].digest}`))
  assert.deepEqual(
    component.componentReferences.map(({ name, version }) => `${name} ${version}`),
    ['hello 1.1.0', 'hello 1.0.0'],
  )
  const outdated = await scene.ask(`/v2/${LIST}/manifests/1.0.1`)
  assert.equal(refusalOf(outdated), '404 MANIFEST_UNKNOWN')
  assert.match(outdated.body.toString(), /newest version `1\.0\.2`/)
})

const REFUSED: readonly (readonly [method: string, path: string, refusal: string])[] = [
  ['GET', `/v2/${HELLO}/manifests/9.9.9`, '404 MANIFEST_UNKNOWN'],
  ['GET', `/v2/${HELLO}/manifests/latest`, '404 MANIFEST_UNKNOWN'],
  ['GET', `/v2/${HELLO}/manifests/${NOBODY}`, '404 MANIFEST_UNKNOWN'],
  ['GET', `/v2/${HELLO}/manifests/sha512:${'0'.repeat(128)}`, '404 MANIFEST_UNKNOWN'],
  ['GET', `/v2/${HELLO}/manifests/sha256:totallywrong`, '400 DIGEST_INVALID'],
  ['GET', `/v2/${HELLO}/manifests/sha256:${'A'.repeat(64)}`, '400 DIGEST_INVALID'],
  ['GET', `/v2/${HELLO}/blobs/${NOBODY}`, '404 BLOB_UNKNOWN'],
  ['GET', `/v2/${HELLO}/blobs/sha512:${'0'.repeat(128)}`, '404 BLOB_UNKNOWN'],
  ['GET', `/v2/${HELLO}/blobs/1.0.0`, '400 DIGEST_INVALID'],
  ['GET', `/v2/${HELLO}/referrers/1.0.0`, '400 DIGEST_INVALID'],
  ['GET', `/v2/${HELLO.replace('hello', 'nobody')}/tags/list`, '404 NAME_UNKNOWN'],
  ['GET', `/v2/${HELLO.replace('hello', 'nobody')}/manifests/1.0.0`, '404 NAME_UNKNOWN'],
  ['GET', `/v2/${HELLO.replace('hello', 'nobody')}/blobs/${NOBODY}`, '404 NAME_UNKNOWN'],
  ['GET', `/v2/${HELLO.replace('hello', 'nobody')}/referrers/${NOBODY}`, '404 NAME_UNKNOWN'],
  ['GET', `/v2/${LIST.replaceAll('core', 'nobody')}/tags/list`, '404 NAME_UNKNOWN'],
  ['GET', `/v2/${LIST.replaceAll('core', 'nobody')}/manifests/1.0.0`, '404 NAME_UNKNOWN'],
  ['GET', `/v2/other/${HELLO.slice('core/'.length)}/tags/list`, '404 NAME_UNKNOWN'],
  ['GET', `/v2/${HELLO.replace('octo.internal', 'octo.other')}/tags/list`, '404 NAME_UNKNOWN'],
  ['GET', '/v2/hello/tags/list', '404 NAME_UNKNOWN'],
  ['GET', '/v2/Hello/tags/list', '400 NAME_INVALID'],
  ['GET', '/v2/a..b/tags/list', '400 NAME_INVALID'],
  ['GET', '/v2/_catalog', '404 NAME_UNKNOWN'],
  ['GET', '/v2/%zz/tags/list', '404 NAME_UNKNOWN'],
  ['GET', `/v2/${'a'.repeat(1500)}/tags/list`, '404 NAME_UNKNOWN'],
  ['GET', `/v2/${HELLO}%2f..%2fother/tags/list`, '400 NAME_INVALID'],
  ['POST', '/v2/', '405 UNSUPPORTED'],
  ['POST', `/v2/${HELLO}/blobs/uploads/`, '405 UNSUPPORTED'],
  ['POST', `/v2/${HELLO}/blobs/uploads/?mount=${NOBODY}&from=other`, '405 UNSUPPORTED'],
  ['GET', `/v2/${HELLO}/blobs/uploads/some-session`, '405 UNSUPPORTED'],
  ['PATCH', `/v2/${HELLO}/blobs/uploads/some-session`, '405 UNSUPPORTED'],
  ['PUT', `/v2/${HELLO}/manifests/1.0.0`, '405 UNSUPPORTED'],
  ['DELETE', `/v2/${HELLO}/manifests/1.0.0`, '405 UNSUPPORTED'],
  ['DELETE', `/v2/${HELLO}/blobs/${NOBODY}`, '405 UNSUPPORTED'],
  ['PUT', `/v2/${HELLO}/manifests/sha256:totallywrong`, '400 DIGEST_INVALID'],
]

test('what is not there, is misspelt or would write is refused in the words of the OCI specification', async (t) => {
  const scene = await anOciScene(t)
  await scene.publish()
  for (const [method, path, refusal] of REFUSED) {
    const body = method === 'GET' || method === 'DELETE' ? undefined : 'x'.repeat(70_000)
    const answer = await scene.ask(path, { method, ...(body === undefined ? {} : { body }) })
    assert.equal(refusalOf(answer), refusal, `${method} ${path}`)
    assert.equal(answer.headers.get('content-type'), 'application/json')
    assert.equal(answer.headers.get('cache-control'), 'no-store')
    assert.equal(answer.headers.get('docker-content-digest'), null)
    if (answer.status === 405) assert.equal(answer.headers.get('allow'), 'GET, HEAD')
    if (method === 'GET') assert.equal((await scene.ask(path, { method: 'HEAD' })).body.length, 0)
  }
})

test('nothing refers to a manifest, and addresses beside `/v2/` are none of the OCI face', async (t) => {
  const scene = await anOciScene(t)
  await scene.publish()
  const answer = await scene.ask(`/v2/${HELLO}/referrers/${NOBODY}?artifactType=application/x`)
  assert.equal(answer.headers.get('content-type'), 'application/vnd.oci.image.index.v1+json')
  assert.equal(answer.headers.get('oci-filters-applied'), 'artifactType')
  assert.deepEqual(jsonOf<{ manifests: unknown[] }>(answer).manifests, [])
  for (const path of ['/v20/', '/v2x', '/V2/'])
    assert.match((await scene.ask(path)).headers.get('content-type') ?? '', /problem/)
})

test('below a path of a shared host a repository has that path before its name, in links too', async (t) => {
  const scene = await anOciScene(t, { baseUrl: 'https://plugins.example.com/core' })
  for (const version of ['1.0.0', '2.0.0']) await scene.publish({ version })
  const name = 'core/component-descriptors/plugins.example.com/core/hello'
  for (const asked of [name, `core/${name}`]) {
    const answer = await scene.ask(`/v2/${asked}/tags/list?n=1`)
    assert.equal(answer.headers.get('link'), `</v2/${asked}/tags/list?n=1&last=1.0.0>; rel="next"`)
    const manifest = await manifestOf(scene, '1.0.0', asked)
    assert.equal(manifest.annotations['software.ocm.componentversion'], 'plugins.example.com/core/hello:1.0.0')
    assert.equal((await scene.ask(`/v2/${asked}/manifests/1.0.0`)).headers.get('warning'), null)
  }
  await scene.change({ action: 'yank', reason: 'old' })
  for (const asked of [name, `core/${name}`])
    assert.match((await scene.ask(`/v2/${asked}/manifests/1.0.0`)).headers.get('warning') ?? '', /withdrawn/)
})
