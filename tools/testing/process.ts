// Runs the test files that it is given one after another, and behind each of them looks whether it left this process as it
// found it: what a file leaves behind would be found by the next one, and by that one only when both run.
import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause, setImmediate as told } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { endOf } from './file-ends.ts'
import { changedSince, openThings, processState } from './process-state.ts'
import { WHOLE_FILE } from './recorder.ts'

const LOOK_MS = 5
const files = process.argv.splice(2).map((file) => ({ file, path: resolve(file) }))

for (const [at, { file, path }] of files.entries()) {
  const [before, open] = [processState(), openThings()]
  await import(pathToFileURL(path).href).catch(failed)
  let changed: readonly string[] = []
  await test(endOf(file), async () => {
    // The process ends behind the last one when nothing is open, and runs what that one left for its end.
    if (at < files.length - 1) while (openThings() > open) await pause(LOOK_MS)
    changed = changedSince(before)
    assert.ok(changed.length === 0, `it changed what the files after it find: ${changed.join(', ')}`)
  })
  // The others have another process.
  if (changed.length > 0) break
  // What it has told is out before the next one, which may end this process.
  await told()
}

function failed(error: unknown): void {
  void test(WHOLE_FILE, () => {
    throw error
  })
}
