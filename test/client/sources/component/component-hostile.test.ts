// A plugin registry of OCM, or a lockfile, that says what nobody vouched for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openClient } from '../../../../client/index.ts'
import type { ErrorCode } from '../../../../schemas/error-codes.ts'
import type { Name } from '../../../../schemas/name.ts'
import { expectCodeAsync } from '../../../support/assertions/expect-code.ts'
import { aScript } from '../../../support/builders/test-authority.ts'
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

type Entry = NonNullable<ReturnType<ReturnType<typeof aMachineFor>['readLock']>['plugins'][string]>

test('a lockfile that says something else than what is proven installs nothing', async (t) => {
  const { registry, base, install, readLock } = await aComponentScene(t)
  const { plugin } = publishSigned(registry)
  const evil = aPluginComponent({ 'linux/amd64': ARM, 'linux/arm64': AMD }, { name: 'acme.org/plugins/evil' })
  const descriptor = registry.put(evil, { files: [AMD, ARM], signatures: [signatureOf(evil, ocmKey)] })
  await install(base(KEYS))
  const good = readLock()
  const amd = (entry: Entry) => entry.platforms['linux_amd64' as never] as { digest: unknown; size: number }
  const changes: Readonly<Record<string, (entry: Entry) => void>> = {
    'another signer': (entry) => Object.assign(entry, { signer: 'pinned' }),
    'no component version': (entry) => Reflect.deleteProperty(entry, 'component'),
    'no descriptor': (entry) => Reflect.deleteProperty(entry, 'bundle'),
    'another descriptor of the same signer': (entry) => Object.assign(entry.bundle ?? {}, { digest: descriptor }),
    'another component of the same signer': (entry) => {
      Object.assign(entry.bundle ?? {}, { digest: descriptor })
      Object.assign(entry.component ?? {}, { name: evil.name })
    },
    'other bytes': (entry) => Object.assign(amd(entry), { digest: plugin.resources[1]?.access.localReference }),
    'a platform less': (entry) => Reflect.deleteProperty(entry.platforms, 'linux_arm64'),
    'a platform more': (entry) => Object.assign(entry.platforms, { darwin_arm64: amd(entry) }),
    'an archive in place of a program': (entry) => Object.assign(amd(entry), { format: 'tar.gz' }),
  }
  for (const [what, change] of Object.entries(changes)) {
    const machine = aMachineFor(t, registry)
    const lock = structuredClone(good)
    change(lock.plugins['acme/hello'] as Entry)
    machine.writeLock(lock)
    const failed = await expectCodeAsync('STATEMENT_MISMATCH', () =>
      machine.install({ ...machine.base(KEYS), frozen: true }),
    ).catch((error) => assert.fail(`${what}: ${error.message}`))
    assert.match(failed.hint ?? '', /`octo update hello` locks it anew/, what)
  }
  // Nobody signs how large a file is: what comes tells.
  const machine = aMachineFor(t, registry)
  const lock = structuredClone(good)
  amd(lock.plugins['acme/hello'] as Entry).size = 5
  machine.writeLock(lock)
  await expectCodeAsync('SIZE_MISMATCH', () => machine.install({ ...machine.base(KEYS), frozen: true }))
})

test('a lockfile gives a plugin no other component of its signer, where the list says no digests', async (t) => {
  const { registry, base, install, readLock } = await aComponentScene(t)
  const plugin = aPluginComponent(FILES)
  const evil = aPluginComponent({ 'linux/amd64': ARM, 'linux/arm64': AMD }, { name: 'acme.org/plugins/evil' })
  publishSigned(registry, { plugin, digests: false })
  registry.put(plugin, { files: [AMD, ARM], signatures: [signatureOf(plugin, ocmKey)] })
  const digest = registry.put(evil, { files: [AMD, ARM], signatures: [signatureOf(evil, ocmKey)] })
  await install(base(KEYS))
  const own = `/v2/acme/component-descriptors/acme.org/plugins/hello/blobs/${digest}`
  registry.documents.set(own, registry.documents.get(own.replace('/hello/', '/evil/')) ?? assert.fail())
  const machine = aMachineFor(t, registry)
  const lock = readLock()
  Object.assign(lock.plugins['acme/hello']?.bundle ?? {}, { digest })
  machine.writeLock(lock)
  const frozen = { ...machine.base(KEYS), frozen: true }
  const { message } = await expectCodeAsync('STATEMENT_MISMATCH', () => machine.install(frozen))
  assert.match(message, /the descriptor is of `acme\.org\/plugins\/evil:1\.0\.0`/)
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
