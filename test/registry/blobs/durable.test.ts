// What was not synced may be gone after a power cut, so nobody may go on as if it were kept.
import assert from 'node:assert/strict'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { syncFile, syncFolder } from '../../../registry/blobs/durable.ts'
import { isFatal } from '../../../registry/fatal.ts'
import { expectCodeAsync } from '../../support/expect-code.ts'
import { tempFolder } from '../../support/temp-folder.ts'

test('a file and a folder are synced without a word', async (t) => {
  const folder = tempFolder(t)
  await using file = await open(join(folder, 'file'), 'w')
  await syncFile(file)
  await syncFolder(folder)
})

test('a sync that fails for whatever reason ends acceptance for good', async (t) => {
  const file = await open(join(tempFolder(t), 'file'), 'w')
  await file.close()
  const failed = await expectCodeAsync('IO_FAILED', () => syncFile(file))
  assert.ok(isFatal(failed))
  assert.equal((failed.cause as NodeJS.ErrnoException).code, 'EBADF')
})
