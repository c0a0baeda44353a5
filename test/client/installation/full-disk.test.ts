// What the disk refuses while an installation moves on: it is said, and the octo that was there is the one that runs.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { anInstallation } from '../../support/client/octo-installation.ts'
import { aMountedDisk, whyNoDisk } from '../../support/machine/mounted-disk.ts'

test('a step that cannot be noted is not made', async (t) => {
  const scene = await anInstallation(t, { offered: [{ version: '1.1.0' }] })
  const history = join(scene.root, 'state/history.json')
  mkdirSync(history, { recursive: true })
  const { details } = await expectCodeAsync('IO_FAILED', () => scene.update())
  assert.deepEqual(details, { path: history, reason: 'EISDIR' })
  assert.equal(scene.current(), '1.0.0')
  rmdirSync(history)
  await scene.update()
  assert.equal((await scene.rollBack()).to, '1.0.0')
})

test('a switch that cannot be made is said, and leaves no half of it', async (t) => {
  const scene = await anInstallation(t, { offered: [{ version: '1.1.0' }] })
  const current = join(scene.root, 'current')
  const onStep = (step: string) => {
    if (step !== 'noted') return
    unlinkSync(current)
    mkdirSync(current)
  }
  await expectCodeAsync('IO_FAILED', () => scene.update({ onStep }))
  assert.deepEqual(readdirSync(scene.root).sort(), ['current', 'installation.json', 'state', 'versions'])
})

const MIB = 1024 * 1024

test('a package that has no room is refused before it is fetched', { skip: whyNoDisk() ?? false }, async (t) => {
  const disk = aMountedDisk(t, 4 * MIB)
  const program = `#!/bin/sh\n[ "$1" = self ] && echo '{"version":"1.1.0"}' || echo octo 1.1.0\nexit\n`
  const large = { version: '1.1.0', program: program + randomBytes(MIB).toString('base64') }
  const scene = await anInstallation(t, { offered: [large], folder: disk.folder })
  const { message } = await expectCodeAsync('NO_SPACE', () => scene.update())
  assert.match(message, /needs about/)
  assert(scene.registry.requests.every((path) => !path.endsWith('.tar.gz')))
  assert.deepEqual(readdirSync(join(scene.root, 'versions')), ['1.0.0'])
  disk.resize(64 * MIB)
  assert.equal((await scene.update()).state, 'updated')
})

test('an installation on a disk that is mounted read-only is told that', { skip: whyNoDisk() ?? false }, async (t) => {
  const disk = aMountedDisk(t, MIB)
  const scene = await anInstallation(t, { offered: [{ version: '1.1.0' }], folder: disk.folder })
  disk.seal()
  for (const act of [scene.update, scene.rollBack]) {
    const { details, hint } = await expectCodeAsync('IO_FAILED', () => act())
    const wanted = 'update it as the user that it belongs to, on a disk that can be written'
    assert.deepEqual([details.path, details.reason, hint], [scene.root, 'EROFS', wanted])
  }
  assert.deepEqual(scene.registry.requests, [])
})
