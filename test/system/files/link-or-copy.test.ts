// Bytes get a second name, a copy where there can be none, and never the place of something else.
import assert from 'node:assert/strict'
import { closeSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { linkOrCopy, linkOrCopySync } from '../../../system/files/link-or-copy.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const WAYS: Readonly<Record<string, (from: string, to: string) => Promise<void>>> = {
  'in its time': linkOrCopy,
  'at once': async (from, to) => linkOrCopySync(from, to),
}

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

for (const [way, give] of Object.entries(WAYS)) {
  test(`bytes on the same disk get a second name ${way}, so that they are stored once`, async (t) => {
    const folder = tempFolder(t)
    const [from, to] = [join(folder, 'from'), join(folder, 'to')]
    writeFileSync(from, 'bytes')
    await give(from, to)
    assert.equal(statSync(to).ino, statSync(from).ino)
  })

  test(`bytes that can have no second name are copied ${way}`, {
    skip: process.platform !== 'linux' && 'there is no /proc',
  }, async (t) => {
    const folder = tempFolder(t)
    const [from, to] = [join(folder, 'from'), join(folder, 'to')]
    writeFileSync(from, 'bytes')
    const file = openSync(from, 'r')
    t.after(() => closeSync(file))
    // The name of an open file lies in /proc, which is always another file system.
    await give(`/proc/self/fd/${file}`, to)
    assert.equal(readFileSync(to, 'utf8'), 'bytes')
    assert.notEqual(statSync(to).ino, statSync(from).ino)
  })

  for (const [what, { code, prepare }] of Object.entries(REFUSED))
    test(`neither links nor copies ${way} for ${what}`, async (t) => {
      const folder = tempFolder(t)
      const [from, to] = [join(folder, 'from'), join(folder, 'to')]
      prepare(from, to)
      const before = code === 'EEXIST' && statSync(to).ino
      await assert.rejects(give(from, to), { code, syscall: 'link' })
      if (before) assert.equal(statSync(to).ino, before)
    })
}
