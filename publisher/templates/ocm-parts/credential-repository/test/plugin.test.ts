import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { testPlugin } from '#sdk'
import { plugin } from '../src/plugin.ts'

test('gives what the file has for a host, and says where it has nothing', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'credentials-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'hosts.json')
  await writeFile(file, JSON.stringify({ 'registry.example': { token: 't' } }))
  await using running = await testPlugin(plugin)
  const config = { type: '__TYPE__/v1', file }
  const found = await running.call('credentialRepository', 'resolve', { config, identity: { hostname: 'registry.example' } })
  assert.deepEqual(found, { type: 'Credentials/v1', properties: { token: 't' } })
  const missing = running.call('credentialRepository', 'resolve', { config, identity: { hostname: 'x' } })
  await assert.rejects(missing, { status: 404 })
})
