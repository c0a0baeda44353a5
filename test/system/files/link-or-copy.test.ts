// Bytes get a second name, a copy where there can be none, and never the place of something else.
import assert from 'node:assert/strict'
import { closeSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { linkOrCopy } from '../../../system/files/link-or-copy.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

test('bytes on the same disk get a second name, so that they are stored once', async (t) => {
  const folder = tempFolder(t)
  const [from, to] = [join(folder, 'from'), join(folder, 'to')]
  writeFileSync(from, 'bytes')
  await linkOrCopy(from, to)
  assert.equal(statSync(to).ino, statSync(from).ino)
})

test('bytes that can have no second name are copied', {
  skip: process.platform !== 'linux' && 'there is no /proc',
}, async (t) => {
  const folder = tempFolder(t)
  const [from, to] = [join(folder, 'from'), join(folder, 'to')]
  writeFileSync(from, 'bytes')
  const file = openSync(from, 'r')
  t.after(() => closeSync(file))
  // The name of an open file lies in /proc, which is always another file system.
  await linkOrCopy(`/proc/self/fd/${file}`, to)
  assert.equal(readFileSync(to, 'utf8'), 'bytes')
  assert.notEqual(statSync(to).ino, statSync(from).ino)
})

const REFUSED: Readonly<
  Record<string, { readonly code: string; readonly prepare: (from: string, to: string) => void }>
> = {
  'a file that is there': {
    code: 'EEXIST',
    prepare(from, to) {
      writeFileSync(from, 'bytes')
      writeFileSync(to, 'other')
    },
  },
  'a folder that is there': {
    code: 'EEXIST',
    prepare(from, to) {
      writeFileSync(from, 'bytes')
      mkdirSync(to)
    },
  },
  'bytes that are missing': { code: 'ENOENT', prepare: () => {} },
}

for (const [what, { code, prepare }] of Object.entries(REFUSED))
  test(`neither links nor copies for ${what}`, async (t) => {
    const folder = tempFolder(t)
    const [from, to] = [join(folder, 'from'), join(folder, 'to')]
    prepare(from, to)
    const before = code === 'EEXIST' && statSync(to).ino
    await assert.rejects(linkOrCopy(from, to), { code, syscall: 'link' })
    if (before) assert.equal(statSync(to).ino, before)
  })
