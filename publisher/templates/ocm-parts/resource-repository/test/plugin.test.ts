import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { locationOf, testPlugin } from '#sdk'
import { plugin } from '../src/plugin.ts'

test('stores a resource and fetches it again', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'resources-'))
  t.after(() => rm(folder, { recursive: true }))
  const path = join(folder, 'blob')
  const own = fileURLToPath(import.meta.url)
  const resource = { name: 'r', version: '1.0.0', type: 'plain', relation: 'external', access: { type: '__TYPE__/v1', path } }
  await using running = await testPlugin(plugin)
  await running.call('resourceRepository', 'addResource', { resource, resourceLocation: locationOf(own) })
  const { location } = await running.call('resourceRepository', 'getResource', { resource })
  assert.deepEqual(await readFile(location.value), await readFile(own))
})
