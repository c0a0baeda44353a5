import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Digest } from '../../../schemas/digest.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { parseManifest } from '../../../schemas/manifest.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import type { Draft, Resource, Served } from '../../support/peers/component-server.ts'
import { AMD, ARM, aDraft, COMPONENT, resource, serveDraft } from '../../support/peers/component-server.ts'
import { publishProjects, writeKeyFiles } from '../../support/publisher/publish-project.ts'
import { anOciScene } from '../../support/registry/oci-registry.ts'

const importFrom = (host: string, cwd: string, { version = ':1.2.3', words = [] as readonly string[] } = {}) =>
  octoIn({ cwd }, ['import', `ocm://${host}/acme//${COMPONENT}${version}`, ...words])

test('a plugin of an OCM registry becomes a project, which is published and downloaded again with the same bytes', async (t) => {
  const cwd = tempFolder(t)
  const host = await serveDraft(t, aDraft())
  const run = await importFrom(host, cwd, { words: ['--repo', 'core'] })
  assert.equal(run.code, 0, run.stderr)
  assert.match(run.stdout, /imported hello 1\.2\.3 for linux_amd64, linux_arm64\n\nnext: octo publish /)
  const manifest = parseManifest(readFileSync(join(cwd, 'hello', 'plugin.yaml'), 'utf8'), 'plugin.yaml')
  assert.deepEqual(
    [manifest.name, manifest.version, manifest.protocol, manifest.repo],
    ['hello', '1.2.3', 'ocm', 'core'],
  )
  const file = join(cwd, 'hello', 'bin', 'linux_arm64', 'hello')
  assert.deepEqual([readFileSync(file), statSync(file).mode & 0o777], [ARM, 0o755])
  const { registry, ask } = await anOciScene(t)
  await publishProjects([join(cwd, 'hello')], registry, writeKeyFiles(cwd, registry.key))
  const name = 'core/component-descriptors/octo.internal/core/hello'
  const manifestOf = JSON.parse(String((await ask(`/v2/${name}/manifests/1.2.3`)).body))
  const digests = manifestOf.layers.map((layer: { digest: Digest }) => layer.digest)
  for (const bytes of [AMD, ARM]) assert.ok(digests.includes(digestOf(bytes)))
  const again = tempFolder(t)
  const back = await octoIn({ cwd: again }, [
    'import',
    `ocm://${new URL(registry.url).host}/core//octo.internal/core/hello:1.2.3`,
    '--json',
  ])
  assert.equal(back.code, 0, back.stderr)
  assert.deepEqual(readFileSync(join(again, 'hello', 'bin', 'linux_amd64', 'hello')), AMD)
})

test('without a version the newest stable one is taken; an index, YAML and other names of access are read', async (t) => {
  const cwd = tempFolder(t)
  const draft = aDraft()
  draft.isIndexed = true
  draft.descriptorType = 'application/vnd.ocm.software.component-descriptor.v2+yaml'
  const [first, second] = draft.component.resources
  Object.assign(first?.access ?? {}, { type: 'localBlob' })
  Object.assign(second ?? {}, { digest: null })
  draft.component.resources.push(resource(AMD, 'wasm', 'js'))
  const run = await importFrom(await serveDraft(t, draft), cwd, { version: '', words: ['--out', 'there', '--json'] })
  assert.equal(run.code, 0, run.stderr)
  const { version, platforms, unknown } = JSON.parse(run.stdout)
  assert.deepEqual([version, platforms, unknown], ['1.2.3', ['linux_amd64', 'linux_arm64'], ['js/wasm']])
  assert.deepEqual(readdirSync(cwd), ['there'])
})

test('a script that is the same everywhere is written once, and becomes `any` again when it is published', async (t) => {
  const cwd = tempFolder(t)
  const draft = aDraft()
  const everywhere = ['linux', 'darwin'].flatMap((os) => ['amd64', 'arm64'].map((cpu) => resource(AMD, cpu, os)))
  draft.component.resources.splice(0, 2, ...everywhere)
  const run = await importFrom(await serveDraft(t, draft), cwd, { words: ['--repo', 'core'] })
  assert.equal(run.code, 0, run.stderr)
  assert.deepEqual(readdirSync(join(cwd, 'hello', 'bin')), ['hello'])
  const text = readFileSync(join(cwd, 'hello', 'plugin.yaml'), 'utf8')
  assert.deepEqual(parseManifest(text, 'plugin.yaml').platforms, {
    any: { file: 'bin/hello', runtime: { name: 'sh' }, executables: [] },
  })
  const { registry } = await anOciScene(t)
  await publishProjects([join(cwd, 'hello')], registry, writeKeyFiles(cwd, registry.key))
  const again = tempFolder(t)
  const back = await octoIn({ cwd: again }, [
    'import',
    `ocm://${new URL(registry.url).host}/core//octo.internal/core/hello`,
  ])
  assert.equal(back.code, 0, back.stderr)
  const same = readFileSync(join(again, 'hello', 'plugin.yaml'), 'utf8')
  assert.deepEqual(parseManifest(same, 'plugin.yaml').platforms, parseManifest(text, 'plugin.yaml').platforms)
})

test('a program for several platforms is written once, and each of them names it', async (t) => {
  const cwd = tempFolder(t)
  const draft = aDraft()
  draft.component.resources.splice(1, 1, resource(AMD, 'arm64'), resource(ARM, 'amd64', 'darwin'))
  const run = await importFrom(await serveDraft(t, draft), cwd)
  assert.equal(run.code, 0, run.stderr)
  const { platforms } = parseManifest(readFileSync(join(cwd, 'hello', 'plugin.yaml'), 'utf8'), 'plugin.yaml')
  assert.deepEqual(
    Object.entries(platforms).map(([key, entry]) => [key, entry?.file]),
    [
      ['linux_amd64', 'bin/linux_amd64/hello'],
      ['linux_arm64', 'bin/linux_amd64/hello'],
      ['darwin_amd64', 'bin/darwin_amd64/hello'],
    ],
  )
  assert.deepEqual(readdirSync(join(cwd, 'hello', 'bin')).sort(), ['darwin_amd64', 'linux_amd64'])
})

const label = (name: string, value: unknown) => ({ name, value })
const IMAGE = 'org.opencontainers.image.'
const OF_STORAGE = {
  [`${IMAGE}title`]: 'OCM Component Descriptor OCI Artifact Manifest for x',
  [`${IMAGE}description`]: 'boxes',
}
const ABOUT: readonly (readonly [
  labels: readonly object[],
  annotations: object,
  about: readonly (string | undefined)[],
])[] = [
  [[], {}, ['OCM plugin of acme.org/plugins/hello', undefined, undefined, undefined]],
  [
    [label('description', 'says\n  hello'), label('license', 'MIT'), label('homepage', 'https://x.example/')],
    {},
    ['says hello', 'MIT', 'https://x.example/', undefined],
  ],
  [
    [],
    {
      [`${IMAGE}description`]: 'says',
      [`${IMAGE}licenses`]: 'Apache-2.0',
      [`${IMAGE}source`]: 'https://x.example/git',
    },
    ['says', 'Apache-2.0', undefined, 'https://x.example/git'],
  ],
  [
    [label('ocm.software/description', 'by a label')],
    { [`${IMAGE}description`]: 'says' },
    ['by a label', undefined, undefined, undefined],
  ],
  [[], OF_STORAGE, ['OCM plugin of acme.org/plugins/hello', undefined, undefined, undefined]],
  [
    [label('description', { not: 'text' }), label('url', 'javascript:x')],
    {},
    ['OCM plugin of acme.org/plugins/hello', undefined, undefined, undefined],
  ],
  [[label('description', '\u202etxt')], {}, ['OCM plugin of acme.org/plugins/hello', undefined, undefined, undefined]],
]

test('description, licence and addresses come from labels or annotations, where these are about the plugin', async (t) => {
  for (const [labels, annotations, expected] of ABOUT) {
    const cwd = tempFolder(t)
    const draft = aDraft()
    Object.assign(draft.component, { labels })
    draft.spoil.manifest = (manifest) => void Object.assign(manifest, { annotations })
    const run = await importFrom(await serveDraft(t, draft), cwd)
    assert.equal(run.code, 0, run.stderr)
    const found = parseManifest(readFileSync(join(cwd, 'hello', 'plugin.yaml'), 'utf8'), 'plugin.yaml')
    assert.deepEqual([found.description, found.license, found.homepage, found.source], expected)
  }
})

test('a registry that gives tokens to everybody is asked for one, which goes to it alone', async (t) => {
  const asked: string[] = []
  const host = await serveDraft(t, aDraft(), {
    auth: 'bearer',
    onRequest: (path, authorization) => void asked.push(`${path.split('/').slice(0, 2).join('/')} ${authorization}`),
  })
  const run = await importFrom(host, tempFolder(t))
  assert.equal(run.code, 0, run.stderr)
  const [first, token, second] = asked
  assert.deepEqual([first, second], ['/v2 undefined', '/v2 Bearer for-everybody'])
  assert.match(token ?? '', /^\/token\?service=here&scope=repository%3A/)
})

const FLIPPED = (bytes: Buffer) => Buffer.from(bytes.toString('latin1').replace('a', 'b'), 'latin1')
const secondOf = ({ component }: Draft) => component.resources[1] as Resource
const spoiled = (change: (draft: Draft) => void) => {
  const draft = aDraft()
  change(draft)
  return draft
}
const otherBytes = (find: (path: string, served: Served) => boolean) => (draft: Draft) => {
  draft.spoil.served = (files) => {
    for (const [path, each] of files)
      if (path.includes('/blobs/') && find(path, each)) files.set(path, { ...each, bytes: FLIPPED(each.bytes) })
  }
}
const says =
  (text: string) =>
  (_path: string, { bytes }: Served) =>
    bytes.includes(text)

const REFUSED: readonly (readonly [what: string, code: string, draft: Draft])[] = [
  ['a descriptor with other bytes', 'DIGEST_MISMATCH', spoiled(otherBytes(says('schemaVersion')))],
  ['a config with other bytes', 'DIGEST_MISMATCH', spoiled(otherBytes(says('componentDescriptorLayer')))],
  ['a program with other bytes', 'DIGEST_MISMATCH', spoiled(otherBytes(says('for arm64')))],
  [
    'a manifest behind an index with other bytes',
    'DIGEST_MISMATCH',
    spoiled((draft) => {
      draft.isIndexed = true
      draft.spoil.served = (files) => {
        for (const [path, each] of files)
          if (path.includes('/manifests/sha256:')) files.set(path, { ...each, bytes: Buffer.from(`${each.bytes} `) })
      }
    }),
  ],
  [
    'a config that names a descriptor which the manifest does not',
    'DIGEST_MISMATCH',
    spoiled((draft) => {
      draft.spoil.config = (config) =>
        void Object.assign(config.componentDescriptorLayer, { digest: digestOf('other') })
    }),
  ],
  [
    'a resource that refers to no layer',
    'DIGEST_MISMATCH',
    spoiled((draft) => void Object.assign(secondOf(draft).access, { localReference: digestOf('other') })),
  ],
  [
    'a resource whose digest says something else, as all zeros, which others accept',
    'DIGEST_MISMATCH',
    spoiled((draft) => void Object.assign(secondOf(draft).digest, { value: '0'.repeat(64) })),
  ],
  [
    'a digest by another algorithm under the same normalisation',
    'DIGEST_MISMATCH',
    spoiled((draft) => void Object.assign(secondOf(draft).digest, { hashAlgorithm: 'SHA-512' })),
  ],
  [
    'a descriptor of another component',
    'DOCUMENT_MISMATCH',
    spoiled((draft) => void Object.assign(draft.component, { name: 'acme.org/plugins/other' })),
  ],
  [
    'a descriptor of another version',
    'DOCUMENT_MISMATCH',
    spoiled((draft) => void Object.assign(draft.component, { version: '1.2.4' })),
  ],
  [
    'bytes that lie elsewhere',
    'FORMAT_INVALID',
    spoiled((draft) => void Object.assign(secondOf(draft), { access: { type: 'ociArtifact/v1' } })),
  ],
  [
    'a descriptor in a tar',
    'FORMAT_INVALID',
    spoiled((draft) => void Object.assign(draft, { descriptorType: `${draft.descriptorType}+tar` })),
  ],
  [
    'no resource that is a plugin',
    'NO_MATCHING_PLATFORM',
    spoiled((draft) => {
      for (const each of draft.component.resources) each.type = 'executable'
    }),
  ],
  [
    'a layer larger than any artifact',
    'LIMIT_EXCEEDED',
    spoiled((draft) => {
      draft.spoil.manifest = (manifest) => void Object.assign(manifest.layers[2] ?? {}, { size: 3 * 1024 ** 3 })
    }),
  ],
  [
    'a layer with another size than its bytes',
    'SIZE_MISMATCH',
    spoiled((draft) => {
      draft.spoil.manifest = (manifest) => void Object.assign(manifest.layers[2] ?? {}, { size: 5 })
    }),
  ],
]

test('what the descriptor does not cover is refused, and nothing of it stays', async (t) => {
  for (const [what, code, draft] of REFUSED) {
    const cwd = tempFolder(t)
    const run = await importFrom(await serveDraft(t, draft), cwd, { words: ['--json'] })
    assert.notEqual(run.code, 0, what)
    assert.match(run.stderr + run.stdout, new RegExp(`"?code"?[:=] ?"?${code}|error\\[${code}\\]`), what)
    if (!what.includes('other bytes')) assert.match(run.stderr + run.stdout, /"hint"/, what)
    assert.deepEqual(readdirSync(cwd), [], what)
  }
})

test('a version that is not there, a folder that is, and addresses of nothing are refused', async (t) => {
  const cwd = tempFolder(t)
  const host = await serveDraft(t, aDraft())
  assert.match((await importFrom(host, cwd, { version: ':9.9.9' })).stderr, /error\[VERSION_NOT_FOUND\]/)
  assert.equal((await importFrom(host, cwd)).code, 0)
  assert.match((await importFrom(host, cwd)).stderr, /error\[ALREADY_EXISTS\]/)
  const addresses = [
    ...['', 'ocm://', `ocm://${host}`, `ocm://${host}/acme/${COMPONENT}`, `https://${host}/acme//${COMPONENT}:1.2.3`],
    ...[
      `ocm://user@${host}/acme//${COMPONENT}:1.2.3`,
      `ocm://${host}/../x//${COMPONENT}/../y`,
      `ocm://${host}/acme//hello:1.2.3`,
    ],
  ]
  for (const address of addresses)
    assert.match((await octoIn({ cwd }, ['import', address])).stderr, /error\[USAGE\]/, address)
  assert.match((await importFrom(host, cwd, { words: ['--name', 'Not a name', '--out', 'x'] })).stderr, /NAME_INVALID/)
  assert.deepEqual(readdirSync(cwd), ['hello'])
})
