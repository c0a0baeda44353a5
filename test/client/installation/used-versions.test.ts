import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { placesOf } from '../../../client/installation/places.ts'
import { runningIn } from '../../../client/installation/used-versions.ts'
import { FROM_SOURCES } from '../../support/machine/from-sources.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

test('a version that runs is known to run, also where the installation is reached through a link', {
  skip: process.platform !== 'linux' && 'only Linux tells what runs where',
}, async (t) => {
  const folder = tempFolder(t)
  const version = join(folder, 'real/versions/1.2.3')
  mkdirSync(version, { recursive: true })
  mkdirSync(join(folder, 'real/versions/1.2.4'))
  symlinkSync('real', join(folder, 'link'))
  copyFileSync('/bin/cat', join(version, 'cat'))
  // It waits for its input.
  const child = spawn(join(version, 'cat'), { argv0: 'cat' })
  t.after(() => child.kill('SIGKILL'))
  await once(child, 'spawn')
  const expected = [{ pid: child.pid, version: '1.2.3' }]
  for (const root of ['real', 'link']) assert.deepEqual(runningIn(placesOf(join(folder, root))), expected, root)
})

test('whoever asks is not counted among those that run, by none of its names', {
  skip: process.platform !== 'linux' && 'only Linux tells what runs where',
}, (t) => {
  const versions = join(tempFolder(t), 'versions')
  mkdirSync(join(versions, '1.2.3'), { recursive: true })
  const source = new URL('../../../client/installation/used-versions.ts', import.meta.url)
  const asker = `import { runningIn } from ${JSON.stringify(source)}
console.log(JSON.stringify(runningIn({ versions: ${JSON.stringify(versions)} })))`
  // As octo itself is started: a word of it lies in the installation.
  const words = [...FROM_SOURCES, '--input-type=module', '--eval', asker, '--', join(versions, '1.2.3/octo.cjs')]
  const { stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' })
  assert.equal(stdout, '[]\n', stderr)
})
