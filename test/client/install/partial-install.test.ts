import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { aConfig, aPin } from '../../support/builders/a-config.ts'
import { aRelease, aScript, issueKey } from '../../support/builders/test-authority.ts'
import { aMachine, key, run } from '../../support/client/client-machine.ts'

const darwinOnly = { plugin: 'mac', platforms: { darwin_arm64: aScript('mac') } }

test('installs the rest when one plugin has no artifact for this machine, and names it', async (t) => {
  const { registry, installRest, readLock } = await aMachine(t, [{}, darwinOnly, { plugin: 'other' }])
  const config = aConfig([{ url: registry.url(), trust: key }], ['hello', 'mac', 'other'])
  const { executables, failed } = await installRest({ config })
  assert.deepEqual(
    executables.map((executable) => run(executable)),
    ['hello 1.0.0 !\n', 'other 1.0.0 !\n'],
  )
  assert.deepEqual(
    failed.map(({ plugin, error, isOptional }) => [plugin, error.code, isOptional]),
    [['mac', 'NO_MATCHING_PLATFORM', false]],
  )
  assert.deepEqual(Object.keys(readLock().plugins).sort(), ['core/hello', 'core/mac', 'core/other'])
  const again = await installRest({ config, frozen: true, offline: true })
  assert.deepEqual(
    again.failed.map(({ plugin }) => plugin),
    ['mac'],
  )
})

test('calls a missing platform optional only where the pin does, and never a refused proof', async (t) => {
  const { registry, installRest } = await aMachine(t, [{}, darwinOnly])
  registry.publish(await aRelease(issueKey(), { plugin: 'forged' }))
  const config = aConfig([{ url: registry.url(), trust: key }], ['hello', 'mac', 'forged'])
  const pins = config.pins.map((pin) => ({ ...pin, optional: true }))
  const { executables, failed } = await installRest({ config: { ...config, pins } })
  assert.equal(executables.length, 1)
  assert.deepEqual(
    failed.map(({ plugin, error, isOptional }) => [plugin, error.code, isOptional]),
    [
      ['forged', 'SIGNER_NOT_ALLOWED', false],
      ['mac', 'NO_MATCHING_PLATFORM', true],
    ],
  )
})

test('provides each request with its executable or its own error, in their order', async (t) => {
  const { registry, base, withClient } = await aMachine(t, [{}, darwinOnly])
  registry.publish(await aRelease(key, { version: '2.0.0' }))
  const config = aConfig([{ url: registry.url(), trust: key }], ['hello@^1'])
  await withClient({ config }, (client) => client.install())
  const asked = ['mac', 'hello', 'nothing', 'hello@2', 'hello@7'].map(aPin)
  const outcomes = await withClient({ config }, (client) => client.provide(asked))
  assert.deepEqual(
    outcomes.map((outcome) => (outcome.state === 'done' ? outcome.value.version : outcome.error.code)),
    ['NO_MATCHING_PLATFORM', '1.0.0', 'PLUGIN_NOT_FOUND', '2.0.0', 'VERSION_NOT_FOUND'],
  )
  const frozen = await withClient({ config, frozen: true }, (client) =>
    client.provide([aPin('nothing'), aPin('hello')]),
  )
  assert.deepEqual(
    frozen.map(({ state }) => state),
    ['failed', 'done'],
  )
  assert(!readFileSync(base.lockPath, 'utf8').includes('2.0.0'))
})
