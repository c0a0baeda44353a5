import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openStore } from '../../../client/store/open-store.ts'
import { storeRootOf } from '../../../client/store/root.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { filesBelow, tempFolder } from '../../support/machine/temp-folder.ts'

test('finds its root from the environment', () => {
  assert.equal(storeRootOf({ OCTO_HOME: '/o', XDG_CACHE_HOME: '/x', HOME: '/h' }, 'linux'), '/o')
  assert.equal(storeRootOf({ XDG_CACHE_HOME: '/x', HOME: '/h' }, 'linux'), '/x/octo')
  assert.equal(storeRootOf({ XDG_CACHE_HOME: 'relative', HOME: '/h' }, 'linux'), '/h/.cache/octo')
  assert.equal(storeRootOf({ HOME: '/h' }, 'darwin'), '/h/Library/Caches/octo')
  assert.equal(storeRootOf({ HOME: 'h' }, 'linux'), join(process.cwd(), 'h/.cache/octo'))
})

test('says OCTO_HOME where the user is nowhere at home', (t) => {
  t.mock.method(os, 'homedir', () => {
    throw new Error('no such user')
  })
  const { message, hint } = expectCode('IO_FAILED', () => storeRootOf({}, 'linux'))
  assert.equal(message, 'there is no place for the store: HOME is not set, and this user has no home folder')
  assert.match(String(hint), /OCTO_HOME/)
})

test('says OCTO_HOME where the store has no place, or too long a path', (t) => {
  const folder = tempFolder(t)
  writeFileSync(join(folder, 'file'), '')
  const blocked = expectCode('IO_FAILED', () => openStore(join(folder, 'file', 'store')))
  assert.match(String(blocked.hint), /OCTO_HOME/)
  const long = expectCode('LIMIT_EXCEEDED', () => openStore(join(folder, 'x'.repeat(200), 'y'.repeat(240))))
  assert.match(String(long.hint), /OCTO_HOME/)
  assert.deepEqual(filesBelow(folder), ['file'])
})
