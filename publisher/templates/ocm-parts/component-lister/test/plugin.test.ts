import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { testPlugin } from '#sdk'
import { plugin } from '../src/plugin.ts'

test('lists the folders of a folder', async (t) => {
  const path = await mkdtemp(join(tmpdir(), 'components-'))
  t.after(() => rm(path, { recursive: true }))
  for (const name of ['b', 'a']) await mkdir(join(path, name))
  await using running = await testPlugin(plugin)
  const asked = { repository: { type: '__TYPE__/v1', path }, last: '' }
  assert.deepEqual((await running.call('componentLister', 'listComponents', asked)).list, ['a', 'b'])
})
