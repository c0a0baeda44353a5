// What a start makes good of the tree that it finds: what a crash left half done, which the outbox names, and what nothing names.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { hexOf } from '../../../schemas/digest.ts'
import type { ReleaseRecord } from '../../../static-tree/record.ts'
import { aRelease } from '../../support/builders/test-authority.ts'
import { filesBelow } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'
import { publishRelease } from '../../support/publisher/publish-release.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'
import { TreeRegistry } from '../../support/registry/tree-registry.ts'

test('what a crash left half shown is whole, and what it left half taken away is gone, as soon as the tree is open', async () => {
  await using registry = await TreeRegistry.create()
  registry.addRepo()
  const [kept, bad] = [await registry.publish('kept'), await registry.publish('bad')]
  await (await registry.openTree()).close()
  const { root } = registry
  const bundle = join(root, 'repos/core/kept/1.0.0/release.sigstore.json')
  const whole = readFileSync(bundle)
  const shownOf = ({ predicate }: ReleaseRecord) =>
    Object.values(predicate.platforms).map(({ digest }) => existsSync(join(root, 'blobs/sha256', hexOf(digest))))

  registry.setState('kept', '1.0.0', 'yanked')
  registry.setState('bad', '1.0.0', 'quarantined')
  // The disk lost one file of a folder; a kill came between the other folder and its bytes.
  await rm(bundle)
  await rm(join(root, 'repos/core/bad/1.0.0'), { recursive: true })
  assert.ok(shownOf(bad).every(Boolean))

  const tree = await registry.openTree()
  assert.deepEqual(readFileSync(bundle), whole)
  assert.ok(!shownOf(bad).some(Boolean), 'bytes of a quarantined version are in sight')
  assert.ok(shownOf(kept).every(Boolean))
  await tree.close()
})

test('a registry that starts puts back what is missing of its tree and takes away what nobody published, which no row of the outbox names', async (t) => {
  const registry = await startTestRegistry(t, { baseUrl: 'http://registry.test' })
  assert.equal((await publishRelease(registry, await aRelease(registry.key))).status, 201)
  await registry.serving.registry.tree.check()
  await registry.stop()
  const plugin = join(registry.dataDir, 'tree/repos/core/hello')
  const files = () => filesBelow(join(registry.dataDir, 'tree')).toSorted()
  const before = files()
  await rm(`${plugin}.json`)
  await mkdir(join(plugin, '9.9.9'))
  await writeFile(join(plugin, '9.9.9/hello'), 'from nobody')
  await registry.restart()
  await until(() => isDeepStrictEqual(unlessMoved(files), before))
})

/** Undefined where a file went between the look at its folder and the one at itself. */
function unlessMoved<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch {
    return undefined
  }
}
