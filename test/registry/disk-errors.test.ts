// What was not synced may be gone after a power cut, so nobody may go on as if it were kept.
import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { syncError, treeError } from '../../registry/disk-errors.ts'
import { isFatal } from '../../registry/fatal.ts'
import { openStores } from '../../registry/open-registry.ts'
import { isCoded } from '../../schemas/errors.ts'
import { syncFile } from '../../system/files/sync.ts'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'
import { otherFileSystem } from '../support/machine/other-file-system.ts'
import { filesBelow, tempFolder, tempFolderAt } from '../support/machine/temp-folder.ts'

test('a sync that fails for whatever reason ends acceptance for good', async (t) => {
  const file = await open(join(tempFolder(t), 'file'), 'w')
  await file.close()
  const failed = await expectCodeAsync('IO_FAILED', () => syncFile(file, syncError))
  assert.ok(isFatal(failed))
  assert.equal((failed.cause as NodeJS.ErrnoException).code, 'EBADF')
})

const SYNCS: readonly (readonly [reason: string, code: string, fatal: boolean])[] = [
  ...['EIO', 'EROFS', 'EINVAL', 'EBADF', 'EACCES', 'ENOENT', 'ESTALE'].map(
    (reason) => [reason, 'IO_FAILED', true] as const,
  ),
  ...['ENOSPC', 'EDQUOT'].map((reason) => [reason, 'NO_SPACE', false] as const),
  ...['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EBUSY', 'ENOBUFS'].map(
    (reason) => [reason, 'STORE_BUSY', false] as const,
  ),
]

for (const [reason, code, fatal] of SYNCS)
  test(`a sync that fails with ${reason} is ${code}, ${fatal ? 'for good' : 'for now'}`, () => {
    const meaning = syncError(Object.assign(new Error(reason), { code: reason }))
    assert.ok(isCoded(meaning))
    assert.deepEqual([meaning.code, isFatal(meaning)], [code, fatal])
  })

test('a tree on another file system is named as such, and nothing half stands in it', async (t) => {
  const dataDir = tempFolder(t)
  const other = otherFileSystem(dataDir)
  if (other === undefined) return t.skip('no other file system is here')
  const root = tempFolderAt(t, join(other, 'octo-test-'))
  symlinkSync(root, join(dataDir, 'tree'))
  const { trees } = await openStores(dataDir)
  const { store } = await trees.open()
  const { details, hint } = await expectCodeAsync('IO_FAILED', () => store.put('core.json', Buffer.from('{}')))
  assert.deepEqual([details, /on one file system/.test(hint ?? '')], [{ reason: 'EXDEV' }, true])
  assert.deepEqual(filesBelow(root), [])
})

test('what the system says of the tree is never taken for a mistake in octo, nor the other way round', () => {
  const meaningOf = (code: string) => treeError(Object.assign(new Error(code), { code }))
  for (const code of ['EXDEV', 'EACCES', 'EPERM', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'])
    assert.ok(isCoded(meaningOf(code), 'IO_FAILED'), code)
  assert.ok(isCoded(meaningOf('ENOSPC'), 'NO_SPACE'))
  for (const error of [meaningOf('ERR_INVALID_ARG_TYPE'), treeError(new TypeError('x'))]) assert.ok(!isCoded(error))
})
