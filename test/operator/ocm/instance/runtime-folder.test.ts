// The folder of an instance, and what its plugin may have made of it.
import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeRuntimeFolder } from '../../../../operator/ocm/instance/runtime-folder.ts'
import { expectCode } from '../../../support/assertions/expect-code.ts'
import { tempFolder } from '../../../support/machine/temp-folder.ts'

const NOBODY = 65_534
const skip = process.platform === 'win32' && 'folders are not locked there'

/** Root may remove everything, and is somebody else meanwhile. */
function asUser(act: () => void): void {
  const isRoot = process.getuid?.() === 0
  if (isRoot) process.seteuid?.(NOBODY)
  try {
    act()
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
}

test('what a plugin has locked stays, and is no failure of its host', { skip }, (t) => {
  const folder = makeRuntimeFolder({ TMPDIR: tempFolder(t) })
  const locked = join(folder.path, 'locked')
  mkdirSync(locked)
  writeFileSync(join(locked, 'file'), '')
  chmodSync(locked, 0)
  asUser(() => folder.remove(1, join(locked, 'socket')))
  assert.equal(existsSync(locked), true)
  chmodSync(locked, 0o700)
})

test('the folder goes with all that its plugin left in it', (t) => {
  const folder = makeRuntimeFolder({ TMPDIR: tempFolder(t) })
  mkdirSync(join(folder.path, 'a', 'b'), { recursive: true })
  folder.remove(undefined, undefined)
  assert.equal(existsSync(folder.path), false)
})

test('a folder for temporary files that cannot be used is said, with what to set instead', (t) => {
  const file = join(tempFolder(t), 'file')
  writeFileSync(file, '')
  const error = expectCode('IO_FAILED', () => makeRuntimeFolder({ TMPDIR: file }))
  assert.match(error.message, /file\/octo-ocm-\w+` of plugins that run could not be used: ENOTDIR$/)
  assert.match(error.hint ?? '', /^set TMPDIR to /)
})
