// The names under which shims start programs: nobody else can put another program behind one of them.
import assert from 'node:assert/strict'
import {
  chmodSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { TreeKey } from '../../../client/store/layout.ts'
import { openStore } from '../../../client/store/open-store.ts'
import { nameProgram, openShims } from '../../../client/store/shims.ts'
import { writeOwnRecord } from '../../../client/store/write-own-record.ts'
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
  const own = dirname(layout.shimName(KEY, 'check'))
  // Others may add files to the one, and what the user calls may lie in the other.
  for (const mode of [0o1777, 0o700]) {
    const elsewhere = tempFolder(t)
    writeFileSync(join(elsewhere, 'check'), 'of somebody')
    chmodSync(elsewhere, mode)
    symlinkSync(elsewhere, own)
    expectCode('STORE_UNSAFE', () => nameProgram(layout, ...asked))
    assert.equal(readFileSync(join(elsewhere, 'check'), 'utf8'), 'of somebody')
    assert.deepEqual(readdirSync(elsewhere), ['check'])
    rmSync(own)
  }
})

test('a name that leads to the program already is left as it is, and one that leads elsewhere is not', {
  skip,
}, (t) => {
  const layout = openStore(join(tempFolder(t), 'store'))
  const name = nameProgram(layout, ...asked)
  const { ino } = lstatSync(name)
  assert.equal(nameProgram(layout, ...asked), name)
  assert.equal(lstatSync(name).ino, ino)
  const [executable, stored] = asked as unknown as [object, never]
  nameProgram(layout, { ...executable, path: '/store/other' } as never, stored)
  assert.equal(readlinkSync(name), '/store/other')
})

test('a shim is found by its own path, and not by that of another whose record lies in its place', (t) => {
  const root = join(tempFolder(t), 'store')
  const [layout, shims] = [openStore(root), openShims(root)]
  const record = { path: '/bin/check', text: '#!/bin/sh' } as Parameters<typeof shims.keep>[0]
  shims.keep(record)
  assert.deepEqual(shims.find('/bin/check'), record)
  assert.ok(writeOwnRecord(layout, layout.shimRecord('/bin/check'), { ...record, path: '/bin/other' }))
  assert.equal(shims.find('/bin/check'), undefined)
})

test('a record of a shim that cannot be kept is said, as the shim could not be told from one of others', (t) => {
  const root = join(tempFolder(t), 'store')
  const [layout, shims] = [openStore(root), openShims(root)]
  rmSync(layout.shims, { recursive: true })
  writeFileSync(layout.shims, 'in the way')
  const record = { path: '/bin/check', text: '#!/bin/sh' } as Parameters<typeof shims.keep>[0]
  const { message } = expectCode('IO_FAILED', () => shims.keep(record))
  assert.match(message, /could not keep a copy of the shim `\/bin\/check`/)
})
