// A plugin that does its work and is killed from outside, again and again.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { startInstance } from '../../../operator/ocm/instance/instance.ts'
import { sharing } from '../../../operator/ocm/shared/open.ts'
import { seededRandom } from '../../support/builders/seeded-random.ts'
import { rounds } from '../../support/machine/full-form.ts'
import { until } from '../../support/machine/until.ts'
import { hammer, held } from '../../support/operator/killed-plugin.ts'
import { LIST_CALL, sharedScene } from '../../support/operator/shared-scene.ts'

/** Each is a start of another process. */
const KILLS = rounds({ short: 4, full: 10 })

const CAPABILITIES = JSON.stringify({
  capabilities: [
    { type: 'componentLister', supportedRepositorySpecTypes: [{ type: 'Twin/v1' }] },
    { type: 'signingHandler', supportedSigningSpecTypes: [{ type: 'Twin/v1' }] },
  ],
})
const DIGEST = { hashAlgorithm: 'SHA-256', normalisationAlgorithm: 'jsonNormalisation/v4alpha1', value: 'ab' }
/** It may not be asked a second time when nobody knows whether it was done. */
const SIGN = { endpoint: 'sign', request: { digest: DIGEST, config: { type: 'Twin/v1' } } }
const SIGNED = JSON.stringify({ signature: { algorithm: 'a', value: 'b', mediaType: 'm' } })

for (const [title, start] of [
  ['one of its own', startInstance],
  ['one that others may share', sharing(false)],
] as const)
  test(
    `every call over a plugin that is killed again and again is answered or fails with a code: ${title}`,
    {
      skip: process.platform !== 'linux' && 'reads what is held from /proc',
    },
    (t) => killAgainAndAgain(t, start),
  )

async function killAgainAndAgain(t: TestContext, start: typeof startInstance): Promise<void> {
  const scene = sharedScene(t, {
    capabilities: CAPABILITIES,
    answers: { '/components/list': { echo: true, body: { list: [] } }, '/sign': { body: SIGNED } },
  })
  const before = held()
  const { host, close } = scene.host({ start })
  const requests = [LIST_CALL, LIST_CALL, LIST_CALL, SIGN]
  const outcome = await hammer({ host, calls: 40 * KILLS, kills: KILLS, random: seededRandom(), requests })
  await close()
  const { answered, failed, kills } = outcome
  assert.equal(kills, KILLS)
  assert.ok(answered >= 30 * KILLS, JSON.stringify(outcome))
  // Such as a signature: nobody knows whether it was made.
  assert.deepEqual(
    Object.keys(failed).filter((code) => code !== 'PLUGIN_EXITED'),
    [],
    JSON.stringify(outcome),
  )
  await until(() => held().zombies === before.zombies && held().descriptors <= before.descriptors)
  assert.deepEqual([scene.left().filter((name) => name.startsWith('p-')), scene.alive()], [[], []])
}
