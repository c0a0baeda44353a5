// Runs the test files that it is given one after another, and behind each of them looks whether it left this process as it
// found it: what a file leaves behind would be found by the next one, and by that one only when both run. An error that nobody
// caught ends the process: its test may wait for ever for what broke, and the file counts as failed.
import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { beforeEach, test } from 'node:test'
import { setTimeout as pause, setImmediate as told } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import { endOf } from './file-ends.ts'
import { changedSince, openThings, processState } from './process-state.ts'
import { WHOLE_FILE } from './recorder.ts'

const LOOK_MS = 5
/** For connections that close by themselves after a while. */
const MAX_OPEN_MS = 30_000
/** Longer than any test takes, also on a busy machine. */
const KEPT_MS = 300_000
/** Tests may wait for what keeps no process, such as the end of a child or a timer that is unref'd. */
const kept = setTimeout(() => undefined, KEPT_MS)
const files = process.argv.splice(2).map((file) => ({ file, path: resolve(file) }))
let begun = 'no test'
let isEnding = false
beforeEach((t) => {
  begun = t.fullName
  kept.refresh()
})
for (const event of ['uncaughtExceptionMonitor', 'unhandledRejection'] as const) process.on(event, endBy)

for (const [at, { file, path }] of files.entries()) {
  kept.refresh()
  const [before, open] = [processState(), openThings()]
  await import(pathToFileURL(path).href).catch(failed)
  let changed: readonly string[] = []
  await test(endOf(file), async () => {
    // The process ends behind the last one when nothing is open, and runs what that one left for its end.
    const deadline = performance.now() + MAX_OPEN_MS
    if (at < files.length - 1)
      while (openThings().length > open.length && performance.now() < deadline) await pause(LOOK_MS)
    const isLeft = at < files.length - 1 && openThings().length > open.length
    changed = [...changedSince(before), ...(isLeft ? [`what is open: ${openThings().join(', ')}`] : [])]
    assert.ok(changed.length === 0, `it changed what the files after it find: ${changed.join(', ')}`)
  })
  // What it has told is out before the next one, which may end this process.
  await told()
  // The others have another process.
  // allow(exit): what the file left open would hold this one
  if (changed.length > 0) process.exit()
}
clearTimeout(kept)

function failed(error: unknown): void {
  void test(WHOLE_FILE, () => {
    throw error
  })
}

/** Once: where nobody reads any more what is written here, to say so fails as well, again and again before anything else has its turn. */
function endBy(error: unknown): void {
  if (isEnding) return
  isEnding = true
  process.stderr.write(`nobody caught an error, and the test that began last is ${begun}: ${inspect(error)}\n`)
  // What it has told before is out then.
  void told()
    .then(endDescendants)
    // allow(exit): a test may never end without what the error broke
    .finally(() => process.exit(1))
}

/** They hold the streams of this process, whose end the run waits for. */
async function endDescendants(): Promise<void> {
  if (process.platform !== 'linux') return
  const { freshTable } = await import('../../system/process/process-table.ts')
  const table = freshTable()
  const ofOurs = new Set([process.pid])
  for (const parent of ofOurs) for (const one of table) if (one.parent === parent) ofOurs.add(one.pid)
  ofOurs.delete(process.pid)
  for (const pid of ofOurs) process.kill(pid, 'SIGKILL')
}
