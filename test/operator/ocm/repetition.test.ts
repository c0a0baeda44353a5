// What is asked once more when a call was broken off: what does no harm when it is asked twice, and nothing else.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startInstance } from '../../../operator/ocm/instance/instance.ts'
import { CAPABILITIES, CONTRACTS } from '../../../schemas/contract/ocm/contracts.ts'
import type { Contract } from '../../../schemas/contract/ocm/endpoints.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { until } from '../../support/machine/until.ts'
import { sharedScene } from '../../support/operator/shared-scene.ts'

test('what adds something, or signs, is never asked a second time', () => {
  const once = CAPABILITIES.flatMap((capability) => {
    const { endpoints }: Contract = CONTRACTS[capability]
    return Object.entries(endpoints).flatMap(([name, { method, repeats }]) =>
      method === 'GET' || repeats ? [] : [`${capability}.${name}`],
    )
  })
  assert.deepEqual(once, [
    'componentVersionRepository.addComponentVersion',
    'componentVersionRepository.addLocalResource',
    'componentVersionRepository.addLocalSource',
    'signingHandler.sign',
    'resourceRepository.addResource',
  ])
})

test('a call that kills its plugin is made twice at most, and once where that could do harm', async (t) => {
  const types = [{ type: 'Twin/v1' }]
  const capabilities = JSON.stringify({ capabilities: [{ type: 'signingHandler', supportedSigningSpecTypes: types }] })
  const dying = { logs: 'asked', dies: 1 }
  const scene = sharedScene(t, { capabilities, answers: { '/sign': dying, '/sign/identity': dying } })
  const digest = { hashAlgorithm: 'SHA-256', normalisationAlgorithm: 'n/v1', value: 'ab' }
  const request = { digest, config: { type: 'Twin/v1' }, name: 'n' }
  for (const [endpoint, times] of [
    ['sign', 1],
    ['getSignerIdentity', 2],
  ] as const) {
    const { host, close } = scene.host({ start: startInstance })
    const error = await expectCodeAsync('PLUGIN_EXITED', () => host.call({ endpoint, request }))
    assert.match(error.message, /plugin `twin`/)
    await until(() => scene.lines.length >= times)
    await close()
    assert.deepEqual(
      scene.lines.splice(0).map(({ message }) => message),
      Array.from({ length: times }, () => 'asked'),
    )
  }
})
