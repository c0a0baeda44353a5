import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { testPlugin } from '#sdk'
import { plugin } from '../src/plugin.ts'

const path = fileURLToPath(import.meta.url)
const input = { type: '__TYPE__/v1', path, mediaType: 'text/plain' }

test('makes a resource and a source of a file', async () => {
  await using running = await testPlugin(plugin)
  const resource = { name: 'r', version: '1.0.0', type: 'plain', relation: 'local', input }
  const made = await running.call('inputRepository', 'processResource', { resource })
  assert.deepEqual(readFileSync(made.location.value), readFileSync(path))
  assert.deepEqual([made.resource.name, made.resource.access?.type, made.location.mediaType], ['r', 'localBlob/v1', 'text/plain'])
  const source = { name: 's', version: '1.0.0', type: 'git', input }
  assert.equal((await running.call('inputRepository', 'processSource', { source })).source.name, 's')
})
