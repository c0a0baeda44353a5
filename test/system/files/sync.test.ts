// A sync that fails is never taken for one that did not: its owner says what it means, and that is thrown.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { syncFile, syncFolder, syncFolders } from '../../../system/files/sync.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const fails = (error: unknown) => Object.assign(new Error('not kept'), { cause: error })

test('a file and folders are synced without a word', async (t) => {
  const folder = tempFolder(t)
  mkdirSync(join(folder, 'inner'))
  await using file = await open(join(folder, 'file'), 'w')
  await syncFile(file, fails)
  await syncFolder(folder, fails)
  syncFolders([folder, join(folder, 'inner')])
})

test('a file that cannot be synced throws what its owner makes of it', async (t) => {
  const file = await open(join(tempFolder(t), 'file'), 'w')
  await file.close()
  const refused = await syncFile(file, fails).catch((error: Error) => error)
  assert.ok(refused instanceof Error)
  assert.deepEqual([refused.message, (refused.cause as NodeJS.ErrnoException).code], ['not kept', 'EBADF'])
})

test('a folder that is not there is not synced', async (t) => {
  const none = join(tempFolder(t), 'none')
  await assert.rejects(syncFolder(none, fails), { code: 'ENOENT' })
  const refused = expectCode('IO_FAILED', () => syncFolders([none]))
  assert.deepEqual(refused.details, { path: none, reason: 'ENOENT' })
})
