// Proven files on their way out of the store: nobody but their user can put others in their place while they are copied.
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { copyProvenFiles } from '../../../client/install/copy-proven.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

test('whatever the umask, only its user can write into the folders of a copy', async (t) => {
  const folder = tempFolder(t)
  const [root, copy] = [join(folder, 'store'), join(folder, 'copy')]
  const files = ['bin/octo', 'lib/octo/dist/octo.cjs'].map((path) => ({ path, size: 1, digest: digestOf('x') }))
  for (const { path } of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), 'x')
    chmodSync(join(root, path), 0o555)
  }
  mkdirSync(copy, { mode: 0o755 })
  const umask = process.umask(0)
  t.after(() => process.umask(umask))
  await copyProvenFiles(copy, { root, files, name: 'core/octo@1.0.0' })
  for (const path of ['bin', 'lib', 'lib/octo', 'lib/octo/dist', ...files.map((file) => file.path)])
    assert.equal(statSync(join(copy, path)).mode & 0o022, 0, path)
})
