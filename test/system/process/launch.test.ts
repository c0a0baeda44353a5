// The moment of starting a file that another process still has open for writing.
import assert from 'node:assert/strict'
import { copyFile, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runProcess } from '../../../system/process/run-process.ts'
import { expectCodeAsync } from '../../support/expect-code.ts'

test('a binary that is busy for a moment is started when it is free, and given up when it stays busy', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'octo-busy-'))
  t.after(() => rm(directory, { recursive: true }))
  const file = join(directory, 'true')
  await copyFile('/bin/true', file)
  const what = { file, argv: [], env: {}, cwd: directory }
  const writer = await open(file, 'r+')
  await expectCodeAsync('PLUGIN_NOT_EXECUTABLE', () => runProcess(what, { timeoutMs: 5000 }))
  const running = runProcess(what, { timeoutMs: 5000 })
  await writer.close()
  assert.equal((await running).exitCode, 0)
})
