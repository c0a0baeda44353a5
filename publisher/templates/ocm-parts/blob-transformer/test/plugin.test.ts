import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import test from 'node:test'
import { gunzipSync } from 'node:zlib'
import { locationOf, testPlugin } from '#sdk'
import { plugin } from '../src/plugin.ts'

const own = fileURLToPath(import.meta.url)
const type = '__TYPE__/v1'

test('packs a blob', async () => {
  await using running = await testPlugin(plugin)
  const asked = { location: locationOf(own), specification: { type, level: 9 } }
  const { location } = await running.call('blobTransformer', 'transformBlob', asked)
  assert.deepEqual(gunzipSync(await readFile(location.value)), await readFile(own))
})

test('refuses a level that gzip does not have', async () => {
  await using running = await testPlugin(plugin)
  const asked = { location: locationOf(own), specification: { type, level: 10 } }
  await assert.rejects(running.call('blobTransformer', 'transformBlob', asked), { status: 400 })
})
