// The requests of the real `ocm`, in the order in which it sends them, and what it needs of each answer. Its own manifest of a
// plugin, captured, shows the shape that it writes and reads.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Digest } from '../../../schemas/digest.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { aScript } from '../../support/builders/test-authority.ts'
import type { OciManifest, OciScene } from '../../support/registry/oci-registry.ts'
import { anOciScene, HELLO, jsonOf, LIST, MANIFEST } from '../../support/registry/oci-registry.ts'

const ACCEPT = [
  ...[
    'application/vnd.docker.distribution.manifest.v2+json',
    'application/vnd.docker.distribution.manifest.list.v2+json',
  ],
  ...[MANIFEST, 'application/vnd.oci.image.index.v1+json', 'application/vnd.oci.artifact.manifest.v1+json'],
].join(', ')

type Resource = {
  readonly name: string
  readonly type: string
  readonly version: string
  readonly extraIdentity?: Readonly<Record<string, string>>
  readonly access: { readonly type: string; readonly localReference: Digest }
}
type Reference = {
  readonly name: string
  readonly version: string
  readonly componentName: string
  readonly labels: readonly Label[]
}
type Label = { readonly name: string; readonly value: unknown }
type Descriptor = {
  readonly meta: unknown
  readonly component: {
    name: string
    version: string
    resources: readonly Resource[]
    componentReferences: readonly Reference[]
  }
}

/** HEAD of the tag; GET of its digest, of the config, and of the descriptor that the config names. */
async function readComponentVersion({ ask }: OciScene, name: string, tag: string) {
  const head = await ask(`/v2/${name}/manifests/${tag}`, { method: 'HEAD', headers: { accept: ACCEPT } })
  const digest = head.headers.get('docker-content-digest')
  assert.deepEqual([head.status, head.headers.get('content-type')], [200, MANIFEST])
  const found = await ask(`/v2/${name}/manifests/${digest}`, { headers: { accept: ACCEPT } })
  assert.deepEqual([digestOf(found.body), String(found.body.length)], [digest, head.headers.get('content-length')])
  const manifest = jsonOf<OciManifest>(found)
  const config = await ask(`/v2/${name}/blobs/${manifest.config.digest}`)
  assert.equal(digestOf(config.body), manifest.config.digest)
  const { componentDescriptorLayer } = jsonOf<{ componentDescriptorLayer: { digest: Digest; size: number } }>(config)
  const described = await ask(`/v2/${name}/blobs/${componentDescriptorLayer.digest}`)
  assert.equal(digestOf(described.body), manifest.layers[0].digest)
  assert.equal(described.body.length, componentDescriptorLayer.size)
  return { manifest, descriptor: jsonOf<Descriptor>(described) }
}

/** `ocm plugin registry list`: all tags, each looked at, and the newest version of the component read. */
async function listPlugins(scene: OciScene) {
  const { tags } = jsonOf<{ tags: readonly string[] }>(await scene.ask(`/v2/${LIST}/tags/list`))
  const [tag = ''] = tags
  assert.equal(tags.length, 1)
  const { manifest, descriptor } = await readComponentVersion(scene, LIST, tag)
  assert.equal(manifest.annotations['software.ocm.componentversion'], `octo.internal/core:${tag}`)
  const rows = descriptor.component.componentReferences.map(({ name, version, labels }) => {
    type Info = { description: string; platforms: string[] }
    const [{ description, platforms, ...others } = {} as Info] = labels.map(({ value }) => value as Info)
    assert.deepEqual([labels.length, labels[0]?.name, others], [1, 'ocm.software/pluginInfo', {}])
    return { name, version, description, platforms }
  })
  return { rows, descriptor }
}

/** `ocm download plugin`: the first resource of the type that has the version, os and architecture. */
async function download(scene: OciScene, version: string, wanted: Readonly<Record<string, string>>): Promise<Buffer> {
  const { descriptor } = await readComponentVersion(scene, HELLO, version)
  await readComponentVersion(scene, HELLO, version)
  const found = descriptor.component.resources.find(
    ({ type, version: own, extraIdentity = {} }) =>
      type === 'ocmPlugin' &&
      own === version &&
      Object.entries(wanted).every(([key, value]) => extraIdentity[key] === value),
  )
  assert.equal(found?.access.type, 'localBlob/v1')
  const { body } = await scene.ask(`/v2/${HELLO}/blobs/${found.access.localReference}`)
  assert.equal(digestOf(body), found.access.localReference)
  return body
}

test('`ocm plugin registry list` and `get` read the list, and `ocm download plugin` the bytes for its machine', async (t) => {
  const scene = await anOciScene(t)
  const platforms = { linux_amd64: aScript('for amd64'), linux_arm64: aScript('for arm64') }
  await scene.publish({ platforms })
  await scene.publish({
    version: '1.1.0',
    platforms: { any: { bytes: aScript('for all'), runtime: { name: 'sh' } } },
    manifest: { protocol: 'ocm' },
  })
  await scene.publish({ plugin: 'check', manifest: { protocol: 'exec' } })
  const { rows, descriptor } = await listPlugins(scene)
  const shown = { name: 'hello', description: 'says hello' }
  assert.deepEqual(rows, [
    { ...shown, version: '1.1.0', platforms: ['darwin/amd64', 'darwin/arm64', 'linux/amd64', 'linux/arm64'] },
    { ...shown, version: '1.0.0', platforms: ['linux/amd64', 'linux/arm64'] },
  ])
  for (const { componentName, version } of descriptor.component.componentReferences) {
    const found = await readComponentVersion(scene, `core/component-descriptors/${componentName}`, version)
    assert.deepEqual([found.descriptor.component.name, found.descriptor.component.version], [componentName, version])
  }
  assert.deepEqual(await download(scene, '1.0.0', { os: 'linux', architecture: 'arm64' }), platforms.linux_arm64)
  assert.deepEqual(await download(scene, '1.1.0', { os: 'darwin', architecture: 'arm64' }), aScript('for all'))
})

test('our manifest has the shape of the one that the real `ocm` writes', async (t) => {
  const captured = JSON.parse(readFileSync(new URL('../../fixtures/ocm/manifest.json', import.meta.url), 'utf8'))
  const scene = await anOciScene(t)
  await scene.publish({ platforms: { linux_amd64: aScript('a'), darwin_arm64: aScript('b') } })
  const { manifest } = await readComponentVersion(scene, HELLO, '1.0.0')
  const ours = JSON.parse(JSON.stringify(manifest))
  const keys = (value: object) => Object.keys(value).sort()
  assert.deepEqual(keys(ours), keys(captured))
  for (const key of ['schemaVersion', 'mediaType', 'artifactType']) assert.equal(ours[key], captured[key])
  assert.equal(ours.config.mediaType, captured.config.mediaType)
  assert.equal(ours.layers[0].mediaType, captured.layers[0].mediaType)
  for (const layer of [1, 2]) {
    assert.deepEqual(keys(ours.layers[layer]), keys(captured.layers[layer]))
    assert.equal(ours.layers[layer].mediaType, captured.layers[layer].mediaType)
  }
  const identityOf = (found: typeof captured, layer: number) =>
    JSON.parse(found.layers[layer].annotations['software.ocm.artifact'])
  assert.deepEqual(identityOf(ours, 2), [
    { ...identityOf(captured, 1)[0], identity: { ...identityOf(captured, 1)[0].identity, name: 'hello' } },
  ])
  for (const key of ['software.ocm.componentversion', 'software.ocm.creator', 'org.opencontainers.image.title'])
    assert.ok(key in ours.annotations && key in captured.annotations, key)
})
