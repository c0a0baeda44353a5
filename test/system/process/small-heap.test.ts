// The settings of V8 by which a process that runs for long stays small.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { getHeapStatistics } from 'node:v8'
import { runInNewContext } from 'node:vm'
import {
  giveBackMemory,
  OPTIMIZED_FLAGS,
  SMALL_HEAP_FLAGS,
  UNOPTIMIZED_FLAGS,
} from '../../../system/process/small-heap.ts'
import { FROM_SOURCES } from '../../support/machine/from-sources.ts'

test('the V8 of this Node knows them', () => {
  const known = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' })
  for (const flag of [...SMALL_HEAP_FLAGS, ...OPTIMIZED_FLAGS])
    assert.ok(known.includes(`  ${flag.split('=', 1)[0]} (`), flag)
  assert.deepEqual(
    UNOPTIMIZED_FLAGS,
    OPTIMIZED_FLAGS.map((flag) => flag.replace('--', '--no-')),
  )
})

/** V8 says which functions it means to optimise, and nothing else of them is looked at. */
const BUSY = `
function turned(count) {
  let sum = 0
  for (let at = 0; at < count; at += 1) sum = (sum * 31 + at) | 0
  return sum
}
const repeat = () => { for (let round = 0; round < 5000; round += 1) turned(1000) }
`
const MARKED = /marking 0x[0-9a-f]+ <JSFunction turned\b/

const pathTo = (file: string) => JSON.stringify(fileURLToPath(new URL(`../../../${file}`, import.meta.url)))

/** What it prints between V8's remarks, and those. */
function traced(program: string): string {
  const words = [...FROM_SOURCES, '--trace-opt', '--input-type=module', '-e', `${BUSY}${program}`]
  return execFileSync(process.execPath, words, { encoding: 'utf8' })
}

test('nothing is optimised before the start is over, and what runs often is then', () => {
  const program = `
    import { giveBackMemory, keepHeapSmall } from ${pathTo('system/process/small-heap.ts')}
    keepHeapSmall()
    repeat()
    console.log('begun')
    giveBackMemory()
    repeat()`
  const [starting = '', begun = ''] = traced(program).split('begun\n')
  assert.doesNotMatch(starting, MARKED)
  assert.match(begun, MARKED)
})

test('a start that never ends keeps nothing from being optimised for long', () => {
  const program = `
    import { keepHeapSmall } from ${pathTo('system/process/small-heap.ts')}
    keepHeapSmall(1)
    await new Promise((resolve) => setTimeout(resolve, 1))
    repeat()`
  assert.match(traced(program), MARKED)
})

test('a supervisor begins so before it reads anything, and what ends soon does not', () => {
  const after = (word: string) =>
    traced(`
      import { main } from ${pathTo('operator/main.ts')}
      await main(['start', ${JSON.stringify(word)}, '--help'])
      repeat()`)
  assert.doesNotMatch(after('--foreground'), MARKED)
  assert.match(after('--frozen'), MARKED)
})

test('a command in the process of others leaves its memory as it is, and later ones of octo’s own do not', () => {
  const typed = (rest: string) =>
    traced(`
      import { typeOcto } from ${pathTo('test/support/octo/in-process-octo.ts')}
      import { keepHeapSmall } from ${pathTo('system/process/small-heap.ts')}
      const { code } = await typeOcto(['check', '--watch', '--offline'])
      if (code === 0) throw new Error('it has nothing to watch')
      ${rest}
      repeat()`)
  assert.match(typed(''), MARKED)
  assert.doesNotMatch(typed('keepHeapSmall()'), MARKED)
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
