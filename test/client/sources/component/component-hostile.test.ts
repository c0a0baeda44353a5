// A plugin registry of OCM that says what nobody vouched for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openClient } from '../../../../client/index.ts'
import { pluginsIn } from '../../../../client/sources/component/plugin-list.ts'
import type { OcmReference } from '../../../../schemas/component/descriptor.ts'
import type { ErrorCode } from '../../../../schemas/error-codes.ts'
import { LIMITS } from '../../../../schemas/limits.ts'
import type { Name } from '../../../../schemas/name.ts'
import { expectCodeAsync } from '../../../support/assertions/expect-code.ts'
import { aScript } from '../../../support/builders/test-authority.ts'
import type { Trust } from '../../../support/client/component-scene.ts'
import { AMD, ARM, aComponentScene, FILES, ocmKey, publishSigned } from '../../../support/client/component-scene.ts'
import type { ComponentRegistry, DraftComponent } from '../../../support/peers/component-registry.ts'
import {
  aListComponent,
  aPluginComponent,
  issueComponentKey,
  signatureOf,
} from '../../../support/peers/component-registry.ts'

const KEYS: Trust = { keys: [ocmKey.trustKey] }

type Hostile = (registry: ComponentRegistry, parts: { list: DraftComponent; plugin: DraftComponent }) => void

const other = issueComponentKey()
const republish = (registry: ComponentRegistry, plugin: DraftComponent, files = [AMD, ARM]) =>
  registry.put(plugin, { files })
const firstOf = ({ resources }: DraftComponent) => resources[0] ?? assert.fail('no resource')

const REFUSED: readonly (readonly [what: string, code: ErrorCode, act: Hostile, trust?: Trust])[] = [
  [
    'a list that was changed after it was signed',
    'SIGNATURE_INVALID',
    (registry, { list }) => {
      const signatures = [signatureOf(list, ocmKey)]
      registry.put({ ...list, provider: 'evil.org' }, { signatures })
    },
  ],
  [
    'a label of a reference that was changed after it was signed',
    'SIGNATURE_INVALID',
    (registry, { list }) => {
      const signatures = [signatureOf(list, ocmKey)]
      const [reference] = list.componentReferences
      registry.put({ ...list, componentReferences: [{ ...reference, labels: [] } as never] }, { signatures })
    },
  ],
  [
    'a list that somebody else signed',
    'SIGNER_NOT_ALLOWED',
    (registry, { list }) => void registry.put(list, { signatures: [signatureOf(list, other)] }),
  ],
  [
    'a signature whose method octo does not know',
    'SIGNER_NOT_ALLOWED',
    (registry, { list }) => {
      const made = signatureOf(list, ocmKey)
      registry.put(list, {
        signatures: [{ ...made, signature: { ...made.signature, mediaType: 'application/x-pem-file' } }],
      })
    },
  ],
  ['a key that was revoked', 'SIGNER_NOT_ALLOWED', () => undefined, { keys: [{ ...ocmKey.trustKey, revoked: true }] }],
  ['a key that has ended', 'SIGNER_NOT_ALLOWED', () => undefined, { keys: [{ ...ocmKey.trustKey, to: 1 }] }],
  [
    'a plugin with other files than the list refers to',
    'DIGEST_MISMATCH',
    (registry) => void republish(registry, aPluginComponent({ 'linux/amd64': ARM, 'linux/arm64': ARM })),
  ],
  [
    'a resource that lies elsewhere than its proven digest says',
    'DIGEST_MISMATCH',
    (registry, { plugin }) => {
      // Where a resource lies is no part of what is signed.
      Object.assign(firstOf(plugin).access, { localReference: plugin.resources[1]?.access.localReference })
      republish(registry, plugin)
    },
  ],
  [
    'a proven descriptor that says no digest of a resource',
    'DIGEST_MISMATCH',
    (registry, { plugin }) => {
      delete firstOf(plugin).digest
      relist(registry, plugin)
    },
  ],
  [
    'a digest of a resource in another form than its bytes',
    'DIGEST_MISMATCH',
    (registry, { plugin }) => {
      Object.assign(firstOf(plugin).digest ?? {}, { normalisationAlgorithm: 'ociArtifactDigest/v1' })
      relist(registry, plugin)
    },
  ],
  [
    'a digest of a reference by a normalisation that octo does not know',
    'DIGEST_MISMATCH',
    (registry, { plugin }) => {
      const list = aListComponent([plugin])
      Object.assign(list.componentReferences[0]?.digest ?? {}, { normalisationAlgorithm: 'jsonNormalisation/v1' })
      registry.put(list, { signatures: [signatureOf(list, ocmKey)] })
    },
  ],
  [
    'a program with other bytes',
    'DIGEST_MISMATCH',
    ({ documents }) => {
      for (const [path, found] of documents)
        if (found.bytes.equals(AMD)) documents.set(path, { ...found, bytes: aScript('for evil6') })
    },
  ],
  [
    'another component under the address of the plugin',
    'DOCUMENT_MISMATCH',
    ({ documents, put }) => {
      put(aPluginComponent(FILES, { name: 'acme.org/plugins/other' }), { files: [AMD, ARM] })
      const [from, to] = ['other', 'hello'].map((name) => `/v2/acme/component-descriptors/acme.org/plugins/${name}`)
      for (const [path, found] of documents) documents.set(path.replace(from ?? '', to ?? ''), found)
    },
  ],
  ['a component version that is gone', 'VERSION_NOT_FOUND', (registry, { plugin }) => registry.forget(plugin)],
  ['a registry that is not there', 'REPO_NOT_FOUND', (registry, { list }) => registry.forget(list)],
  [
    'no file for any platform that octo knows',
    'NO_MATCHING_PLATFORM',
    (registry) => relist(registry, aPluginComponent({ 'js/wasm': AMD })),
  ],
]

function relist(registry: ComponentRegistry, plugin: DraftComponent): void {
  const list = aListComponent([plugin])
  republish(registry, plugin)
  registry.put(list, { signatures: [signatureOf(list, ocmKey)] })
}

test('what is not proven from the top is refused, and nothing of it is locked or can be started', async (t) => {
  for (const [what, code, act, trust = KEYS] of REFUSED) {
    const { registry, base, install, lockPath } = await aComponentScene(t)
    act(registry, publishSigned(registry))
    const isThere = async () => (await openClient(base(trust))).lockfile().plugins
    await expectCodeAsync(code, () => install(base(trust))).catch((error) => assert.fail(`${what}: ${error.message}`))
    if (code !== 'DIGEST_MISMATCH' || !what.startsWith('a program'))
      assert.deepEqual(await isThere(), {}, `${what} ${lockPath}`)
  }
})

test('names and versions of a list that octo does not have are passed over', () => {
  const listed = (name: string, version: string, componentName = 'acme.org/plugins/hello') =>
    ({ name, version, componentName }) as OcmReference
  const componentReferences = [
    listed('hello', '1.0.0'),
    listed('Hello', '1.0.1'),
    listed('../hello', '1.0.2'),
    listed('hello', 'latest'),
    listed('hello', '1.0'),
    listed('hello', '../../1.0.0'),
    listed('hello', '1.0.3', 'Acme.org/../../x'),
    listed('hello', '1.0.4', ''),
    listed('hello', '1.0.5', 'acme.org/plugins/hello?x=y'),
  ]
  const found = pluginsIn({ component: { componentReferences } } as never)
  const rows = [...found].flatMap(([name, versions]) => versions.map(({ version }) => `${name} ${version}`))
  assert.deepEqual(rows, ['hello 1.0.0'])
})

test('a descriptor that is larger than a store keeps is refused', async (t) => {
  const { registry, base, install, lockPath } = await aComponentScene(t)
  const plugin = aPluginComponent(FILES)
  Object.assign(plugin, { labels: [{ name: 'note', value: 'x'.repeat(LIMITS.bundleBytes) }] })
  publishSigned(registry, { plugin })
  const { message } = await expectCodeAsync('LIMIT_EXCEEDED', () => install(base(KEYS)))
  assert.match(message, /descriptor/)
  assert.deepEqual((await openClient({ ...base(KEYS), lockPath })).lockfile().plugins, {})
})

test('what one repo trusts proves nothing to another repo of the same address', async (t) => {
  const { registry, base, install, readLock } = await aComponentScene(t)
  const world = aPluginComponent(FILES, { name: 'acme.org/plugins/world' })
  const hello = aPluginComponent(FILES)
  for (const plugin of [hello, world]) republish(registry, plugin)
  const list = aListComponent([hello, world])
  registry.put(list, { signatures: [signatureOf(list, ocmKey)] })
  const options = base(KEYS, ['acme/hello', 'strict/world'])
  const [acme = assert.fail()] = options.config.repos
  const strict = {
    ...acme,
    name: 'strict' as Name,
    trust: { kind: 'component', keys: [other.trustKey], digests: [] } as const,
  }
  const config = { ...options.config, repos: [acme, strict] }
  await expectCodeAsync('SIGNER_NOT_ALLOWED', () => install({ ...options, config }))
  assert.deepEqual(Object.keys(readLock().plugins), ['acme/hello'])
})
