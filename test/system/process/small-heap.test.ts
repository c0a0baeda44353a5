// The settings of V8 by which a process that runs for long stays small.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { SMALL_HEAP_FLAGS } from '../../../system/process/small-heap.ts'

test('the V8 of this Node knows them', () => {
  const known = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' })
  for (const flag of SMALL_HEAP_FLAGS) assert.ok(known.includes(`  ${flag.slice(0, flag.indexOf('='))} (`), flag)
})
