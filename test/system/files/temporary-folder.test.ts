// Where others may rename what lies in the folder for temporary files, octo puts nothing there that is to be its user's alone.
import assert from 'node:assert/strict'
import { chmodSync, chownSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { examineMachine } from '../../../operator/doctor/this-machine.ts'
import { makeRuntimeFolder } from '../../../operator/ocm/instance/runtime-folder.ts'
import { socketPath } from '../../../operator/services/project/places.ts'
import { makePrivateDirectory, openPrivateDirectory } from '../../../system/files/private-directory.ts'
import { makeProcessDirectory, sweepProcessDirectories } from '../../../system/files/process-directory.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const { TMPDIR } = process.env
const SKIP = process.platform !== 'linux' && 'folders are named for processes where /proc tells them apart'

/** Who makes something there. */
const MAKERS: Readonly<Record<string, (env: { readonly TMPDIR: string }) => unknown>> = {
  'of a run': () => makePrivateDirectory(),
  'of a check': () => openPrivateDirectory(),
  'of a plugin that octo becomes': (env) => makeProcessDirectory(env),
  'of a service plugin': (env) => makeRuntimeFolder(env),
  'of a supervisor’s socket': (env) => socketPath('key', env),
}
type Folder = (folder: string) => string
const UNSAFE: Readonly<Record<string, Folder>> = {
  'that everybody may write, without a sticky bit': (folder) => chmodded(folder, 0o777),
  'below one that everybody may write': (folder) => {
    const inner = join(folder, 'mine')
    mkdirSync(inner, { mode: 0o700 })
    chmodSync(folder, 0o777)
    return inner
  },
  ...(process.getuid?.() === 0 && {
    'of another user, with a sticky bit': (folder: string) => {
      chownSync(folder, 65534, 65534)
      return chmodded(folder, 0o1777)
    },
  }),
}

function chmodded(folder: string, mode: number): string {
  chmodSync(folder, mode)
  return folder
}

for (const [who, make] of Object.entries(MAKERS)) {
  for (const [what, prepare] of Object.entries(UNSAFE))
    test(`the folder ${who} is not made in one ${what}`, { skip: SKIP }, async (t) => {
      const folder = prepare(tempFolder(t))
      t.after(() => useTemporary(TMPDIR))
      useTemporary(folder)
      const error = await expectCodeAsync('IO_FAILED', async () => make({ TMPDIR: folder }))
      assert.match(error.message, /can be written by other users|belongs to another user/)
      assert.equal(error.hint, 'set TMPDIR to a folder of your own')
      sweepProcessDirectories({ TMPDIR: folder })
      assert.deepEqual(readdirSync(folder), [])
    })
  test(`the folder ${who} is made where a sticky bit keeps others from renaming it`, { skip: SKIP }, async (t) => {
    const folder = chmodded(tempFolder(t), 0o1777)
    t.after(() => useTemporary(TMPDIR))
    useTemporary(folder)
    await make({ TMPDIR: folder })
    assert.equal(readdirSync(folder).length, 1)
  })
}

test('octo doctor says it before a run does', { skip: SKIP }, (t) => {
  const folder = chmodded(tempFolder(t), 0o777)
  const found = examineMachine({ TMPDIR: folder }).find(({ subject }) => subject === 'temporary folder')
  assert.equal(found?.state, 'bad')
  assert.equal(found?.hint, 'set TMPDIR to a folder of your own')
})

function useTemporary(folder: string | undefined): void {
  if (folder === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = folder
}
