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

/**
 * Runs again and again until V8 has optimised it: as often as a busy machine may need where that is expected, and where it is not, far more
 * often than V8 waits for.
 */
const BUSY = `
function turned(count) {
  let sum = 0
  for (let at = 0; at < count; at += 1) sum = (sum * 31 + at) | 0
  return sum
}
const isOptimised = () => %ActiveTierIsMaglev(turned) || %ActiveTierIsTurbofan(turned)
async function runs(expected) {
  const most = expected === 'plain' ? 50 : 3000
  for (let turns = 0; turns < most && !isOptimised(); turns += 1) {
    for (let round = 0; round < 100; round += 1) turned(1000)
    await new Promise(setImmediate)
  }
  console.log(isOptimised() ? 'optimised' : 'plain')
}
`

const pathTo = (file: string) => JSON.stringify(fileURLToPath(new URL(`../../../${file}`, import.meta.url)))

/** The last lines that it prints. */
function said(program: string, lines = 1): readonly string[] {
  const words = [...FROM_SOURCES, '--allow-natives-syntax', '--input-type=module', '-e', `${BUSY}${program}`]
  return execFileSync(process.execPath, words, { encoding: 'utf8' }).trimEnd().split('\n').slice(-lines)
}

test('nothing is optimised before the start is over, and what runs often is then', () => {
  const program = `
    import { giveBackMemory, keepHeapSmall } from ${pathTo('system/process/small-heap.ts')}
    keepHeapSmall()
    await runs('plain')
    giveBackMemory()
    await runs('optimised')`
  assert.deepEqual(said(program, 2), ['plain', 'optimised'])
})

test('a start that never ends keeps nothing from being optimised for long', () => {
  const program = `
    import { keepHeapSmall } from ${pathTo('system/process/small-heap.ts')}
    keepHeapSmall(1)
    await runs('optimised')`
  assert.deepEqual(said(program), ['optimised'])
})

test('a supervisor begins so before it reads anything, and what ends soon does not', () => {
  const after = (word: string, expected: string) =>
    said(`
      import { main } from ${pathTo('operator/main.ts')}
      await main(['start', ${JSON.stringify(word)}, '--help'])
      await runs('${expected}')`)
  assert.deepEqual(after('--foreground', 'plain'), ['plain'])
  assert.deepEqual(after('--frozen', 'optimised'), ['optimised'])
})

test('a command in the process of others leaves its memory as it is, and later ones of octo’s own do not', () => {
  const typed = (rest: string, expected: string) =>
    said(`
      import { typeOcto } from ${pathTo('test/support/octo/in-process-octo.ts')}
      import { keepHeapSmall } from ${pathTo('system/process/small-heap.ts')}
      const { code } = await typeOcto(['check', '--watch', '--offline'])
      if (code === 0) throw new Error('it has nothing to watch')
      ${rest}
      await runs('${expected}')`)
  assert.deepEqual(typed('', 'optimised'), ['optimised'])
  assert.deepEqual(typed('keepHeapSmall()', 'plain'), ['plain'])
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
