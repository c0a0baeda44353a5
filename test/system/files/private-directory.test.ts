// The directory of one run: closed to others while it lasts, gone afterwards, and refused with advice where there can be none.
import assert from 'node:assert/strict'
import fs, { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { makePrivateDirectory, openPrivateDirectory } from '../../../system/files/private-directory.ts'
import { expectCode, expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const { TMPDIR } = process.env

/** Everything for temporary files goes there until the test ends. */
function useForTemporaryFiles(t: TestContext, folder: string): void {
  t.after(() => {
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
  })
  process.env.TMPDIR = folder
}

/** At once, and beside other work: they are the same. */
const WAYS = {
  'made at once': makePrivateDirectory,
  'made beside other work': openPrivateDirectory,
}

for (const [how, make] of Object.entries(WAYS))
  test(`${how}, only its user may enter it, and it begins empty`, async (t) => {
    const folder = tempFolder(t)
    useForTemporaryFiles(t, folder)
    await using directory = await make()
    const root = dirname(directory.work)
    assert.equal(dirname(directory.temporary), root)
    assert.equal(dirname(root), folder)
    for (const path of [root, directory.work, directory.temporary])
      assert.equal(statSync(path).mode & 0o777, 0o700, path)
    assert.deepEqual(readdirSync(directory.work), [])
  })

/** What a plugin may leave in its working directory. */
const LEFT: Readonly<Record<string, (work: string, outside: string) => void>> = {
  nothing: () => undefined,
  'files and folders': (work) => {
    mkdirSync(join(work, 'deep', 'er'), { recursive: true })
    writeFileSync(join(work, 'deep', 'er', 'file'), 'x')
  },
  'a folder that it closed': (work) => {
    mkdirSync(join(work, 'closed'))
    writeFileSync(join(work, 'closed', 'file'), 'x')
    chmodSync(join(work, 'closed'), 0o500)
  },
  'a link to the outside': (work, outside) => symlinkSync(outside, join(work, 'link')),
}
for (const [how, make] of Object.entries(WAYS))
  for (const [what, leave] of Object.entries(LEFT))
    test(`${how}, it is gone after a run that left ${what} in it, and nothing else is`, async (t) => {
      const outside = tempFolder(t)
      writeFileSync(join(outside, 'kept'), 'x')
      let root = ''
      {
        await using directory = await make()
        root = dirname(directory.work)
        leave(directory.work, outside)
      }
      assert.equal(existsSync(root), false)
      assert.deepEqual(readdirSync(outside), ['kept'])
    })

test('a folder for temporary files that is missing or is none is named, with what to set instead', async (t) => {
  const folder = tempFolder(t)
  writeFileSync(join(folder, 'file'), '')
  for (const [name, reason] of [
    ['missing', 'ENOENT'],
    ['file', 'ENOTDIR'],
  ] as const) {
    useForTemporaryFiles(t, join(folder, name))
    const atOnce = expectCode('IO_FAILED', makePrivateDirectory)
    for (const refused of [atOnce, await expectCodeAsync('IO_FAILED', openPrivateDirectory)]) {
      assert.deepEqual(refused.details, { folder: join(folder, name), reason })
      assert.match(
        refused.message,
        new RegExp(`^folder for temporary files \`.*/${name}\` could not be used: ${reason}$`),
      )
      assert.equal(refused.hint, 'set TMPDIR to a folder that you can write')
    }
  }
  assert.deepEqual(readdirSync(folder), ['file'])
})

test('one that the disk has room for only in part is refused, and nothing is left of it', async (t) => {
  const folder = tempFolder(t)
  useForTemporaryFiles(t, folder)
  const full = () => {
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
  }
  t.after(() => {
    t.mock.restoreAll()
    syncBuiltinESMExports()
  })
  t.mock.method(fs, 'mkdirSync', full)
  t.mock.method(fs.promises, 'mkdir', async () => full())
  syncBuiltinESMExports()
  const atOnce = expectCode('IO_FAILED', makePrivateDirectory)
  for (const refused of [atOnce, await expectCodeAsync('IO_FAILED', openPrivateDirectory)])
    assert.deepEqual(refused.details, { folder, reason: 'ENOSPC' })
  assert.deepEqual(readdirSync(folder), [])
})
