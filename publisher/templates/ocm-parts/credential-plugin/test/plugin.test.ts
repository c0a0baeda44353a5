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
  await writeFile(file, JSON.stringify({ 'registry.example': { username: 'jürgen', password: 'p' } }))
  await using running = await testPlugin(plugin, { config: [{ type: '__NAME__.config/v1', file }] })
  const credential = { type: '__TYPE__/v1', hostname: 'registry.example' }
  const identity = await running.call('credentialPlugin', 'getConsumerIdentity', { credential })
  assert.deepEqual(await running.call('credentialPlugin', 'resolve', { identity: identity ?? {} }), {
    type: 'Credentials/v1',
    properties: { username: 'jürgen', password: 'p' },
  })
  await assert.rejects(running.call('credentialPlugin', 'resolve', { identity: { hostname: 'x' } }), { status: 404 })
})
