// The lock of configs: one for each file, whatever it is called, and none for what is no place of a file.
import assert from 'node:assert/strict'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { lockConfigs } from '../../../client/store/config-lock.ts'
import { layoutOf } from '../../../client/store/layout.ts'
import { tryLock } from '../../../system/process-lock.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const skip = process.platform === 'win32' && 'Windows lets not everybody make links'

test('two names of one config are one lock, and one that is not there yet has its own', { skip }, async (t) => {
  const folder = tempFolder(t)
  const [config, link, later] = ['octo.yaml', 'link.yaml', 'later.yaml'].map((name) => join(folder, name))
  assert.ok(config && link && later)
  writeFileSync(config, '')
  symlinkSync(config, link)
  const storeRoot = join(folder, 'store')
  const isFree = async (path: string) => {
    using lock = await tryLock({ path: layoutOf(storeRoot).configLock(path), mode: 'exclusive', subject: path })
    return lock !== undefined
  }
  {
    // Of itself nobody waits.
    using _held = await lockConfigs([link, config, later], { storeRoot, onWait: assert.fail })
    assert.deepEqual([await isFree(config), await isFree(later)], [false, false])
  }
  assert.deepEqual([await isFree(config), await isFree(later)], [true, true])
})

test('a path that leads round in a circle is an error that names it', { skip }, async (t) => {
  const folder = tempFolder(t)
  const path = join(folder, 'octo.yaml')
  symlinkSync('octo.yaml', path)
  const lock = () => lockConfigs([path], { storeRoot: join(folder, 'store'), onWait: assert.fail })
  const { message } = await expectCodeAsync('IO_FAILED', lock)
  assert.match(message, /octo\.yaml` is reached by links that lead back to themselves$/)
})
