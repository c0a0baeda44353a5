// Log lines of plugins.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseLogLines } from '../../../operator/result/stderr-log.ts'

const ROWS: readonly [string, string, string][] = [
  ['{"time":"x","level":"ERROR","msg":"bad"}', 'error', 'bad'],
  ['{"level":"warn","msg":"hm"}', 'warn', 'hm'],
  ['{"level":30,"msg":"pino"}', 'info', 'pino'],
  ['{"level":"error"}', 'info', '{"level":"error"}'],
  ['  {"level":"error","msg":"part of a text"}', 'info', '  {"level":"error","msg":"part of a text"}'],
  ['E! failed', 'error', 'failed'],
  ['T! deep', 'trace', 'deep'],
  ['[WARN] slow', 'warn', 'slow'],
  ['[Warning] slow', 'warn', 'slow'],
  ['[other] text', 'info', '[other] text'],
  ['plain text', 'info', 'plain text'],
  ['a\u001b[2Jb\u0007', 'info', 'ab\\u{7}'],
  ['  at main (x.js:1)', 'info', '  at main (x.js:1)'],
  ['10%\r20%\rdone\r', 'info', 'done'],
]
for (const [text, level, message] of ROWS)
  test(`the line ${JSON.stringify(text)} is ${level}`, () => {
    assert.deepEqual(parseLogLines(`${text}\n\n`), [{ level, message }])
  })

test('a JSON line keeps its level however long its message is', () => {
  const [line] = parseLogLines(JSON.stringify({ level: 'error', msg: 'x'.repeat(100_000) }))
  assert.equal(line?.level, 'error')
  assert.match(line?.message ?? '', /^x{2000}…$/)
})
