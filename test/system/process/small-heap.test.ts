// The settings of V8 by which a process that runs for long stays small.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { getHeapStatistics } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { giveBackMemory, SMALL_HEAP_FLAGS } from '../../../system/process/small-heap.ts'

test('the V8 of this Node knows them', () => {
  const known = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' })
  for (const flag of SMALL_HEAP_FLAGS) assert.ok(known.includes(`  ${flag.split('=', 1)[0]} (`), flag)
})

test('what is not needed any more is given back, and collecting stays nobody else’s to ask for', () => {
  let needed: unknown[] | undefined = Array.from({ length: 200_000 }, (_, index) => ({ index, text: `text ${index}` }))
  const kept = needed[7]
  // Moved among what lives long.
  giveBackMemory()
  const before = getHeapStatistics().total_physical_size
  needed = undefined
  giveBackMemory()
  assert.ok(getHeapStatistics().total_physical_size < before - 10 * 1024 * 1024)
  assert.deepEqual([kept, needed], [{ index: 7, text: 'text 7' }, undefined])
  assert.equal(runInNewContext('typeof gc'), 'undefined')
})
