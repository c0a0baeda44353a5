// A lockfile that says something else of a plugin of OCM than what is proven, and registries that moved on since it was written.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectCodeAsync } from '../../../support/assertions/expect-code.ts'
import { aPlatform } from '../../../support/builders/names.ts'
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
import { aListComponent, aPluginComponent, signatureOf } from '../../../support/peers/component-registry.ts'

const KEYS: Trust = { keys: [ocmKey.trustKey] }

type Entry = NonNullable<ReturnType<ReturnType<typeof aMachineFor>['readLock']>['plugins'][string]>

test('a lockfile that says something else than what is proven installs nothing', async (t) => {
  const { registry, base, install, readLock } = await aComponentScene(t)
  const { plugin } = publishSigned(registry)
  const evil = aPluginComponent({ 'linux/amd64': ARM, 'linux/arm64': AMD }, { name: 'acme.org/plugins/evil' })
  const descriptor = registry.put(evil, { files: [AMD, ARM], signatures: [signatureOf(evil, ocmKey)] })
  await install(base(KEYS))
  const good = readLock()
  const amd = (entry: Entry) => entry.platforms[aPlatform('linux_amd64')] as { digest: unknown; size: number }
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

test('a list of another name or version of the same signer is not the list that was locked', async (t) => {
  const { registry, base, install, readLock } = await aComponentScene(t)
  const { plugin } = publishSigned(registry)
  await install(base(KEYS))
  const good = readLock()
  const other = { ...aListComponent([plugin]), name: 'acme.org/other-registry' }
  const older = aListComponent([plugin], { version: '0.9.0' })
  for (const list of [other, older]) {
    const digest = registry.put(list, { signatures: [signatureOf(list, ocmKey)] })
    const from = `/v2/acme/component-descriptors/${list.name}/blobs/${digest}`
    registry.documents.set(
      `/v2/acme/component-descriptors/acme.org/plugin-registry/blobs/${digest}`,
      registry.documents.get(from) ?? assert.fail(),
    )
    const machine = aMachineFor(t, registry)
    const lock = structuredClone(good)
    Object.assign(lock.plugins['acme/hello']?.component?.list ?? {}, { digest })
    machine.writeLock(lock)
    const frozen = { ...machine.base(KEYS), frozen: true }
    await expectCodeAsync('DOCUMENT_MISMATCH', () => machine.install(frozen))
  }
})

test('a locked plugin that the newest list does not have, or spells otherwise, is not installed by it', async (t) => {
  const { registry, base, install, readLock } = await aComponentScene(t)
  const { list } = publishSigned(registry)
  await install(base(KEYS))
  const lock = readLock()
  const spelled = aPluginComponent(FILES, { version: 'v1.0.0' })
  for (const [what, listed] of [
    ['not listed', aPluginComponent(FILES, { version: '1.0.1' })],
    ['spelled otherwise', spelled],
  ] as const) {
    registry.forget(list)
    const newer = aListComponent([listed], { version: '1.0.7' })
    registry.put(newer, { signatures: [signatureOf(newer, ocmKey)] })
    const machine = aMachineFor(t, registry)
    machine.writeLock(lock)
    const frozen = { ...machine.base(KEYS), frozen: true }
    const { message } = await expectCodeAsync('STATEMENT_MISMATCH', () => machine.install(frozen))
    assert.match(message, /calls another component version by that name/, what)
  }
})
