// Which words of a Nagios plugin people see: one line that explains the status, and the others within bounds.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { interpret } from '../../../operator/result/interpret.ts'
import { anEnding } from '../../support/builders/endings.ts'

const read = (stdout: string, exitCode: number, stderr = '') =>
  interpret(anEnding({ stdout, exitCode, stderr }), 'nagios')

const SUMMARIES: readonly [stdout: string, exitCode: number, summary: string, further?: readonly string[]][] = [
  ['OK - up', 0, 'OK - up'],
  ['OK - up|t=1s\nQUERY CRITICAL - syntax error\n', 2, 'QUERY CRITICAL - syntax error', ['OK - up']],
  ['OK - up\nQUERY CRITICAL - syntax error\n', 0, 'OK - up', ['QUERY CRITICAL - syntax error']],
  ['checks\nweb OK\ndb WARNING\ncache CRITICAL\n', 1, 'db WARNING', ['checks', 'web OK', 'cache CRITICAL']],
  ['first\n\nsecond\n', 2, 'first', ['second']],
  ['OK - but exits with 2', 2, 'OK - but exits with 2'],
  ['10%\r50%\rOK - done\r\n', 0, 'OK - done'],
  ['\u001b[31mCRITICAL\u001b[0m - disk full\r\n', 2, 'CRITICAL - disk full'],
  ['', 2, 'exited with 2 without a word'],
]
for (const [stdout, exitCode, summary, further] of SUMMARIES)
  test(`${JSON.stringify(stdout)} and ${exitCode} is shown as \`${summary}\``, () => {
    const report = read(stdout, exitCode)
    assert.equal(report.summary, summary)
    assert.deepEqual(report.furtherLines, further)
  })

test('without a word on standard output the first one of standard error is shown', () => {
  assert.equal(
    read('', 2, 'libmysqlclient.so: not found\n').summary,
    'exited with 2 without a word: libmysqlclient.so: not found',
  )
})

test('further lines are bounded in number and length, and safe to print', () => {
  const { furtherLines = [] } = read(`OK\n${'x'.repeat(2000)}\n\u0007bell\n${'line\n'.repeat(200)}`, 0)
  assert.equal(furtherLines.length, 51)
  assert.equal(furtherLines[0]?.length, 501)
  assert.equal(furtherLines[1], '\\u{7}bell')
  assert.equal(furtherLines.at(-1), '… 152 more lines')
})
