import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { testPlugin } from '#sdk'
import { plugin } from '../src/plugin.ts'

test('says the digest of a file', async () => {
  const path = fileURLToPath(import.meta.url)
  const resource = { name: 'r', version: '1.0.0', type: 'plain', relation: 'external', access: { type: '__TYPE__/v1', path } }
  await using running = await testPlugin(plugin)
  const found = await running.call('digestProcessorRepository', 'processResourceDigest', { resource })
  assert.equal(found.resource.digest?.value, createHash('sha256').update(readFileSync(path)).digest('hex'))
})
