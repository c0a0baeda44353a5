// Ten thousand calls over one plugin that is killed fifty times. OCM's own, where OCM_PLUGINS names the folder that holds it.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { openPluginFile } from '../../operator/ocm/discovery/open-file.ts'
import { startInstance } from '../../operator/ocm/instance/instance.ts'
import { sharing } from '../../operator/ocm/shared/open.ts'
import { parseCapabilities } from '../../schemas/contract/ocm/capabilities.ts'
import { seededRandom } from '../support/builders/seeded-random.ts'
import { until } from '../support/machine/until.ts'
import { hammer, held } from '../support/operator/killed-plugin.ts'
import { LIST_CALL, sharedScene } from '../support/operator/shared-scene.ts'

const skip = process.env.OCTO_INTEROP === undefined && 'takes a minute: OCTO_INTEROP=1 asks for it'
const MORE_BYTES = 8 * 1024 * 1024

for (const [title, start] of [
  ['one of its own', startInstance],
  ['one that others may share', sharing(false)],
] as const)
  test(`ten thousand calls and fifty kills: ${title}`, { skip }, (t) => killFiftyTimes(t, start))

async function killFiftyTimes(t: TestContext, start: typeof startInstance): Promise<void> {
  const scene = sharedScene(t)
  const { plugin, request } = process.env.OCM_PLUGINS ? realLister(process.env.OCM_PLUGINS) : { ...scene, request: {} }
  const random = seededRandom()
  const before = held()
  const { host, close } = scene.host({ start, plugins: [plugin] })
  const outcome = await hammer({ host, calls: 10_000, kills: 50, random, requests: [{ ...LIST_CALL, ...request }] })
  await close()
  t.diagnostic(`OCTO_SEED=${random.seed} ${JSON.stringify(outcome)}`)
  assert.equal(outcome.kills, 50)
  assert.ok(outcome.answered >= 9900, JSON.stringify(outcome))
  assert.deepEqual(
    Object.keys(outcome.failed).filter((code) => code !== 'PLUGIN_EXITED'),
    [],
  )
  const [early, late] = outcome.heapBytes
  assert.ok(late - early < MORE_BYTES, `${late - early} bytes more`)
  await until(() => held().zombies === before.zombies && held().descriptors <= before.descriptors)
  assert.deepEqual([scene.left().filter((name) => name.startsWith('p-')), scene.alive()], [[], []])
}

function realLister(folder: string) {
  const type = 'DummyRepository/v1'
  const offered = { type: 'componentLister', supportedRepositorySpecTypes: [{ type }] }
  const file = { name: 'lister', path: join(folder, 'test-plugin-component-lister') }
  const capabilities = parseCapabilities(JSON.stringify({ capabilities: [offered] }), file.name)
  const open = () => openPluginFile(file, { digest: () => undefined, remember: () => undefined })
  return {
    plugin: { name: file.name, capabilities, open },
    request: { request: { repository: { type, baseUrl: 'http://x' }, last: '' } },
  }
}
