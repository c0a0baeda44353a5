// One flipped bit in any answer of a real registry: refused with a code, nothing kept, nothing that could be executed;
// and the same machine installs and runs as soon as the answers are whole.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ClientOptions } from '../../../client/index.ts'
import { openClient } from '../../../client/index.ts'
import { isCoded } from '../../../schemas/errors.ts'
import type { Platform } from '../../../schemas/platform.ts'
import { aConfig } from '../../support/builders/a-config.ts'
import { tarballOf } from '../../support/builders/archive-builder.ts'
import { seededRandom } from '../../support/builders/seeded-random.ts'
import { aRelease, aScript } from '../../support/builders/test-authority.ts'
import { startBitFlippingProxy } from '../../support/faults/bit-flipping-proxy.ts'
import { rounds } from '../../support/machine/full-form.ts'
import { filesBelow, tempFolder } from '../../support/machine/temp-folder.ts'
import { publishRelease } from '../../support/publisher/publish-release.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const LINUX = 'linux_amd64' as Platform
const ANSWERS = {
  'the plugin document': /\/repos\/core\/(raw|packed)\.json/,
  'the signed statement': /release\.sigstore\.json/,
  'a bare executable': /raw_1\.0\.0_/,
  'an archive': /packed_1\.0\.0_/,
}
const SEEDS_PER_ANSWER = rounds({ short: 6, full: 125 })
const REFUSALS = ['DIGEST_MISMATCH', 'SIZE_MISMATCH']

test('every flipped bit in every kind of answer is refused, and nothing of it stays', async (t) => {
  const machine = await aMachineBehindAProxy(t)
  const random = seededRandom()
  t.diagnostic(`seed ${random.seed}`)
  for (const [what, target] of Object.entries(ANSWERS)) {
    for (let round = 0; round < SEEDS_PER_ANSWER; round++) {
      machine.proxy.target = target
      // Somewhere in each of so many pieces, so that no part of an answer is passed over.
      machine.proxy.position = (round + random.next()) / SEEDS_PER_ANSWER
      const where = `${what}, position ${machine.proxy.position}, seed ${random.seed}`
      const refusal = await machine.install(`${round % 4}-${what.length}`).catch((error: unknown) => error)
      assert.ok(isCoded(refusal), `accepted: ${where}`)
      assert.ok(REFUSALS.includes(refusal.code), `${refusal.code} ${refusal.message}: ${where}`)
      machine.assertNothingDamagedStayed(where)
    }
  }
  assert.ok(machine.proxy.damaged.length >= SEEDS_PER_ANSWER * Object.keys(ANSWERS).length)
  machine.proxy.target = undefined
  for (const store of machine.stores())
    assert.deepEqual((await machine.run(store)).sort(), ['packed says hello\n', 'raw says hello\n'])
})

async function aMachineBehindAProxy(t: Parameters<typeof startTestRegistry>[0]) {
  const registry = await startTestRegistry(t)
  const raw = await aRelease(registry.key, { plugin: 'raw', platforms: { linux_amd64: aScript('raw says hello') } })
  const bytes = tarballOf([{ path: 'bin/run', content: aScript('packed says hello'), mode: 0o755 }])
  const file = { bytes, file: 'packed_1.0.0_linux_amd64.tar.gz', format: 'tar.gz' as const, executable: 'bin/run' }
  const packed = await aRelease(registry.key, { plugin: 'packed', platforms: { linux_amd64: file } })
  for (const release of [raw, packed]) assert.equal((await publishRelease(registry, release)).status, 201)
  const proxy = await startBitFlippingProxy(t, registry.url)
  const folder = tempFolder(t)
  const config = aConfig([{ url: `${proxy.url}/repos/core.yaml`, trust: registry.key }], ['raw', 'packed'])
  const stores = new Set<string>()

  async function install(name: string) {
    stores.add(name)
    const options: ClientOptions = {
      config,
      lockPath: join(folder, name, 'octo.lock'),
      storeRoot: join(folder, name, 'store'),
      platform: LINUX,
    }
    await using client = await openClient(options)
    const report = await client.install()
    for (const { error } of report.failed) throw error
    return report
  }

  return {
    proxy,
    install,
    stores: () => [...stores],
    async run(name: string) {
      const { executables } = await install(name)
      return executables.map(({ path }) => execFileSync(path, { encoding: 'utf8' }))
    },
    /** What passed its proof may stay; the damaged answers are of the other kind, so its plugin may not. */
    assertNothingDamagedStayed(where: string) {
      for (const name of stores) {
        const root = join(folder, name, 'store', 'v1')
        for (const place of ['parts', 'staging']) assert.deepEqual(filesIn(join(root, place)), [], `${place}: ${where}`)
        const kept = filesIn(join(root, 'blobs')).length
        assert.ok(kept <= 1, `${kept} blobs: ${where}`)
      }
    },
  }
}

function filesIn(folder: string): readonly string[] {
  return existsSync(folder) ? filesBelow(folder) : []
}
