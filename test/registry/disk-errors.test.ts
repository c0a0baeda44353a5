// What was not synced may be gone after a power cut, so nobody may go on as if it were kept.
import assert from 'node:assert/strict'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { syncError } from '../../registry/disk-errors.ts'
import { isFatal } from '../../registry/fatal.ts'
import { isCoded } from '../../schemas/errors.ts'
import { syncFile } from '../../system/files/sync.ts'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'

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
