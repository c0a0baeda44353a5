import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { testPlugin } from '#sdk'
import { plugin } from '../src/plugin.ts'

test('verifies what it signed, and nothing else', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'signing-'))
  t.after(() => rm(folder, { recursive: true }))
  const keyFile = join(folder, 'key.pem')
  await writeFile(keyFile, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const config = { type: '__TYPE__/v1', keyFile }
  const digest = { hashAlgorithm: 'SHA-256', normalisationAlgorithm: 'jsonNormalisation/v4alpha1', value: 'abcd' }
  await using running = await testPlugin(plugin)
  const { signature } = await running.call('signingHandler', 'sign', { digest, config })
  await running.call('signingHandler', 'verify', { config, signature: { name: 'n', digest, signature } })
  const other = { name: 'n', digest: { ...digest, value: 'abce' }, signature }
  await assert.rejects(running.call('signingHandler', 'verify', { config, signature: other }), { status: 422 })
})
