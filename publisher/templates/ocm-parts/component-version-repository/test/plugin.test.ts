import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { testPlugin } from '#sdk'
import { plugin } from '../src/plugin.ts'

const descriptor = {
  meta: { schemaVersion: 'v2' },
  component: { name: 'acme.org/shop', version: '1.0.0', provider: 'acme', resources: [], sources: [], componentReferences: [] },
}

test('reads versions from the configured folder', async (t) => {
  const path = await mkdtemp(join(tmpdir(), 'versions-'))
  t.after(() => rm(path, { recursive: true }))
  await mkdir(join(path, 'acme.org/shop'), { recursive: true })
  await writeFile(join(path, 'acme.org/shop/1.0.0.json'), JSON.stringify(descriptor))
  await using running = await testPlugin(plugin, { config: [{ type: '__NAME__.config/v1', path }] })
  const name = 'acme.org/shop'
  assert.deepEqual(await running.call('componentVersionRepository', 'listComponentVersions', { name }), ['1.0.0'])
  const found = await running.call('componentVersionRepository', 'getComponentVersion', { name, version: '1.0.0' })
  assert.deepEqual(found, descriptor)
  const outside = running.call('componentVersionRepository', 'listComponentVersions', { name: '../x' })
  await assert.rejects(outside, { status: 400 })
})
