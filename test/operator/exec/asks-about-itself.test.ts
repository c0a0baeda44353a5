// Checks that were asked for their help have checked nothing, however well they end.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CheckArguments } from '../../../config/model/config.ts'
import { doubtToldAboutItself } from '../../../operator/exec/asks-about-itself.ts'
import type { CheckReport } from '../../../operator/result/report.ts'
import type { Ending } from '../../../system/process/run-process.ts'

const list = (...value: string[]): CheckArguments => ({ kind: 'list', value })
const map = (value: Record<string, unknown>): CheckArguments => ({ kind: 'map', value, texts: {} })
const printing = (text: string) =>
  ({ stdout: { text, droppedBytes: 0, totalBytes: text.length, isOpen: false, told: new Set() } }) as unknown as Ending
const PASS: CheckReport = { status: 'ok', summary: 'usage: check [options]' }
const LINE = '{"v": 1, "status": "ok", "summary": "reachable"}\n'

const ROWS: readonly (readonly [what: string, given: CheckArguments, output: string, status: string])[] = [
  ['--help', list('--help'), 'usage\n', 'unknown'],
  ['--help behind others', list('--port', '80', '--help'), 'usage\n', 'unknown'],
  ['--version', list('--version'), '1.2.3\n', 'unknown'],
  ['--schema', list('--schema'), '{"type": "object"}\n', 'unknown'],
  ['-h alone', list('-h'), 'usage\n', 'unknown'],
  ['-V alone', list('-V'), '1.2.3\n', 'unknown'],
  ['help alone', list('help'), 'usage\n', 'unknown'],
  ['a map with help', map({ help: true }), 'usage\n', 'unknown'],
  ['a map with version', map({ port: 80, version: true }), '1\n', 'unknown'],
  ['-h as a host', list('-h', 'db'), 'OK\n', 'ok'],
  ['help as a value', list('--topic=help'), 'OK\n', 'ok'],
  ['a version that is one', map({ version: '1.2' }), 'OK\n', 'ok'],
  ['help that is off', map({ help: false }), 'OK\n', 'ok'],
  ['nothing', list(), 'OK\n', 'ok'],
  ['--help and a result all the same', list('--help'), LINE, 'ok'],
]
for (const [what, given, output, status] of ROWS)
  test(`a pass of a check with ${what} is ${status}`, () => {
    assert.equal(doubtToldAboutItself(PASS, given, printing(output)).status, status)
  })

test('what did not pass stays what it is, and the reason names the word', () => {
  const failed: CheckReport = { status: 'critical', summary: 'refused' }
  assert.equal(doubtToldAboutItself(failed, list('--help'), printing('x')), failed)
  assert.match(
    doubtToldAboutItself(PASS, list('--help'), printing('x')).summary,
    /^`--help` makes it tell about itself/,
  )
})
