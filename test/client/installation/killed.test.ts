// An update that is killed: at each of its steps, what is on disk then starts octo, is one whole version, and is completed and cleaned
// up by the next update.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { OnStep } from '../../../client/installation/advance.ts'
import { STEPS } from '../../../client/installation/advance.ts'
import { rollBack, updateItself } from '../../../client/installation/update.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aVersion } from '../../support/builders/names.ts'
import { anInstallation, currentIn } from '../../support/client/octo-installation.ts'
import { aMountedDisk, whyNoDisk } from '../../support/machine/mounted-disk.ts'

const startOf = (root: string) => execFileSync(join(root, 'current/bin/octo'), ['--version'], { encoding: 'utf8' })
const BEFORE_SWITCH = new Set<string>(STEPS.slice(0, STEPS.indexOf('switched')))

test('killed after any step, octo is the old or the new one, whole, and the next update ends what was begun', async (t) => {
  const scene = await anInstallation(t, { installed: { version: '1.1.0' }, offered: [{ version: '1.0.0' }] })
  // So that there is something to go back to before the update that is killed.
  await scene.update({ to: aVersion('1.0.0') })
  await scene.publish({ version: '1.2.0' })
  const left: { step: string; root: string }[] = []
  const onStep: OnStep = (step) => void left.push({ step, root: scene.snapshot(step) })
  await scene.update({ onStep })
  assert.deepEqual(
    left.map(({ step }) => step),
    [...STEPS],
  )
  for (const { step, root } of left) {
    const expected = BEFORE_SWITCH.has(step) ? '1.0.0' : '1.2.0'
    assert.equal(currentIn(root), expected, step)
    assert.equal(startOf(root), `octo ${expected}\n`, step)
    // What there is to go back to is right at every moment, too.
    const back = await rollBack({ root, dryRun: true })
    assert.equal(back.to, BEFORE_SWITCH.has(step) ? '1.1.0' : '1.0.0', step)
    const again = await updateItself({ root })
    assert.equal(again.state, BEFORE_SWITCH.has(step) ? 'updated' : 'unchanged', step)
    assert.equal(startOf(root), 'octo 1.2.0\n', step)
    assert.equal((await rollBack({ root, dryRun: true })).to, '1.0.0', step)
    const names = [...readdirSync(root), ...readdirSync(join(root, 'versions'))]
    assert.deepEqual(
      names.filter((name) => name.startsWith('.')),
      [],
      step,
    )
    // Also what was kept until then and nobody needs any more.
    assert.deepEqual(readdirSync(join(root, 'versions')).sort(), ['1.0.0', '1.2.0'], step)
    for (const name of readdirSync(join(root, 'versions')))
      assert.equal(
        execFileSync(join(root, 'versions', name, 'bin/octo'), ['--version'], { encoding: 'utf8' }),
        `octo ${name}\n`,
      )
  }
})

test('a failing step leaves what was there, and nothing of its own under the name of a version', async (t) => {
  for (const failing of STEPS.slice(0, STEPS.indexOf('placed'))) {
    const scene = await anInstallation(t, { offered: [{ version: '1.1.0' }] })
    const onStep: OnStep = (step) => {
      if (step === failing) throw new Error('no more')
    }
    await assert.rejects(scene.update({ onStep }), /no more/)
    assert.equal(scene.current(), '1.0.0', failing)
    assert.deepEqual(readdirSync(join(scene.root, 'versions')), ['1.0.0'], failing)
  }
})

test('a disk without room is refused before anything is fetched', { skip: whyNoDisk() ?? false }, async (t) => {
  const scene = await anInstallation(t, { offered: [{ version: '1.1.0' }] })
  const disk = aMountedDisk(t, 1024 * 1024)
  const root = join(disk.folder, 'octo')
  execFileSync('cp', ['-a', scene.root, root])
  disk.fillUp(0)
  const asked = scene.registry.requests.length
  await expectCodeAsync('NO_SPACE', () => updateItself({ root }))
  assert.ok(scene.registry.requests.slice(asked).every((path) => !path.endsWith('.tar.gz')))
  assert.equal(startOf(root), 'octo 1.0.0\n')
  disk.makeRoom()
  assert.equal((await updateItself({ root })).state, 'updated')
})

test('a link of its own that a killed update left is no obstacle', async (t) => {
  const scene = await anInstallation(t, { offered: [{ version: '1.1.0' }] })
  writeFileSync(join(scene.root, '.current-0123456789ab'), '')
  await scene.update()
  assert.deepEqual(
    readdirSync(scene.root).filter((name) => name.startsWith('.')),
    [],
  )
})
