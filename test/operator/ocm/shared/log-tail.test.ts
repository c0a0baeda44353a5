// Reading along in a file that a plugin writes, however fast it writes.
import assert from 'node:assert/strict'
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { rotateLog } from '../../../../operator/logs/rotate-log.ts'
import { openLogTail } from '../../../../operator/ocm/shared/log-tail.ts'
import { tempFolder } from '../../../support/machine/temp-folder.ts'

const MEBIBYTE = 1024 * 1024
const LINE = `${'x'.repeat(1023)}\n`

test('a look at what is written ends, also when more is written than is read', (t) => {
  const path = join(tempFolder(t), 'stderr.log')
  writeFileSync(path, LINE.repeat(10))
  let told = 0
  const onLine = () => {
    // Whoever writes without end would keep a look without end for ever.
    if (told++ < 10_000) appendFileSync(path, LINE.repeat(2))
  }
  const tail = openLogTail(path, 0, { onLine })
  tail.more()
  assert.equal(told, 10)
  tail.more()
  assert.equal(told, 30)
})

test('a look takes a mebibyte at most, and what is too far behind is passed over and said', (t) => {
  const path = join(tempFolder(t), 'stderr.log')
  writeFileSync(path, LINE.repeat(3 * 1024))
  let told = 0
  const gaps: number[] = []
  const tail = openLogTail(path, 0, { onLine: () => told++, onGap: (bytes) => gaps.push(bytes) })
  tail.more()
  assert.deepEqual([told, gaps], [1024, []])
  appendFileSync(path, LINE.repeat(9 * 1024))
  tail.more()
  assert.deepEqual([told, gaps], [2048, [10 * MEBIBYTE]])
  tail.end()
  assert.deepEqual([told, gaps.length], [2048, 1])
})

test('the end tells what is left, with a last line that has no end', (t) => {
  const path = join(tempFolder(t), 'stderr.log')
  writeFileSync(path, `${LINE.repeat(2 * 1024)}last words`)
  const lines: string[] = []
  openLogTail(path, 0, { onLine: (line) => lines.push(line), onGap: () => assert.fail() }).end()
  assert.deepEqual([lines.length, lines.at(-1)], [2049, 'last words'])
})

test('what was put aside before it was read is passed over, and no zeros are told', async (t) => {
  const path = join(tempFolder(t), 'stderr.log')
  writeFileSync(path, `${LINE.repeat(64)}left\n`)
  const rotation = await rotateLog(path, assert.fail, 64 * 1024)
  if (typeof rotation === 'object') return t.skip(rotation.impossible)
  const lines: string[] = []
  const gaps: number[] = []
  openLogTail(path, 0, { onLine: (line) => lines.push(line), onGap: (bytes) => gaps.push(bytes) }).end()
  assert.deepEqual([lines, gaps], [['left'], [64 * 1024]])
})

test('a file that is not there, or cannot be opened, tells nothing', (t) => {
  const folder = tempFolder(t)
  const tail = openLogTail(join(folder, 'none.log'), 0, { onLine: assert.fail })
  tail.more()
  tail.end()
})
