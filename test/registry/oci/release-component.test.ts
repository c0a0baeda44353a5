import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RenderedComponent } from '../../../registry/oci/component-version.ts'
import { platformsForOcm, renderRelease } from '../../../registry/oci/release-component.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { stableJson } from '../../../schemas/json.ts'
import type { ReleaseRecipe } from '../../support/builders/test-authority.ts'
import { aPredicate } from '../../support/builders/test-authority.ts'

const BUNDLE = { bundleDigest: digestOf('statement'), bundleSize: 9 }
const OCM = { protocol: 'ocm' } as const

const rendered = (recipe: ReleaseRecipe, domain = 'acme.org') =>
  renderRelease(domain, { predicate: aPredicate(recipe).predicate, ...BUNDLE })
const read = ({ manifest, config, descriptor }: RenderedComponent) => ({
  manifest: JSON.parse(manifest.bytes.toString()),
  config: JSON.parse(config.bytes.toString()),
  component: JSON.parse(descriptor.bytes.toString()).component,
})

type Shown = { type: string; name: string; extraIdentity?: Record<string, string> }
const resourcesOf = (recipe: ReleaseRecipe) =>
  (read(rendered(recipe)).component.resources as Shown[]).map(({ type, name, extraIdentity = {} }) =>
    [type, name, ...Object.entries(extraIdentity).map((pair) => pair.join('='))].join(' '),
  )

/** Digests that clients have pinned: no later octo may render a release that is published in another way. */
const FROZEN: readonly (readonly [title: string, recipe: ReleaseRecipe, manifest: string, descriptor: string])[] = [
  [
    'a check for four platforms',
    {},
    'sha256:c266d38791b8de7fbbf0e2a8a9e3a3903f3cac7a889f9ab64bba409c4af24c69',
    'sha256:786d3c2981db23abbb57abfe6eac025fcf60a8b915d8bc30cdd05cd32d067891',
  ],
  [
    'an OCM plugin with all that is shown of it',
    {
      plugin: '7zip',
      version: '2.0.0-rc.1',
      manifest: {
        ...OCM,
        license: 'MIT',
        homepage: 'https://acme.org',
        source: 'https://acme.org/git',
        description: 'ü "x" \u2028',
      },
      platforms: { linux_amd64: Buffer.from('one'), linux_arm64_musl: Buffer.from('two'), any: Buffer.from('three') },
    },
    'sha256:9dcde8e490735ae5df854ae426df257d910bc3c40a87a29ac8dddb32be616e73',
    'sha256:19ca391aaaf4ecd960c5c381096e58acb754e47b1f316a0f9cc1e1b67b498d60',
  ],
]

for (const [title, recipe, manifest, descriptor] of FROZEN)
  test(`the digests of a release never change: ${title}`, () => {
    const found = rendered(recipe)
    assert.equal(found.manifest.digest, manifest)
    assert.equal(found.descriptor.digest, descriptor)
  })

test('a manifest names its descriptor by a config, and each resource by a layer with its digest and size', () => {
  const { predicate } = aPredicate({ manifest: { ...OCM }, platforms: { linux_amd64: Buffer.from('program') } })
  const component = renderRelease('acme.org', { predicate, ...BUNDLE })
  const { manifest, config, component: described } = read(component)
  for (const { digest, bytes } of Object.values(component)) assert.equal(digest, digestOf(bytes))
  const { mediaType, digest, bytes } = component.descriptor
  assert.deepEqual(config, { componentDescriptorLayer: { mediaType, digest, size: bytes.length } })
  assert.deepEqual(manifest.config, {
    mediaType: 'application/vnd.ocm.software.component.config.v1+json',
    digest: component.config.digest,
    size: component.config.bytes.length,
  })
  const identity = { architecture: 'amd64', name: 'hello', os: 'linux', version: '1.0.0' }
  assert.deepEqual(manifest.layers, [
    { mediaType, digest, size: bytes.length },
    {
      mediaType: 'application/octet-stream',
      digest: digestOf('program'),
      size: 7,
      annotations: { 'software.ocm.artifact': stableJson([{ identity, kind: 'resource' }]) },
      platform: { architecture: 'amd64', os: 'linux' },
    },
    {
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      digest: BUNDLE.bundleDigest,
      size: 9,
      annotations: {
        'software.ocm.artifact': stableJson([
          { identity: { name: 'octo_release', version: '1.0.0' }, kind: 'resource' },
        ]),
      },
    },
  ])
  assert.equal(manifest.annotations['software.ocm.componentversion'], 'acme.org/core/hello:1.0.0')
  assert.deepEqual(described.resources[0], {
    name: 'hello',
    version: '1.0.0',
    type: 'ocmPlugin',
    relation: 'local',
    extraIdentity: { os: 'linux', architecture: 'amd64' },
    access: { type: 'localBlob/v1', localReference: digestOf('program'), mediaType: 'application/octet-stream' },
    digest: {
      hashAlgorithm: 'SHA-256',
      normalisationAlgorithm: 'genericBlobDigest/v1',
      value: digestOf('program').slice('sha256:'.length),
    },
  })
})

const bytes = (text: string) => Buffer.from(text)
const archive = { format: 'tar.gz', executable: 'bin/hello', bytes: bytes('archive') } as const
const STATEMENT = 'sigstoreBundle octo_release'

const RESOURCES: readonly (readonly [
  recipe: ReleaseRecipe,
  resources: readonly string[],
  platforms: readonly string[],
])[] = [
  [{ platforms: { linux_amd64: bytes('a') } }, ['executable hello os=linux architecture=amd64'], []],
  [{ platforms: { any: bytes('a') } }, ['executable hello'], []],
  [
    { manifest: OCM, platforms: { windows_amd64: bytes('w'), darwin_arm64: bytes('d') } },
    ['ocmPlugin hello architecture=arm64 os=darwin', 'ocmPlugin hello architecture=amd64 os=windows'],
    ['darwin/arm64', 'windows/amd64'],
  ],
  [
    { manifest: OCM, platforms: { linux_amd64_musl: bytes('m'), linux_amd64: bytes('g') } },
    ['ocmPlugin hello os=linux architecture=amd64', 'ocmPlugin hello os=linux architecture=amd64 libc=musl'],
    ['linux/amd64'],
  ],
  [{ manifest: OCM, platforms: { linux_amd64: archive } }, ['directoryTree hello os=linux architecture=amd64'], []],
  [{ manifest: OCM, platforms: { any: archive } }, ['directoryTree hello'], []],
  [
    { manifest: OCM, platforms: { any: bytes('script'), linux_arm64: bytes('l'), darwin_amd64: archive } },
    [
      'directoryTree hello os=darwin architecture=amd64',
      'ocmPlugin hello os=linux architecture=arm64',
      'ocmPlugin hello os=linux architecture=amd64',
      'ocmPlugin hello os=darwin architecture=arm64',
    ],
    ['darwin/arm64', 'linux/amd64', 'linux/arm64'],
  ],
]

test('each platform is a resource of its own identity, and an OCM plugin where `ocm` can start the very file', () => {
  for (const [recipe, resources, platforms] of RESOURCES) {
    const found = resourcesOf(recipe)
    const sorted = (lines: readonly string[]) => lines.map((line) => line.split(' ').sort().join(' ')).sort()
    assert.deepEqual(sorted(found), sorted([...resources, STATEMENT]))
    const identities = sorted(found).map((line) => line.replace(/\b(?:executable|ocmPlugin|directoryTree)\b/, ''))
    assert.equal(new Set(identities).size, found.length)
    assert.deepEqual(platformsForOcm(aPredicate(recipe).predicate), platforms)
  }
})

test('platforms with the same bytes share a layer, and a domain is part of every digest', () => {
  const { manifest } = read(rendered({ manifest: OCM, platforms: { any: bytes('script') } }))
  assert.equal(manifest.layers.length, 3)
  assert.equal(JSON.parse(manifest.layers[1].annotations['software.ocm.artifact']).length, 4)
  assert.equal(manifest.layers[1].platform, undefined)
  assert.notEqual(rendered({}, 'acme.org').manifest.digest, rendered({}, 'other.org').manifest.digest)
})
