// The moment of starting a file that another process still has open for writing, or that is not there yet.
import assert from 'node:assert/strict'
import { closeSync, copyFileSync, openSync } from 'node:fs'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { runChild } from '../../support/machine/run-child.ts'

test('a binary that is busy for a moment is started when it is free, and given up when it stays busy', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'octo-busy-'))
  t.after(() => rm(directory, { recursive: true }))
  const file = join(directory, 'true')
  await copyFile('/bin/true', file)
  const what = { file, argv: [], env: {}, cwd: directory }
  const writer = openSync(file, 'r+')
  await expectCodeAsync('PLUGIN_NOT_EXECUTABLE', () => runChild(what, { timeoutMs: 60_000 }))
  // Met as busy at once, and free before the next try.
  const running = runChild(what, { timeoutMs: 60_000 })
  closeSync(writer)
  assert.equal((await running).exitCode, 0)
})

test('a file that is not there is not waited for, as a busy one is', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'octo-late-'))
  t.after(() => rm(directory, { recursive: true }))
  const file = join(directory, 'true')
  const running = runChild({ file, argv: [], env: {}, cwd: directory }, { timeoutMs: 5000 })
  const coming = new Promise<void>((resolve) => {
    setImmediate(() => resolve(copyFileSync('/bin/true', file)))
  })
  await expectCodeAsync('PLUGIN_MISSING', () => running)
  await coming
})
