// What shims and units call for years goes through `current`: the folder of a version is taken away when newer ones came.
import assert from 'node:assert/strict'
import { mkdirSync, realpathSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { lastingStart } from '../../../operator/link/lasting-start.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

test('octo of an installation is named by `current`, and any other by its own path', (t) => {
  const root = join(tempFolder(t), 'octo')
  for (const version of ['1.0.0', '1.1.0'])
    for (const folder of ['bin', 'node'])
      mkdirSync(join(root, 'versions', version, 'lib/octo', folder), { recursive: true })
  const [script, node] = ['bin/octo.js', 'node/node'].map((name) => `lib/octo/${name}`)
  for (const name of [script, node]) writeFileSync(join(root, 'versions/1.0.0', name ?? ''), '')
  symlinkSync('versions/1.0.0', join(root, 'current'))
  const start = () =>
    lastingStart(join(root, 'versions/1.0.0', script ?? ''), join(root, 'versions/1.0.0', node ?? '')).words
  const own = [node, script].map((name) => join(realpathSync(root), 'versions/1.0.0', name ?? ''))
  assert.deepEqual(start(), own, 'no record: this is no installation')
  writeFileSync(join(root, 'installation.json'), '{}')
  assert.deepEqual(
    start(),
    [node, script].map((name) => join(root, 'current', name ?? '')),
  )
  unlinkSync(join(root, 'current'))
  symlinkSync('versions/1.1.0', join(root, 'current'))
  assert.deepEqual(start(), own, 'another version is started by now')
})
