import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { FROM_SOURCES } from '../../support/machine/from-sources.ts'
import { rounds } from '../../support/machine/full-form.ts'
import { TreeRegistry } from '../../support/registry/tree-registry.ts'

const KILLS = rounds({ short: 4, full: 40 })
/** Most of them come early: what changed is shown within a few milliseconds, and a whole look over it takes longer. */
const LATEST_MS = 150
const SHOW_TREE = fileURLToPath(new URL('../../support/registry/show-tree.ts', import.meta.url))

test('a tree whose writer is killed at any point is whole after the next start', async () => {
  await using registry = await TreeRegistry.create()
  registry.addRepo()
  for (let version = 0; version < 15; version++)
    await registry.publish(`plugin-${version % 5}`, { version: `1.${version}.0` })
  for (let round = 0; round < KILLS; round++) {
    await registry.publish('plugin-0', { version: `2.${round}.0` })
    registry.setState('plugin-1', '1.1.0', round % 2 === 0 ? 'quarantined' : 'active')
    await killedAfter(registry.dataDir, LATEST_MS * (round / (KILLS - 1)) ** 2)
    const tree = await registry.openTree()
    await tree.drain()
    const report = await tree.reconcile({ depth: 'deep', repair: false })
    assert.deepEqual(report.findings, [], `round ${round}`)
    await tree.close()
  }
})

/** Starts to show the tree in a process of its own and kills it so long after it began. */
async function killedAfter(dataDir: string, delayMs: number): Promise<void> {
  const child = spawn(process.execPath, [...FROM_SOURCES, SHOW_TREE, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  const timer = setTimeout(() => child.kill('SIGKILL'), delayMs)
  await once(child, 'exit')
  clearTimeout(timer)
}
