// The names under which shims start programs: nobody else can put another program behind one of them.
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { TreeKey } from '../../../client/store/layout.ts'
import { openStore } from '../../../client/store/open-store.ts'
import { nameProgram } from '../../../client/store/shims.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const KEY = `${'a'.repeat(64)}-raw-${'b'.repeat(32)}` as TreeKey
const asked = [{ path: '/store/program', argv0: 'check' }, { stored: { key: KEY } }] as never as [never, never]
const skip = process.getuid === undefined ? 'Windows has no modes' : false

test('a name is a link to the program, in a folder of the store', { skip }, (t) => {
  const layout = openStore(join(tempFolder(t), 'store'))
  const name = nameProgram(layout, ...asked)
  assert.deepEqual([name, readlinkSync(name)], [layout.shimName(KEY, 'check'), '/store/program'])
})

test('a store that was carried over with a link in place of that folder names nothing there', { skip }, (t) => {
  const layout = openStore(join(tempFolder(t), 'store'))
  const shared = join(tempFolder(t), 'shared')
  mkdirSync(shared)
  chmodSync(shared, 0o1777)
  symlinkSync(shared, dirname(layout.shimName(KEY, 'check')))
  expectCode('STORE_UNSAFE', () => nameProgram(layout, ...asked))
  assert.deepEqual(readdirSync(shared), [])
})
